"""POST /contacts/query: people are looked up in a body, as nothing personal may stand in an address."""

from dataclasses import replace
from typing import Any

import orjson
from flask import Response
from sqlalchemy import and_, func, or_, select

from stedenband.people.models import ContactEmail, ContactPhone
from stedenband.people.routes.contacts import CONTACTS
from stedenband.web import fields
from stedenband.web.conditional import reply, tag
from stedenband.web.guard import visit
from stedenband.web.language import kept
from stedenband.web.links import base_address
from stedenband.web.listing import projection_of, statements_of
from stedenband.web.paging import read, steps_of, written
from stedenband.web.resource import Filter, Sort
from stedenband.web.schema import camel
from stedenband.web.search import by_words
from stedenband.web.statements import Shape

PAGING = {"sort", "after", "page_size", "total"}
WORD = fields.Text("A text.", 254)


def named(contact: Any, name: Any) -> Any:
    """Tell the two sides who has this name, given and family name in either order."""
    wanted = func.fold(name)
    return and_(
        contact.seen_as_side(contact), or_(contact.name_sort == wanted, func.fold(contact.display_name) == wanted)
    )


def at_address(contact: Any, address: Any) -> Any:
    """Tell everyone whose function has this mailbox, and the two sides who has this address."""
    own = select(ContactEmail.contact_id).where(ContactEmail.address_key == func.lower(address))
    return or_(
        func.lower(contact.function_mailbox) == func.lower(address),
        and_(contact.seen_as_side(contact), contact.id.in_(own)),
    )


def at_number(contact: Any, number: Any) -> Any:
    """Tell the two sides who has this number."""
    own = select(ContactPhone.contact_id).where(ContactPhone.number == number)
    return and_(contact.seen_as_side(contact), contact.id.in_(own))


LOOKED_UP = replace(
    CONTACTS,
    filters=(
        *CONTACTS.filters,
        by_words("find_contacts"),
        Filter("name", WORD, named),
        Filter("email", WORD, at_address),
        Filter("phone", WORD, at_number),
    ),
    sorts=(*CONTACTS.sorts, Sort("name", "shown_name", nullable=True)),
)
"""The contacts with the filters and the sort that only a body may name."""


def query_contacts(data: dict[str, Any]) -> Response:
    """Return the page that `data` asks for, in one statement."""
    sort = (data["sort"],)
    steps = steps_of(LOOKED_UP, sort)
    cursor = read(data["after"], LOOKED_UP, sort, steps, "body") if "after" in data else None
    filters = {camel(name): value for name, value in data.items() if name not in PAGING}
    size = data["page_size"]
    nulls = cursor.nulls if cursor else None
    shape = Shape(size + 1, tuple(sorted(filters)), steps, nulls, data["total"], projection_of({}))
    keys = {f"after_{index}": value for index, value in enumerate(cursor.values)} if cursor else {}
    rows = visit().rows(statements_of(LOOKED_UP, base_address()).list(shape), {**filters, **keys, "lang": kept()})
    page: dict[str, Any] = {
        "self": f"{base_address()}{LOOKED_UP.path}/query",
        "items": [orjson.Fragment(row[1]) for row in rows[:size]],
        "pageSize": size,
    }
    if data["total"] and (rows or not cursor):
        page["total"] = rows[0][0] if rows else 0
    if len(rows) > size:
        page["cursor"] = written(sort, rows[size - 1][2:])
    body = orjson.dumps(page)
    return reply(body, tag(body))
