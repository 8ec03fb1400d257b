"""Dry runs: what the public would see of which records if a change were made.

The change is made by the same rules, the records are read by the same SQL under the same policies as the public reads
them, before and after; then all of it is rolled back. What could differ: the record itself, those below it, and those
that refer to any of these, as a reference to a record that is not seen is absent.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from flask import Response, current_app
from flask_smorest import Blueprint
from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, cast, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from stedenband.core.access import Relation
from stedenband.core.db import as_public, settle
from stedenband.core.finished import finished
from stedenband.core.lifecycle import Transition
from stedenband.core.parts import touch
from stedenband.core.records import Owned
from stedenband.web import fields
from stedenband.web.conditional import check_version, reply, tag
from stedenband.web.declare import View, declare
from stedenband.web.embedding import REGISTER, kind_of, references
from stedenband.web.guard import caller, visit
from stedenband.web.links import base_address
from stedenband.web.merge import flattened
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, patch_schema
from stedenband.web.sight import find, permit_change, permit_move
from stedenband.web.sqljson import Writer, child_of

MOST_RECORDS = 500
"""How many records a dry run looks at; where there are more, it says that it is not complete."""
KEPT_STATEMENTS = 64
DRY = {"conditional": True, "status": 200, "safe": True}
Document = dict[str, Any]
May = Callable[[Resource, Relation, Mapping[str, Any]], None]
Make = Callable[[Session, Resource, Any, Mapping[str, Any]], None]


class SeenRecordSchema(Schema):
    """A record that the public would see otherwise than now."""

    href = fields.Url("Its address.", required=True, example=f"{fields.EXAMPLE_BASE}/cityLinks/{fields.EXAMPLE_ID}")
    resource = fields.Text("The collection that it is in.", 40, required=True, example="cityLinks")
    seen_now = fields.Flag("Whether the public sees it now.", required=True, example=False)
    seen_then = fields.Flag("Whether the public would see it.", required=True, example=True)
    shown = fields.Document(
        "The properties that the public would see, or see with another value, as it would see them.",
        required=True,
        example={"title": "Genk – Francistown"},
    )
    hidden = fields.Names("The properties that the public sees now and would no longer see.", required=True)


class DryRunSchema(Schema):
    """What a change would mean for the public; nothing was changed."""

    records = fields.Items("The records that the public would see otherwise.", SeenRecordSchema, required=True)
    complete = fields.Flag("Whether these are all of them.", required=True, example=True)


def rehearsable(resource: Resource) -> bool:
    """Tell whether a change, or a move, of such a record decides who sees it."""
    seen_by: Any = resource.schema._declared_fields.get("visibility")  # noqa: SLF001 (as in web.schema)
    return bool(resource.rules.change and seen_by and (resource.rules.move or not seen_by.dump_only))


def mount_rehearsal(blueprint: Blueprint, resource: Resource, one: str) -> None:
    """Register the dry run of a change of one record, and of its moves where it has a lifecycle."""
    key, noun, may = resource.key.removesuffix("_id"), resource.noun, resource.permissions
    declare(
        blueprint,
        f"{one}/dryRun",
        "POST",
        f"check_{key}_change",
        may["update"],
        _rehearser(resource, permit_change, _change),
        summary=f"Show what the public would see after a change of the {noun}, without making it",
        body=patch_schema(resource.schema),
        returns=DryRunSchema,
        facts=DRY,
    )
    if resource.rules.move and resource.transition:
        declare(
            blueprint,
            f"{one}/transitions/dryRun",
            "POST",
            f"check_{key}_move",
            may["move"],
            _rehearser(resource, _may_move, _move),
            summary=f"Show what the public would see after a move of the {noun}, without making it",
            body=resource.transition,
            returns=DryRunSchema,
            facts=DRY,
        )


def _rehearser(resource: Resource, may: May, make: Make) -> View:
    def view(data: dict[str, Any], **ids: UUID) -> Response:
        finding, reading = _statements(resource, tuple(current_app.extensions[REGISTER].values()), base_address())

        def work(session: Session) -> bytes:
            row, relation = find(session, resource, ids)
            may(resource, relation, data)
            check_version(row.version)
            keys = _concerned(session, finding, row.id)
            before = _seen(session, reading, keys[:MOST_RECORDS])
            make(session, resource, row, data)
            touch(session, row)
            settle(session)
            after = _seen(session, reading, keys[:MOST_RECORDS])
            records = list(_different(before, after))
            return orjson.dumps({"records": records, "complete": len(keys) <= MOST_RECORDS})

        body = visit().rehearse(work)
        return reply(body, tag(body))

    return view


def _change(session: Session, resource: Resource, row: Any, data: Mapping[str, Any]) -> None:
    resource.rules.change(session, caller(), row, flattened(resource.schema, data))  # type: ignore[misc]


def _may_move(resource: Resource, relation: Relation, data: Mapping[str, Any]) -> None:
    permit_move(resource, relation, data["to"])


def _move(session: Session, resource: Resource, row: Any, data: Mapping[str, Any]) -> None:
    resource.lifecycle.check(row.status, data["to"], data)  # type: ignore[union-attr]
    resource.rules.move(session, caller(), row, Transition(data["to"], data))  # type: ignore[misc]


def _concerned(session: Session, finding: str, key: UUID) -> list[UUID]:
    """Return the ids of the records that the change could make a difference to, and one more where there are too many.

    The caller sees whatever the public sees now, and the record with all below it, so it finds them.
    """
    return list(session.connection().exec_driver_sql(finding, {"id": key, "limit": MOST_RECORDS + 1}).scalars())


def _seen(session: Session, reading: str, keys: list[UUID]) -> dict[str, tuple[str, Document]]:
    """Return collection and document by address, as far as the public sees these records now."""
    with as_public(session) as connection:
        rows = connection.exec_driver_sql(reading, {"keys": keys}).all()
    documents = [(name, orjson.loads(document)) for name, document in rows]
    return {document["href"]: (name, document) for name, document in documents}


def _different(
    before: Mapping[str, tuple[str, Document]], after: Mapping[str, tuple[str, Document]]
) -> Iterator[Document]:
    for href in sorted(before.keys() | after.keys()):
        name, was = before.get(href, ("", {}))
        name, would_be = after.get(href, (name, {}))
        shown = {key: value for key, value in would_be.items() if was.get(key) != value}
        hidden = sorted(was.keys() - would_be.keys())
        if shown or hidden:
            seen = {"seenNow": href in before, "seenThen": href in after}
            yield {"href": href, "resource": name, **seen, "shown": shown, "hidden": hidden}


@lru_cache(KEPT_STATEMENTS)
def _statements(resource: Resource, resources: tuple[Resource, ...], base: str) -> tuple[str, str]:
    """Return two statements, made before the transaction begins, as the first time takes a moment.

    `id` and `limit` -> the ids of the record, of those below it, and of public ones that refer to any of these;
    `keys` -> collection and document of each record that has one of these ids.
    """
    finding, reading = [], []
    keys = bindparam("keys", type_=ARRAY(Uuid()))
    for each, touched in _touched(resource, resources):
        finding.append(select(each.model.id).select_from(each.model).where(or_(*touched)))
        document = Writer(base).document(each.schema, each.model, single=each is resource)
        seen = select(literal(each.name), cast(document, Text)).select_from(each.model)
        reading.append(seen.where(each.model.id == func.any(keys)))
    most = bindparam("limit", type_=Integer())
    return finished(union_all(*finding).limit(most)), finished(union_all(*reading))


def _touched(
    resource: Resource, resources: tuple[Resource, ...]
) -> Iterator[tuple[Resource, list[ColumnElement[bool]]]]:
    """Yield the collections that the change could make a difference to, each with the conditions for its records."""
    below = {each.name: _at_or_below(each, resource) for each in resources if _leads_to(each, resource)}
    for each in (each for each in resources if issubclass(each.model, Owned)):
        touched = [each.model.id.in_(below[each.name])] if each.name in below else []
        touched += [
            (each.model.visibility == "public") & _refers(each.model, path, reference, below[kind_of(reference[1])])
            for path, reference in references(each.schema)
            if kind_of(reference[1]) in below
        ]
        if touched:
            yield each, touched


def _leads_to(each: Resource | None, resource: Resource) -> bool:
    return each is not None and (each is resource or _leads_to(each.parent, resource))


def _at_or_below(each: Resource, resource: Resource) -> Select[Any]:
    """Return the ids of the record itself, or of the records of `each` below it."""
    key = each.model.id
    if each.parent is None or each is resource:
        return select(key).where(key == bindparam("id", type_=key.type))
    return select(key).where(getattr(each.model, each.parent_column).in_(_at_or_below(each.parent, resource)))


def _refers(model: Any, path: Any, reference: Any, keys: Select[Any]) -> ColumnElement[bool]:
    entity, conditions = model, []
    for name, _ in (*path, reference):
        entity, joined = child_of(entity, name)
        conditions.append(joined)
    return select(entity.id).where(*conditions, entity.id.in_(keys)).exists()
