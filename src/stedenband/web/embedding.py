"""`embed=`: the records that a page refers to, in one map beside it; one statement per kind, however many records."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from flask import current_app
from sqlalchemy import Select, bindparam, cast, func, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text, Uuid

from stedenband.core.errors import MissingPermission
from stedenband.core.finished import finished
from stedenband.core.words import say
from stedenband.web import fields
from stedenband.web.guard import caller, visit
from stedenband.web.links import base_address
from stedenband.web.projection import Projection
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, audience_of
from stedenband.web.sqljson import Writer, child_of, sight_of

REGISTER = "stedenband.resources"
"""Where the application keeps its resources by name."""
KEPT = 256


def kinds_of(resource: Resource) -> tuple[str, ...]:
    """Return the names of the collections that records of `resource` refer to."""
    return tuple(sorted({kind_of(field) for _, (_, field) in references(resource.schema)}))


def embedded(resource: Resource, kinds: Iterable[str], keys: list[UUID], language: str | None) -> bytes:
    """Return `"embedded":{href: record}` for what the records `keys` refer to, as far as the caller sees it."""
    base = base_address()
    records: dict[str, bytes] = {}
    for kind in sorted(set(kinds)):
        target: Resource = current_app.extensions[REGISTER][kind]
        if not caller().may(target.permissions["read"]):
            raise MissingPermission(say("Your key may not read what you want embedded."))
        statement = _statement(resource, target, base, one_language=language is not None)
        for href, document in visit().rows(statement, {"keys": keys, "lang": language}):
            records[href] = document.encode()
    pairs = (orjson.dumps(href) + b":" + document for href, document in records.items())
    return b'"embedded":{' + b",".join(pairs) + b"}"


@lru_cache(KEPT)
def _statement(resource: Resource, target: Resource, base: str, *, one_language: bool) -> str:
    """`keys` of records -> address and document of each record of `target` that they refer to."""
    model = target.model
    sources = [
        source
        for path, reference in references(resource.schema)
        if kind_of(reference[1]) == target.name
        for source in [_source(resource.model, path, reference)]
    ]
    writer = Writer(base, Projection(one_language=one_language))
    href, document = writer.address(target.schema, model), writer.document(target.schema, model)
    wanted = model.id.in_(union(*sources) if len(sources) > 1 else sources[0])
    return finished(select(href, cast(document, Text)).where(wanted).order_by(model.id))


def kind_of(field: fields.Reference) -> str:
    """Return the collection that a reference leads to: the last one in its path."""
    return field.path.split("/")[-2]


def references(
    schema: type[Schema], within: tuple[tuple[str, fields.Items], ...] = ()
) -> Iterator[tuple[tuple[tuple[str, fields.Items], ...], tuple[str, fields.Reference]]]:
    """Yield each reference of a record: the lists it stands in, then its name and field."""
    declared: Mapping[str, Any] = schema._declared_fields  # noqa: SLF001 (as in schema.py)
    for key, field in declared.items():
        name = field.attribute or key
        if isinstance(field, fields.Items):
            yield from references(field.item, (*within, (name, field)))
        if isinstance(field, fields.AnyReference):
            yield from ((within, (str(each.attribute), each)) for each in field.kinds.values())
        if isinstance(field, fields.Reference):
            yield within, (name, field)


def _source(
    model: Any, path: tuple[tuple[str, fields.Items], ...], reference: tuple[str, fields.Reference]
) -> Select[Any]:
    """Return the ids that one reference of the records `keys` leads to, where the caller sees that reference."""
    keys = bindparam("keys", type_=ARRAY(Uuid()))
    conditions = [model.id == func.any(keys)]
    entity = model
    for name, field in (*path, reference):
        seen = sight_of(entity)[audience_of(field)]
        conditions += [seen] if seen is not None else []
        entity, joined = child_of(entity, name)
        conditions.append(joined)
    return select(entity.id).where(*conditions)
