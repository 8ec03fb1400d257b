"""How rules put values on records: columns, and the parts of a record that have no address of their own."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import bindparam, event, inspect, literal, select
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import flag_modified

from stedenband.core.db import asked, now
from stedenband.core.errors import INCORRECT, BadRequest, Issue
from stedenband.core.finished import finished
from stedenband.core.records import Record, Versioned
from stedenband.core.together import held_back
from stedenband.core.words import say

Part = TypeVar("Part", bound=Record)


class Merge(dict[str, Any]):
    """The merge patch of an object that is kept as a whole: what is null goes, what is absent stays."""


def assign(row: Record, values: Mapping[str, Any]) -> None:
    """Set the columns of `row` that `values` names and that differ; other names are the caller's business."""
    columns = row.__mapper__.column_attrs
    for name, value in values.items():
        if name in columns:
            before = getattr(row, name)
            after = _merged(before, value) if isinstance(value, Merge) else value
            if before != after:
                setattr(row, name, after)


def _merged(before: Mapping[str, Any] | None, patch: Merge) -> dict[str, Any] | None:
    return {name: value for name, value in {**(before or {}), **patch}.items() if value is not None} or None


def store(session: Session, row: Record) -> None:
    """Insert a new record now, so that it has a key for its parts; where several are made together, it gets one."""
    if made := held_back(session):
        made.keep(row)
    elif not inspect(row).has_identity:
        session.add(row)
        session.flush()


def replace_parts(
    session: Session,
    kind: type[Part],
    owner: Mapping[str, Any],
    wanted: Sequence[Mapping[str, Any]],
    key: Sequence[str],
) -> None:
    """Make the parts of `owner` those `wanted`, touching only what differs; `key` tells two parts apart."""
    if made := held_back(session):  # a new record has none yet
        made.rows += [kind(**owner, **values) for values in wanted]
        return
    there = {
        tuple(getattr(part, name) for name in key): part for part in session.scalars(select(kind).filter_by(**owner))
    }
    for values in wanted:
        part = there.pop(tuple(values[name] for name in key), None)
        if part is None:
            session.add(kind(**owner, **values))
        else:
            assign(part, values)
    for part in there.values():
        session.delete(part)


def touch(session: Session, row: Record) -> bool:
    """Move the version of `row` when it or a part of it is about to change; tell whether it is."""
    changed = bool(session.new or session.deleted or any(session.is_modified(each) for each in session.dirty))
    if changed:
        row.updated_at = now()  # type: ignore[attr-defined]
        flag_modified(row, "updated_at")
    return changed


@event.listens_for(Versioned, "before_update", propagate=True)
def _say_when(_mapper: object, _connection: object, row: Any) -> None:
    """Move `updated_at` with every version, also of a record that was sent to the database before it was touched."""
    if cast("Session", object_session(row)).is_modified(row, include_collections=False):
        row.updated_at = now()


def referred(session: Session, kind: type[Any], key: object, field: str) -> Any:
    """Return the record that the input refers to; one the caller may not see answers like a missing one (400)."""
    found = session.scalar(select(kind).where(kind.id == key))
    if found is None:
        raise unseen(key, field)
    return found


def refer(session: Session, kind: type[Any], key: UUID, field: str) -> UUID:
    """Return the id of the record that the input refers to, as `referred` does, where nothing else of it is needed."""
    made = held_back(session)
    if made and (kind, key) in made.seen:
        return key
    if not asked(session, _exists(cast("Any", kind)), {"id": key}):
        raise unseen(key, field)
    if made:
        made.seen.add((kind, key))
    return key


@cache
def _exists(kind: Any) -> str:
    return finished(select(literal(1)).where(kind.id == bindparam("id", type_=kind.id.type)))


def unseen(key: object, field: str) -> BadRequest:
    """Return the answer to a reference that leads nowhere the caller sees."""
    return BadRequest(
        INCORRECT,
        issues=[
            Issue(
                "body",
                field,
                say("There is no such record, or you may not see it."),
                "referencedResourceNotFound",
                str(key),
            )
        ],
    )
