"""What is told to those who prepare a delegation: it informs, and blocks where the city that owns it says so.

A person in two visits at once, a passport that ends within six months of the return, a flight where the city takes the
train, a public holiday where the delegation is received (domain description). Of visits that the caller does not see,
nothing is told; what a city knows of the passports of its people is told to its own staff.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    cast,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from stedenband.cities.models import TRAVEL_WARNINGS, PartnerCity
from stedenband.core.errors import Conflict, Issue
from stedenband.core.words import Said, say
from stedenband.delegations.models import Delegation, Participant, TravelLeg
from stedenband.delegations.rules.holidays import holidays_between

PREPARED = ("draft", "approved", "travelling")
"""States in which something can still be done about it."""
BLOCKED = {"approved": frozenset(TRAVEL_WARNINGS) - {"passport"}, "travelling": frozenset(TRAVEL_WARNINGS)}
"""Which warnings keep a delegation out of a state, where its city says that they block."""
MONTHS = 6
"""How long after the return a passport has to be valid (domain description)."""

COLUMNS: dict[str, Any] = {
    "kind": Text,
    "place": Integer,
    "day": Date,
    "other_id": Uuid,
    "other_title": Text,
    "km": Integer,
    "least": Integer,
}
"""Of a finding: its kind, the place of what it is about in its list, the day, the other visit, the distances."""

Key = ColumnElement[UUID]
Visit = tuple[UUID, str]
"""Id and title of a delegation."""


@dataclass(frozen=True)
class Warned:
    """A warning: its kind, the property that it is about, a sentence, the day and the other visit that it names."""

    kind: str
    name: str
    detail: Said
    blocking: bool
    day: date
    delegation: Visit | None = None


def is_not_blocked(session: Session, delegation: Delegation) -> None:
    """Refuse the state that a delegation is about to be in while a warning keeps it out; whose passport is not told."""
    kinds = BLOCKED.get(delegation.status, frozenset())
    if not kinds:
        return
    session.flush()
    rows = session.execute(facts_of(literal(delegation.id), everybody=True)).all()
    blocking = [each for each in told_by(rows, "en") if each.blocking and each.kind in kinds]
    if blocking:
        issues = [
            Issue("body", "participants" if each.kind == "passport" else each.name, each.detail, "rejectedInput")
            for each in blocking
        ]
        raise Conflict(say("A warning blocks, as your city says in `travelRules`."), issues=issues)


def told_by(rows: Sequence[Any], language: str) -> list[Warned]:
    """Return the warnings that the rows of `facts_of` come to; holidays are called as in `language`."""
    first = rows[0]
    if first.status not in PREPARED:
        return []
    blocking = frozenset(first.blocking or ())
    return [
        *(_found(row, blocking) for row in rows if row.kind is not None),
        *_holidays(first, blocking, language),
    ]


def facts_of(key: Key, *, everybody: bool = False) -> Select[Any]:
    """Return the statement: a row per finding, each with what all of them need, and one where there is none.

    `everybody`: the passports of other cities' people count too.
    """
    owner, host = aliased(PartnerCity), aliased(PartnerCity)
    found = union_all(_overlaps(key), _passports(key, everybody=everybody), _flights(key)).subquery("found")
    return (
        select(
            Delegation.status,
            Delegation.arrival,
            Delegation.departure,
            host.country_code.label("country"),
            owner.blocking_warnings.label("blocking"),
            Delegation.relation().label("relation"),
            found,
        )
        .join(host, host.id == Delegation.host_city_id)
        .outerjoin(owner, owner.id == Delegation.city_id)
        .outerjoin(found, true())
        .where(Delegation.id == key)
        .order_by(found.c.kind, found.c.place, found.c.other_id)
    )


def _overlaps(key: Key) -> Select[Any]:
    people, again, other = _people(key), aliased(Participant), aliased(Delegation)
    return (
        select(*_finding("overlap", people.c.place, other.arrival, other_id=other.id, other_title=other.title))
        .select_from(people)
        .join(Delegation, Delegation.id == people.c.delegation_id)
        .join(again, again.contact_id == people.c.contact_id)
        .join(other, other.id == again.delegation_id)
        .where(
            other.id != Delegation.id,
            other.status != "cancelled",
            other.arrival <= Delegation.departure,
            Delegation.arrival <= other.departure,
        )
    )


def _passports(key: Key, *, everybody: bool) -> Select[Any]:
    people = _people(key)
    ends = func.make_interval(0, MONTHS) + Delegation.departure
    whose = true() if everybody else Participant.seen_as_city(people.c)
    return (
        select(*_finding("passport", people.c.place, people.c.passport_valid_until))
        .select_from(people)
        .join(Delegation, Delegation.id == people.c.delegation_id)
        .where(people.c.passport_valid_until < ends, whose)
    )


def _flights(key: Key) -> Select[Any]:
    owner = aliased(PartnerCity)
    return (
        select(
            *_finding("train", TravelLeg.position, TravelLeg.traveled_on, km=TravelLeg.km, least=owner.train_below_km)
        )
        .join(Delegation, Delegation.id == TravelLeg.delegation_id)
        .join(owner, owner.id == Delegation.city_id)
        .where(Delegation.id == key, TravelLeg.mode == "plane", TravelLeg.km < owner.train_below_km)
    )


def _people(key: Key) -> Any:
    """Return the participants, numbered as the document of their delegation lists them."""
    order = (Participant.position, Participant.id)
    numbered = (func.row_number().over(order_by=order) - 1).label("place")
    return select(Participant, numbered).where(Participant.delegation_id == key).subquery()


def _finding(kind: str, place: Any, day: Any, **more: Any) -> list[Any]:
    """Return the columns of a finding; those that this kind does not have are empty."""
    values = {"kind": literal(kind), "place": place, "day": day, **more}
    return [cast(values.get(name, null()), of).label(name) for name, of in COLUMNS.items()]


def _found(row: Any, blocking: frozenset[str]) -> Warned:
    other = row.other_id and (row.other_id, row.other_title)
    match row.kind:
        case "overlap":
            name = f"participants[{row.place}]"
            detail = say("This person is also in '{title}' on some of these days.", title=row.other_title)
        case "passport":
            name = f"participants[{row.place}].checklist.passportValidUntil"
            detail = say("The passport ends within {months} months of the return.", months=MONTHS)
        case _:
            name = f"travelLegs[{row.place}].mode"
            detail = say(
                "This flight is {km} km. Your city takes the train below {least} km.", km=row.km, least=row.least
            )
    return Warned(row.kind, name, detail, row.kind in blocking, row.day, other)


def _holidays(visit: Any, blocking: frozenset[str], language: str) -> Iterator[Warned]:
    if visit.arrival and visit.departure:
        for day, holiday in holidays_between(visit.country, visit.arrival, visit.departure, language):
            detail = say(
                "{day} is a public holiday where the delegation is received: {holiday}.", day=day, holiday=holiday
            )
            yield Warned("holiday", "arrival", detail, "holiday" in blocking, day)
