"""Who changed what since a row was exported, so that a conflict is named and not overwritten."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from stedenband.changes.models import Change
from stedenband.core.access import Relation
from stedenband.core.words import Said, say
from stedenband.transfer.imports.wanted import own_fields
from stedenband.web import fields
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, audience_of

NOT_NEWER = say("The record has changed since this row was exported. Export it again and change that.")


def conflict(session: Session, resource: Resource, key: UUID, version: int, relation: Relation) -> Said:
    """Return the sentence that says what became of a record since `version`, as far as the caller may know it."""
    since = (Change.record_id == key, Change.version > version, ~Change.withdrawn)
    changes = session.execute(
        select(Change.actor_name, Change.changed_at, Change.fields).where(*since).order_by(Change.sequence)
    ).all()
    shown = dict(_columns(resource.schema, relation))
    names = sorted({shown[column] for change in changes for column in change.fields if column in shown})
    if not names:
        return NOT_NEWER
    last = changes[-1]
    said: dict[str, Any] = {"names": ", ".join(names), "when": f"{last.changed_at:%Y-%m-%d %H:%M} UTC"}
    if relation is Relation.OWNER and last.actor_name:
        return say(
            "{who} has changed this record since it was exported, on {when}: {names}. Export it again and change that.",
            who=last.actor_name,
            **said,
        )
    return say(
        "The record has changed since it was exported, on {when}: {names}. Export it again and change that.", **said
    )


def _columns(schema: type[Schema], relation: Relation) -> Iterator[tuple[str, str]]:
    """Yield the columns whose changes the caller may know of, each with its property."""
    for name, field in own_fields(schema):
        if audience_of(field) == "city" and relation is not Relation.OWNER:
            continue
        if isinstance(field, fields.Part):
            yield from ((column, name) for column in field.removed())
        else:
            yield from ((column, name) for column in _of(name, field, schema))


def _of(name: str, field: Any, schema: type[Schema]) -> tuple[str, ...]:
    key = next(key for key, each in schema._declared_fields.items() if each is field)  # noqa: SLF001 (as in web.schema)
    column = field.attribute or key
    return (column, f"{column}_id", name)
