"""Subject access (GDPR art. 15): everything that one city, the controller, holds on a person, across all tables."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Table, Text, func, or_, select
from sqlalchemy.orm import Session

from stedenband.changes.models import Change
from stedenband.core.access import Actor
from stedenband.core.errors import BadRequest, MissingPermission
from stedenband.core.parts import referred
from stedenband.core.records import Record
from stedenband.core.words import Rule, say
from stedenband.people.models import Contact, PrivacyAct
from stedenband.people.rules.acts import on_the_wire, record_act
from stedenband.people.rules.erasure import listed
from stedenband.people.rules.person import Person, find_person
from stedenband.people.rules.places import mentioned, named, notes, references, signatures

Row = dict[str, Any]

CALLED = ("display_name", "label", "name", "title", "function")
"""Columns that say what a record is called; the first that has a value does."""

WAYS = ("contact", "email", "phone", "name")
"""How a person may be named; one of them is enough."""


def give_access(session: Session, actor: Actor, asked: Mapping[str, Any]) -> tuple[PrivacyAct, dict[str, Any]]:
    """Collect what the caller's city holds on the person asked for, and record that it was done."""
    if not any(name in asked for name in WAYS):
        raise BadRequest.at("body", "contact", Rule(say("Name the person by a contact, an email, a phone or a name.")))
    city_id = _controller(actor)
    if "contact" in asked and referred(session, Contact, asked["contact"], "contact").city_id != city_id:
        raise MissingPermission(say("Only the city that owns this record gives access to what it holds."))
    person = find_person(session, city_id, asked)
    found = held(session, person)
    counts = Counter(row["table"] for row in found["records"])
    contact = session.get(Contact, min(person.ids)) if person.ids else None
    said = {name: asked[name] for name in ("file_number",) if name in asked}
    return record_act(session, "subjectAccess", city_id, actor, subject=contact, said=said, counts=counts), found


def held(session: Session, person: Person) -> dict[str, Any]:
    """Return the records on a person, the changes of them (without values), the acts on them, and the kept replies."""
    changes = (
        select(
            Change.changed_at,
            Change.operation,
            Change.table_name.label("table"),
            Change.record_id.label("id"),
        )
        .where(Change.record_id.in_(person.ids), Change.city_id == person.city_id)
        .order_by(Change.sequence)
    )
    acts = (
        select(PrivacyAct.id, PrivacyAct.kind, PrivacyAct.reason, PrivacyAct.created_at)
        .where(PrivacyAct.subject_id.in_(person.ids), PrivacyAct.city_id == person.city_id)
        .order_by(PrivacyAct.id)
    )
    replies = select(func.count_replies(*listed(person.ids, person.phrases | person.names)))
    return {
        "records": list(_records(session, person)),
        "changes": [_shown(row) for row in session.execute(changes).mappings()],
        "acts": [_shown(row) for row in session.execute(acts).mappings()],
        "replies": session.scalar(replies),
    }


def names_of(session: Session, records: Iterable[Row]) -> dict[str, str]:
    """Return what the records that these refer to are called, by id, as far as the caller may know."""
    wanted: dict[Table, set[UUID]] = {}
    tables = {on_the_wire(name): table for name, table in Record.metadata.tables.items()}
    for record in records:
        for column in tables[record["table"]].c:
            value = record["values"].get(on_the_wire(column.name))
            for key in column.foreign_keys if value else ():
                wanted.setdefault(key.column.table, set()).add(value)
    names: dict[str, str] = {}
    for table, ids in wanted.items():
        columns = [table.c[name] for name in CALLED if name in table.c]
        called = func.coalesce(*(column for column in columns if isinstance(column.type, Text)))
        rows = session.execute(select(table.c.id, called).where(table.c.id.in_(ids)))
        names |= {str(key): str(name) for key, name in rows if name}
    return names


def _shown(row: RowMapping) -> Row:
    return {on_the_wire(str(name)): value for name, value in row.items() if value is not None}


def _records(session: Session, person: Person) -> Iterator[Row]:
    yield from _rows(session, Contact, Contact.id.in_(person.ids))
    for model, column, _ in references():
        yield from _rows(session, model, column.in_(person.ids))
    for place in signatures():
        yield from _rows(session, place.model, named(place, person), place.owner)
    if person.phrases:
        for model, noted in groupby(notes(), lambda place: place.model):
            places = list(noted)
            told = or_(*(mentioned(place, person) for place in places))
            yield from _rows(session, model, told, places[0].owner)


def _rows(session: Session, model: Any, condition: ColumnElement[bool], owner: Any = None) -> Iterator[Row]:
    """Yield the values of rows; what is computed from them, and what serves the machinery alone, is left out."""
    columns = [column for column in model.__table__.c if column.computed is None and column.name != "version"]
    query = select(*columns).where(condition).order_by(*model.__table__.primary_key)
    for row in session.execute(query if owner in (None, model) else query.join(owner, condition)).mappings():
        values = {on_the_wire(column.name): row[column] for column in columns if row[column] is not None}
        yield {"table": on_the_wire(model.__tablename__), "values": values}


def _controller(actor: Actor) -> UUID:
    """Return the city that answers for what it holds: the caller's own."""
    if actor.own_city is None:
        raise MissingPermission(say("Only the staff of a city asks what it holds on a person."))
    return actor.own_city
