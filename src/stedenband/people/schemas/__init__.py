"""What people, and the privacy of people, look like on the wire."""

from stedenband.people.schemas.people import (
    LANGUAGE,
    ContactMergeSchema,
    ContactPageSchema,
    ContactSchema,
    ContactSearchSchema,
    OrganizationSchema,
)
from stedenband.people.schemas.privacy import (
    ErasureSchema,
    PrivacyActSchema,
    ProcessingRegisterSchema,
    ReviewSchema,
    SubjectAccessRequestSchema,
    SubjectAccessSchema,
    TransferGroundSchema,
)

__all__ = [
    "LANGUAGE",
    "ContactMergeSchema",
    "ContactPageSchema",
    "ContactSchema",
    "ContactSearchSchema",
    "ErasureSchema",
    "OrganizationSchema",
    "PrivacyActSchema",
    "ProcessingRegisterSchema",
    "ReviewSchema",
    "SubjectAccessRequestSchema",
    "SubjectAccessSchema",
    "TransferGroundSchema",
]
