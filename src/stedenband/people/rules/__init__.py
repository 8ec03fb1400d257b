"""The rules of organizations and contacts, and of the privacy of people."""

from stedenband.people.rules.erasure import erase_contact
from stedenband.people.rules.handling import rectify_contact, review_contact
from stedenband.people.rules.people import (
    change_contact,
    change_organization,
    create_contact,
    create_organization,
    delete_contact,
    delete_organization,
    merge_contact,
)
from stedenband.people.rules.subject_access import give_access, names_of
from stedenband.people.rules.transfers import change_transfer_ground, create_transfer_ground

__all__ = [
    "change_contact",
    "change_organization",
    "change_transfer_ground",
    "create_contact",
    "create_organization",
    "create_transfer_ground",
    "delete_contact",
    "delete_organization",
    "erase_contact",
    "give_access",
    "merge_contact",
    "names_of",
    "rectify_contact",
    "review_contact",
]
