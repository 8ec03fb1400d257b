"""What people, and the privacy of people, look like on the wire."""

from stedenband.people.schemas.people import (
    CURRENT,
    LANGUAGE,
    ContactMergeRequestSchema,
    ContactPageSchema,
    ContactSchema,
    ContactSearchRequestSchema,
    OrganizationSchema,
)
from stedenband.people.schemas.privacy import (
    ErasureRequestSchema,
    PrivacyActSchema,
    ProcessingRegisterSchema,
    ReviewRequestSchema,
    SubjectAccessRequestSchema,
    SubjectAccessSchema,
    TransferGroundSchema,
)

__all__ = [
    "CURRENT",
    "LANGUAGE",
    "ContactMergeRequestSchema",
    "ContactPageSchema",
    "ContactSchema",
    "ContactSearchRequestSchema",
    "ErasureRequestSchema",
    "OrganizationSchema",
    "PrivacyActSchema",
    "ProcessingRegisterSchema",
    "ReviewRequestSchema",
    "SubjectAccessRequestSchema",
    "SubjectAccessSchema",
    "TransferGroundSchema",
]
