"""/contacts: nothing personal stands in an address, so these filters and sorts know no names."""

from collections.abc import Callable
from operator import ge, le
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.access import Permission, Relation
from stedenband.people import rules
from stedenband.people.models import CONTACT_ROLES, Contact, ContactLanguage, ContactRole, Organization
from stedenband.people.routes.cards import write_cards
from stedenband.people.schemas import CURRENT, LANGUAGE, ContactSchema
from stedenband.web import fields
from stedenband.web.conditional import check_version
from stedenband.web.formats.table import VCARD, Representation
from stedenband.web.guard import caller
from stedenband.web.idempotency import once
from stedenband.web.mount import answer
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.sight import find, permit


def seen(kind: Any, keys: Any) -> Any:
    """Return those of `keys` whose records the caller sees: by a hidden one nothing is found."""
    return select(kind.id).where(kind.id == func.any(keys))


def in_link(contact: Any, keys: Any) -> Any:
    """Tell the two sides of a link who is shared in it or has a role in it."""
    links = seen(CityLink, keys)
    with_role = select(ContactRole.contact_id).where(ContactRole.city_link_id.in_(links))
    return and_(contact.seen_as_side(contact), or_(contact.city_link_id.in_(links), contact.id.in_(with_role)))


def having(part: Any, column: Any) -> Any:
    """Return a filter's clause: a part of the contact, which the two sides alone see, has one of the values."""
    return lambda contact, values: and_(
        contact.seen_as_side(contact), contact.id.in_(select(part.contact_id).where(column == func.any(values)))
    )


def review_due(contact: Any, wanted: Any) -> Any:
    """Tell the own staff whose data are due for review."""
    return and_(contact.seen_as_city(contact), func.coalesce(contact.review_on <= func.current_date(), False) == wanted)


def review_on(compare: Callable[[Any, Any], Any]) -> Any:
    """Return a filter's clause that tells the own staff whose day of review lies so; without a day it lies nowhere."""
    return lambda contact, day: and_(contact.seen_as_city(contact), compare(contact.review_on, day))


def is_current(contact: Any, wanted: Any) -> Any:
    """Tell whose record is of use: neither an erased person's nor one that became a pointer."""
    return and_(contact.merged_into_id.is_(None), contact.erased_at.is_(None)) == wanted


CONTACTS = Resource(
    name="contacts",
    noun="contact",
    model=Contact,
    schema=ContactSchema,
    permissions={
        "read": Permission.CONTACTS_READ,
        "create": Permission.CONTACTS_CREATE,
        "update": Permission.CONTACTS_UPDATE,
        "delete": Permission.CONTACTS_DELETE,
    },
    filters=(
        Filter(
            "organization",
            fields.Key("The organization: its id.", example=fields.EXAMPLE_ID),
            lambda contact, keys: contact.organization_id.in_(seen(Organization, keys)),
            many=True,
        ),
        Filter(
            "city",
            fields.Key("The city: its id.", example=fields.EXAMPLE_ID),
            lambda contact, keys: contact.partner_city_id.in_(seen(PartnerCity, keys)),
            many=True,
        ),
        Filter(
            "cityLink",
            fields.Key("A link in which it is shared or has a role: its id.", example=fields.EXAMPLE_ID),
            in_link,
            many=True,
        ),
        Filter(
            "role",
            fields.Code("Role.", CONTACT_ROLES, example="coordinator"),
            having(ContactRole, ContactRole.role),
            many=True,
        ),
        Filter("language", LANGUAGE, having(ContactLanguage, ContactLanguage.code), many=True),
        Filter("reviewDue", fields.Flag("Whether the day of review has come.", example=True), review_due),
        Filter("reviewOnFrom", fields.Date("To be reviewed on or after.", example="2026-01-01"), review_on(ge)),
        Filter("reviewOnTo", fields.Date("To be reviewed on or before.", example="2026-12-31"), review_on(le)),
        Filter("current", fields.Flag(CURRENT, example=True), is_current),
    ),
    sorts=(Sort("createdAt", "created_at"), Sort("updatedAt", "updated_at")),
    default_sort=("createdAt",),
    rules=Rules(rules.create_contact, rules.change_contact, rules.delete_contact, together=True),
    formats=(Representation(VCARD, write_cards, unless_asked=(("current", True),)),),
)


def merge_contact(data: dict[str, Any], **ids: UUID) -> Response:
    """Merge a contact into another; the reply is the pointer that it becomes."""

    def work(session: Session) -> Response:
        contact, relation = find(session, CONTACTS, ids)
        permit(relation, Relation.OWNER)
        check_version(contact.version)
        rules.merge_contact(session, caller(), contact, data["into"])
        return answer(session, CONTACTS, contact.id)

    return once(work)
