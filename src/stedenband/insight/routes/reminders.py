"""`GET /reminders`: what the caller's city has to do by a day, in one statement, as a list and as a calendar.

Periods without a report that is pending or approved, projects and plans that end, and links whose agreement is due for
renewal: of the own city, and of the links that it is a member of. For those who review contacts, those of the own city
whose day of review comes: by their function, as calendars lie open on phones.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, BinaryIO

import orjson
from flask import Response
from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, cast, func, literal, select, union_all
from sqlalchemy.orm import aliased

from stedenband.cities.models import Agreement, CityLink
from stedenband.core.access import Permission
from stedenband.core.finished import finished
from stedenband.insight.schemas import MOST_REMINDERS, REMINDER_KINDS, RemindersSchema
from stedenband.people.models import Contact
from stedenband.policy.models import PolicyPlan
from stedenband.projects.models import ExchangeProject, Indicator, Period
from stedenband.web.codelists import labels_of
from stedenband.web.conditional import reply, tag
from stedenband.web.exports import answer_page
from stedenband.web.formats.icalendar import Day, calendar
from stedenband.web.formats.table import ICALENDAR, Representation, Subject
from stedenband.web.guard import caller, visit
from stedenband.web.language import spoken
from stedenband.web.links import base_address
from stedenband.web.listing import page_address
from stedenband.web.negotiation import chosen
from stedenband.web.sqljson import sight_of

OPEN_STATES = ("implementation", "finalisation")
INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'


def read_reminders(query: dict[str, Any]) -> Response:
    """Return the reminders; a calendar has no room for saying that there are more."""
    kinds = tuple(sorted(kind for kind in query.get("kind", REMINDER_KINDS) if _may_do(kind)))
    values = {"ahead": query["ahead"], "limit": MOST_REMINDERS + 1, "lang": spoken()}
    rows = visit().rows(_statement(kinds, base_address()), values, named=True) if kinds else []
    found = [_item(row) for row in rows[:MOST_REMINDERS]]
    document = {"self": page_address({}), "reminders": found, "complete": len(rows) <= MOST_REMINDERS}
    if wanted := chosen():
        return answer_page(Subject("reminders", RemindersSchema, page_address({})), wanted, [document], None)
    body = orjson.dumps(document)
    return reply(body, tag(body))


def write_calendar(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write an entry per reminder of the document."""
    items = (item for document in documents for item in orjson.loads(document)["reminders"])
    out.write(calendar(subject.name, map(_day, items)))


CALENDAR = Representation(ICALENDAR, write_calendar)


def _day(item: dict[str, Any]) -> Day:
    return Day(
        item["id"],
        date.fromisoformat(item["on"]),
        item["summary"],
        item["href"],
        item["kind"],
        datetime.fromisoformat(item["changedAt"]),
    )


def _item(row: Any) -> dict[str, Any]:
    said = labels_of("reminderKinds")[row.kind][spoken()]
    title = row.title or labels_of("tables")["contact"][spoken()]
    return {
        "id": f"{row.kind}-{row.id}@stedenband",
        "kind": row.kind,
        "on": row.on.isoformat(),
        "overdue": row.overdue,
        "summary": f"{said}: {title}",
        "href": row.href,
        "title": title,
        "changedAt": row.changed_at,
    }


def _may_do(kind: str) -> bool:
    """Tell whether the caller may do what is to be done; all but reviews show what anybody reads who is reminded."""
    return kind != "contactReview" or caller().may(Permission.CONTACTS_REVIEW)


@lru_cache(1 << len(REMINDER_KINDS))
def _statement(kinds: tuple[str, ...], base: str) -> str:
    """`ahead` days and `limit` -> the reminders of these kinds, the earliest first."""
    known = {
        "contactReview": _reviews,
        "periodReport": _periods,
        "projectEnd": _projects,
        "planEnd": _plans,
        "agreementRenewal": _renewals,
    }
    found = union_all(*(known[kind](base) for kind in dict.fromkeys(kinds))).subquery("found")
    soon = found.c.on <= func.current_date() + bindparam("ahead", type_=Integer())
    order = (found.c.on, found.c.kind, found.c.id)
    return finished(select(found).where(soon).order_by(*order).limit(bindparam("limit", type_=Integer())))


def _row(kind: str, entity: Any, day: Any, title: Any, address: Any) -> Select[Any]:
    """Return the columns of a reminder about a record of the own city, or of a link that it is a member of."""
    changed = func.to_char(func.timezone("UTC", entity.updated_at), INSTANT)
    columns = (
        literal(kind, Text()).label("kind"),
        entity.id.label("id"),
        day.label("on"),
        (day < func.current_date()).label("overdue"),
        cast(title, Text).label("title"),
        address.label("href"),
        changed.label("changed_at"),
    )
    return select(*columns).where(sight_of(entity)["link"])


def _periods(base: str) -> Select[Any]:
    period = aliased(Period)
    address = func.concat(base, "/exchangeProjects/", period.exchange_project_id, "/periods/", period.id)
    due = (period.status.not_in(("pending", "approved")), ExchangeProject.status.in_((*OPEN_STATES, "closed")))
    title = func.concat(ExchangeProject.title, ": ", _in_language(Indicator.title))
    return (
        _row("periodReport", period, period.end_date, title, address)
        .join(Indicator, Indicator.id == period.indicator_id)
        .join(ExchangeProject, ExchangeProject.id == period.exchange_project_id)
        .where(*due)
    )


def _in_language(texts: Any) -> ColumnElement[str]:
    """Return the text in the caller's language; where there is none, in English, else in the first."""
    each = func.jsonb_each_text(texts).table_valued("key", "value")
    best = (each.c.key == bindparam("lang", type_=Text())).desc(), (each.c.key == literal("en")).desc(), each.c.key
    return select(each.c.value).order_by(*best).limit(1).scalar_subquery()


def _reviews(base: str) -> Select[Any]:
    contact = aliased(Contact)
    address = func.concat(base, "/contacts/", contact.id)
    return _row("contactReview", contact, contact.review_on, contact.function, address).where(sight_of(contact)["city"])


def _projects(base: str) -> Select[Any]:
    project = aliased(ExchangeProject)
    address = func.concat(base, "/exchangeProjects/", project.id)
    ends = (project.planned_end.is_not(None), project.actual_end.is_(None), project.status.in_(OPEN_STATES))
    return _row("projectEnd", project, project.planned_end, project.title, address).where(*ends)


def _plans(base: str) -> Select[Any]:
    plan, later = aliased(PolicyPlan), aliased(PolicyPlan)
    followed = (
        select(later.id)
        .where(later.city_id == plan.city_id, later.end_date > plan.end_date, later.status == "published")
        .exists()
    )
    address = func.concat(base, "/policyPlans/", plan.id)
    return _row("planEnd", plan, plan.end_date, plan.title, address).where(~followed)


def _renewals(base: str) -> Select[Any]:
    link = aliased(CityLink)
    last = (
        select(func.max(Agreement.valid_to))
        .where(Agreement.city_link_id == link.id, Agreement.status == "signed")
        .scalar_subquery()
    )
    address = func.concat(base, "/cityLinks/", link.id)
    return _row("agreementRenewal", link, last, link.title, address).where(link.status != "ended", last.is_not(None))
