"""What stands in calendars and reminders: a SELECT per kind of entry, which a union puts together.

To add a kind, write its SELECT with `_entry` and give it a line in `ENTRIES`, a code in `insight.models.ENTRY_KINDS`
(and the CHECK of `calendar_subscription.kinds`) and a label in `labels.tsv`; calendars, subscriptions and, where it is
`due`, reminders follow. The database decides which rows the caller sees; a SELECT adds for whom an entry is meant.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from stedenband.cities.models import Agreement, CityLink, PartnerCity
from stedenband.core.access import Actor, Permission
from stedenband.delegations.models import Delegation, FollowUp, ProgramItem
from stedenband.people.models import Contact
from stedenband.policy.models import PolicyPlan
from stedenband.projects.models import ExchangeProject, Indicator, Period
from stedenband.web.codelists import labels_of
from stedenband.web.formats.icalendar import Appointment, Day
from stedenband.web.sqljson import sight_of

OPEN_STATES = ("implementation", "finalisation")
INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'


def permitted(kinds: Iterable[str], actor: Actor) -> tuple[str, ...]:
    """Return those kinds of which the caller may do what is to be done: all but reviews show what anybody reads."""
    reviews = actor.may(Permission.CONTACTS_REVIEW)
    return tuple(sorted(kind for kind in set(kinds) if reviews or kind != "contactReview"))


def entries(kinds: Iterable[str], base: str) -> Subquery:
    """Return the entries of these kinds (at least one); `lang` is bound."""
    return union_all(*(ENTRIES[kind](base) for kind in kinds)).subquery("found")


def item(row: Any, language: str) -> dict[str, Any]:
    """Return an entry as it stands on the wire."""
    title = row.title or labels_of("tables")["contact"][language]
    hours = {"start": row.starts_at, "end": row.ends_at, "timezone": row.timezone, "place": row.place}
    return {
        "id": f"{row.kind}-{row.id}@stedenband",
        "kind": row.kind,
        "on": row.on.isoformat(),
        "until": row.until.isoformat(),
        "status": row.status,
        "sequence": row.sequence,
        "summary": f"{labels_of('entryKinds')[row.kind][language]}: {title}",
        "href": row.href,
        "title": title,
        "changedAt": row.changed_at,
        **{name: value for name, value in hours.items() if value is not None},
    }


def event(shown: Mapping[str, Any]) -> Day | Appointment:
    """Return such an entry as it stands in a calendar program."""
    common = (
        shown["id"],
        shown["summary"],
        shown["href"],
        shown["kind"],
        shown["status"].upper(),
        shown["sequence"],
        datetime.fromisoformat(shown["changedAt"]),
        shown.get("place"),
    )
    if "timezone" in shown:
        start, end = (datetime.fromisoformat(shown[name]) for name in ("start", "end"))
        return Appointment(*common, start=start, end=end, timezone=shown["timezone"])
    return Day(*common, on=date.fromisoformat(shown["on"]), until=date.fromisoformat(shown["until"]))


def _entry(  # noqa: PLR0913 (an entry has as many sides)
    kind: str,
    *entities: Any,
    on: Any,
    title: Any,
    href: Any,
    status: Any = None,
    due: Any = None,
    until: Any = None,
    hours: tuple[Any, Any, Any] | None = None,
    place: Any = None,
    key: Any = None,
) -> Select[Any]:
    """Return the columns of an entry about the first of `entities`; it changes with each of them.

    `due`: whether somebody has to do something about it (none: nobody has). `until`: the last day, where it is another.
    `hours`: when it begins and ends and the time zone of its place, where it does not take whole days.
    `key`: its id, where it is about a part of the record.
    """
    first = entities[0]
    starts_at, ends_at, timezone = hours or (null(), null(), null())
    return select(
        literal(kind, Text()).label("kind"),
        (first.id if key is None else key).label("id"),
        on.label("on"),
        (on if until is None else until).label("until"),
        (literal("confirmed", Text()) if status is None else status).label("status"),
        (false() if due is None else due).label("due"),
        cast(title, Text).label("title"),
        func.concat(*(piece if isinstance(piece, str) else cast(piece, Text) for piece in href)).label("href"),
        sum((each.version - 1 for each in entities[1:]), first.version - 1).label("sequence"),
        _written(func.greatest(*(each.updated_at for each in entities))).label("changed_at"),
        _written(starts_at).label("starts_at"),
        _written(ends_at).label("ends_at"),
        cast(timezone, Text).label("timezone"),
        cast(null() if place is None else place, Text).label("place"),
        first.city_id.label("city_id"),
        cast(getattr(first, "city_link_id", null()), Uuid).label("city_link_id"),
    )


def _written(moment: Any) -> ColumnElement[str]:
    """Return a moment as it stands on the wire."""
    return func.to_char(func.timezone("UTC", cast(moment, DateTime(timezone=True))), INSTANT)


def _renewals(base: str) -> Select[Any]:
    """Return the ends of the last signed agreement of each link, for its members."""
    agreement, link, later = aliased(Agreement), aliased(CityLink), aliased(Agreement)
    followed = (
        select(later.id)
        .where(
            later.city_link_id == agreement.city_link_id,
            later.status == "signed",
            tuple_(later.valid_to, later.id) > tuple_(agreement.valid_to, agreement.id),
        )
        .exists()
    )
    return (
        _entry(
            "agreementRenewal",
            agreement,
            link,
            on=agreement.valid_to,
            title=link.title,
            href=(base, "/cityLinks/", link.id),
            status=_certainty(link.status, "ended"),
            due=link.status != "ended",
        )
        .join(link, link.id == agreement.city_link_id)
        .where(agreement.status == "signed", ~followed, sight_of(link)["link"])
    )


def _reviews(base: str) -> Select[Any]:
    """Return the reviews of contacts of the own city: by function, as calendars lie open on phones."""
    contact = aliased(Contact)
    return _entry(
        "contactReview",
        contact,
        on=contact.review_on,
        title=contact.function,
        href=(base, "/contacts/", contact.id),
        due=true(),
    ).where(sight_of(contact)["city"])


def _periods(base: str) -> Select[Any]:
    """Return the reports that are not pending or approved, for those who write them."""
    period, project = aliased(Period), aliased(ExchangeProject)
    return (
        _entry(
            "periodReport",
            period,
            project,
            Indicator,
            on=period.end_date,
            title=func.concat(project.title, ": ", _in_language(Indicator.title)),
            href=(base, "/exchangeProjects/", period.exchange_project_id, "/periods/", period.id),
            status=_certainty(project.status),
            due=project.status.in_((*OPEN_STATES, "closed")),
        )
        .join(Indicator, Indicator.id == period.indicator_id)
        .join(project, project.id == period.exchange_project_id)
        .where(period.status.not_in(("pending", "approved")), sight_of(period)["link"])
    )


def _plans(base: str) -> Select[Any]:
    """Return the ends of plans of the own city that no later published one follows."""
    plan, later = aliased(PolicyPlan), aliased(PolicyPlan)
    followed = (
        select(later.id)
        .where(later.city_id == plan.city_id, later.end_date > plan.end_date, later.status == "published")
        .exists()
    )
    href = (base, "/policyPlans/", plan.id)
    return _entry("planEnd", plan, on=plan.end_date, title=plan.title, href=href, due=true()).where(
        ~followed, sight_of(plan)["link"]
    )


def _project_ends(base: str) -> Select[Any]:
    """Return the ends of projects, for whoever sees them; there is something to do for those whom they concern."""
    project = aliased(ExchangeProject)
    ends = (project.planned_end.is_not(None), project.actual_end.is_(None), project.status.in_(OPEN_STATES))
    return _entry(
        "projectEnd",
        project,
        on=project.end_date,
        title=project.title,
        href=(base, "/exchangeProjects/", project.id),
        status=_certainty(project.status),
        due=and_(*ends, sight_of(project)["link"]),
    )


def _project_starts(base: str) -> Select[Any]:
    """Return the beginnings of projects, for whoever sees them."""
    project = aliased(ExchangeProject)
    return _entry(
        "projectStart",
        project,
        on=project.start_date,
        title=project.title,
        href=(base, "/exchangeProjects/", project.id),
        status=_certainty(project.status),
    )


def _visits(base: str) -> Select[Any]:
    """Return the visits of delegations whose days are known, for whoever sees them."""
    delegation, host = aliased(Delegation), aliased(PartnerCity)
    return (
        _entry(
            "delegation",
            delegation,
            on=delegation.arrival,
            until=delegation.departure,
            title=delegation.title,
            href=(base, "/delegations/", delegation.id),
            status=_certainty(delegation.status),
            place=host.name,
        )
        .join(host, host.id == delegation.host_city_id)
        .where(delegation.arrival.is_not(None), delegation.departure.is_not(None))
    )


def _program(base: str) -> Select[Any]:
    """Return the items of their programs, for whoever sees them."""
    found = aliased(ProgramItem)
    return _entry(
        "programItem",
        found,
        on=cast(func.timezone(found.timezone, found.starts_at), Date),
        until=cast(func.timezone(found.timezone, found.ends_at), Date),
        title=found.title,
        href=(base, "/delegations/", found.delegation_id, "/programItems/", found.id),
        status=case((found.cancelled, "cancelled"), else_="confirmed"),
        hours=(found.starts_at, found.ends_at, found.timezone),
        place=found.place,
    )


def _visit_reports(base: str) -> Select[Any]:
    """Return the reports of delegations that are back and have none."""
    delegation = aliased(Delegation)
    return _entry(
        "delegationReport",
        delegation,
        on=delegation.report_due,
        title=delegation.title,
        href=(base, "/delegations/", delegation.id),
        due=true(),
    ).where(delegation.status == "returned", sight_of(delegation)["link"])


def _follow_ups(base: str) -> Select[Any]:
    """Return the actions that follow from visits, by the title of the visit: what is to be done may name people."""
    delegation = aliased(Delegation)
    return (
        _entry(
            "followUp",
            delegation,
            on=FollowUp.due_date,
            title=delegation.title,
            href=(base, "/delegations/", delegation.id),
            due=true(),
            key=FollowUp.id,
        )
        .join(FollowUp, FollowUp.delegation_id == delegation.id)
        .where(FollowUp.due_date.is_not(None), ~FollowUp.done, sight_of(delegation)["link"])
    )


ENTRIES: Mapping[str, Callable[[str], Select[Any]]] = {
    "agreementRenewal": _renewals,
    "contactReview": _reviews,
    "delegation": _visits,
    "delegationReport": _visit_reports,
    "followUp": _follow_ups,
    "periodReport": _periods,
    "planEnd": _plans,
    "programItem": _program,
    "projectEnd": _project_ends,
    "projectStart": _project_starts,
}
"""By kind."""


def _certainty(status: Any, cancelled: str = "cancelled") -> ColumnElement[str]:
    """Return the status of an entry by that of its record."""
    plans = ("pipeline", "suspended", "candidate", "exploring", "draft")
    return case((status == cancelled, "cancelled"), (status.in_(plans), "tentative"), else_="confirmed")


def _in_language(texts: Any) -> ColumnElement[str]:
    """Return the text in the language that is bound; where there is none, in English, else in the first."""
    each = func.jsonb_each_text(texts).table_valued("key", "value")
    best = (each.c.key == bindparam("lang", type_=Text())).desc(), (each.c.key == literal("en")).desc(), each.c.key
    return select(each.c.value).order_by(*best).limit(1).scalar_subquery()
