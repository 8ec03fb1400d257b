"""People over HTTP: /organizations, /contacts, looking people up and merging them."""

from stedenband.core.access import Permission
from stedenband.people.models import ACT_KINDS, ACT_REASONS, ADDRESS_KINDS, CONTACT_ROLES, LAWFUL_BASES, TRANSFER_KINDS
from stedenband.people.routes import privacy
from stedenband.people.routes.contacts import CONTACTS, merge_contact
from stedenband.people.routes.organizations import ORGANIZATIONS
from stedenband.people.routes.query import query_contacts
from stedenband.people.schemas import (
    ContactMergeRequestSchema,
    ContactPageSchema,
    ContactSchema,
    ContactSearchRequestSchema,
)
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.mount import mount

RESOURCES = (ORGANIZATIONS, CONTACTS, *privacy.RESOURCES)
CODE_LISTS = {
    "actKinds": ACT_KINDS,
    "actReasons": ACT_REASONS,
    "addressKinds": ADDRESS_KINDS,
    "contactRoles": CONTACT_ROLES,
    "lawfulBases": LAWFUL_BASES,
    "transferKinds": TRANSFER_KINDS,
}

blueprint = StrictBlueprint("people", __name__, url_prefix="/v1", description="Organizations and contacts")
for resource in (ORGANIZATIONS, CONTACTS):
    mount(blueprint, resource)
privacy.install(blueprint)

declare(
    blueprint,
    f"{CONTACTS.path}/query",
    "POST",
    "query_contacts",
    Permission.CONTACTS_READ,
    query_contacts,
    summary="Look contacts up by what may not stand in an address",
    body=ContactSearchRequestSchema,
    returns=ContactPageSchema,
    facts={"status": 200, "safe": True},
)
declare(
    blueprint,
    f"{CONTACTS.path}/<uuid:contactId>/merge",
    "POST",
    "merge_contact",
    Permission.CONTACTS_MERGE,
    merge_contact,
    summary="Merge a contact into another of the own city",
    body=ContactMergeRequestSchema,
    returns=ContactSchema,
    facts={"conditional": True, "status": 200},
)
