"""Organizations and contacts, as they are stored."""

from stedenband.people.models.contact import (
    ADDRESS_KINDS,
    CONTACT_ROLES,
    LAWFUL_BASES,
    Contact,
    ContactEmail,
    ContactLanguage,
    ContactPhone,
    ContactRole,
)
from stedenband.people.models.organization import ORGANIZATION_KINDS, Organization
from stedenband.people.models.privacy import (
    ACT_KINDS,
    ACT_REASONS,
    FILE_NUMBER,
    PROTECTIONS,
    TRANSFER_KINDS,
    PrivacyAct,
    ProtectedCountry,
    StoppedTransfer,
    TransferGround,
)

__all__ = [
    "ACT_KINDS",
    "ACT_REASONS",
    "ADDRESS_KINDS",
    "CONTACT_ROLES",
    "FILE_NUMBER",
    "LAWFUL_BASES",
    "ORGANIZATION_KINDS",
    "PROTECTIONS",
    "TRANSFER_KINDS",
    "Contact",
    "ContactEmail",
    "ContactLanguage",
    "ContactPhone",
    "ContactRole",
    "Organization",
    "PrivacyAct",
    "ProtectedCountry",
    "StoppedTransfer",
    "TransferGround",
]
