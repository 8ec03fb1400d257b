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

__all__ = [
    "ADDRESS_KINDS",
    "CONTACT_ROLES",
    "LAWFUL_BASES",
    "ORGANIZATION_KINDS",
    "Contact",
    "ContactEmail",
    "ContactLanguage",
    "ContactPhone",
    "ContactRole",
    "Organization",
]
