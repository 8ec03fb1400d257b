"""Calendars of a link and of a city, each in one statement, and the addresses under which phones read them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy import ColumnElement, Integer, bindparam, false, func, or_, select, true
from sqlalchemy.types import Uuid

from stedenband.cities.models import CityLink, CityLinkMember, PartnerCity
from stedenband.core.access import Permission
from stedenband.core.finished import finished
from stedenband.insight.models import ENTRY_KINDS, REMINDER_KINDS
from stedenband.insight.routes.reminders import reminders
from stedenband.insight.rules import credential_of
from stedenband.insight.schemas import MOST_ENTRIES, CalendarSchema
from stedenband.insight.statements.entries import entries, event, item, permitted
from stedenband.web.conditional import reply, tag
from stedenband.web.declare import View
from stedenband.web.exports import answer_page
from stedenband.web.formats.icalendar import calendar
from stedenband.web.formats.table import ICALENDAR, Representation, Subject
from stedenband.web.guard import caller, enter_with, visit
from stedenband.web.language import spoken
from stedenband.web.links import base_address
from stedenband.web.listing import page_address
from stedenband.web.negotiation import chosen
from stedenband.web.problems import not_found

BACK = 366
"""Days that a calendar looks back."""
A_YEAR = 365
"""Days that reminders on a phone look ahead."""
KEPT_STATEMENTS = 128
SUBSCRIPTION = """
SELECT s.label, s.language, s.kinds, s.partner_city_id, coalesce(l.merged_into_id, s.city_link_id) AS city_link_id
FROM calendar_subscription s LEFT JOIN city_link l ON l.id = s.city_link_id
WHERE s.id = setting('subscription')::uuid
"""
"""The one that `enter_calendar` found; that of a link that was merged goes on with the other."""


def calendar_of(kind: type[CityLink | PartnerCity], key: str) -> View:
    """Return the view of the calendar of a link or a city, whose id in the path is called `key`."""

    def view(query: dict[str, Any], **ids: UUID) -> Response:
        found = _entries(kind, ids[key], query.get("kind", ENTRY_KINDS), spoken())
        if found is None:
            raise not_found()
        title, items = found
        shown, complete = items[:MOST_ENTRIES], len(items) <= MOST_ENTRIES
        document = {"self": page_address({}), "title": title, "entries": shown, "complete": complete}
        if wanted := chosen():
            return answer_page(Subject("calendar", CalendarSchema, page_address({})), wanted, [document], None)
        body = orjson.dumps(document)
        return reply(body, tag(body))

    return view


def read_calendar(secret: str) -> Response:
    """Return the calendar that a secret opens, with what the client that made it may see today; else 404.

    What it may see no more is not there: an empty calendar clears the phone, an error would leave it as it was.
    """
    if not enter_with(credential_of(secret)):
        raise not_found()
    [wanted] = visit().rows(SUBSCRIPTION, {}, named=True)
    body = calendar(wanted.label, map(event, _subscribed(wanted)))
    return reply(body, tag(body), kind=ICALENDAR.content_type)


def _subscribed(wanted: Any) -> Sequence[dict[str, Any]]:
    kinds = wanted.kinds or ENTRY_KINDS
    kind: type[CityLink | PartnerCity]
    if wanted.partner_city_id:
        kind, key, needed = PartnerCity, wanted.partner_city_id, Permission.PARTNER_CITIES_READ
    elif wanted.city_link_id:
        kind, key, needed = CityLink, wanted.city_link_id, Permission.CITY_LINKS_READ
    else:
        may = caller().may(Permission.REMINDERS_READ)
        return reminders(set(kinds) & set(REMINDER_KINDS) if may else (), A_YEAR, wanted.language)[0]
    found = _entries(kind, key, kinds, wanted.language) if caller().may(needed) else None
    return found[1][:MOST_ENTRIES] if found else ()


def _entries(
    kind: type[CityLink | PartnerCity], key: UUID, kinds: Iterable[str], language: str
) -> tuple[str, list[dict[str, Any]]] | None:
    """Return whose calendar it is and its entries, at most one more than are shown; None: missing or unseen."""
    values = {"place": key, "limit": MOST_ENTRIES + 1, "lang": language}
    rows = visit().rows(_statement(kind, permitted(kinds, caller()), base_address()), values, named=True)
    return (rows[0].whose, [item(row, language) for row in rows if row.kind]) if rows else None


def write_calendar(_subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write the entries of the document."""
    read = map(orjson.loads, documents)
    out.writelines(calendar(each["title"], map(event, each["entries"])) for each in read)


CALENDAR = Representation(ICALENDAR, write_calendar)


@lru_cache(KEPT_STATEMENTS)
def _statement(kind: Any, kinds: tuple[str, ...], base: str) -> str:
    """`place` (an id), `limit` and `lang` -> the title and the entries, the earliest first; one row without any."""
    found = entries(kinds or ENTRY_KINDS, base)
    order = (found.c.on, found.c.kind, found.c.id)
    wanted = (found.c.on >= func.current_date() - BACK, _within(kind, found), true() if kinds else false())
    shown = select(found).where(*wanted).order_by(*order).limit(bindparam("limit", type_=Integer())).subquery("shown")
    title = kind.title if kind is CityLink else kind.name
    held = select(title.label("whose")).where(kind.id == _PLACE).subquery("held")
    statement = select(held.c.whose, shown).select_from(held).outerjoin(shown, true())
    return finished(statement.order_by(shown.c.on, shown.c.kind, shown.c.id))


_PLACE = bindparam("place", type_=Uuid())


def _within(kind: Any, found: Any) -> ColumnElement[bool]:
    """Tell whether an entry stands in the link, or is the city's own or of a link that it is a member of."""
    if kind is CityLink:
        return found.c.city_link_id == _PLACE  # type: ignore[no-any-return]
    links = select(CityLinkMember.city_link_id).where(CityLinkMember.partner_city_id == _PLACE)
    return or_(found.c.city_id == _PLACE, found.c.city_link_id.in_(links))
