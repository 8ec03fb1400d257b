"""Finished SQL per shape of request: built once, kept, and run with bind parameters."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import aliased
from sqlalchemy.types import Boolean, Date, Float, Integer, Text, Uuid

from stedenband.core.finished import finished
from stedenband.web import fields
from stedenband.web.formats.geojson import feature
from stedenband.web.paging import Step, behind, order_by
from stedenband.web.projection import EVERYTHING, Projection
from stedenband.web.resource import Filter, Resource
from stedenband.web.sqljson import Writer

KEPT_SHAPES = 1024
NOT_LISTED = frozenset({"search", "hash", "secret", "previous_secret", "told"})
"""Columns that no list reads: the words that find a record, and what callers never read."""
SQL_TYPES: dict[type[fields.Field], Any] = {
    fields.Key: Uuid(),
    fields.Integer: Integer(),
    fields.Number: Float(53),
    fields.Near: Float(53),
    fields.Flag: Boolean(),
    fields.Date: Date(),
    fields.Instant: TIMESTAMP(timezone=True),
}


@dataclass(frozen=True)
class Shape:
    """What of a list request decides its SQL; everything else is a bound value.

    `limit` is part of it: the planner takes a bound LIMIT for a tenth of the table, and planned each request anew.
    """

    limit: int
    filters: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    nulls: tuple[bool, ...] | None = None
    total: bool = False
    projection: Projection = EVERYTHING


class Statements:
    """The statements of one resource under one base address."""

    def __init__(self, resource: Resource, base: str, *, features: bool = False) -> None:
        """Prepare the caches; they are bounded, as filters and sorts combine. `features`: the records as GeoJSON."""
        self.resource = resource
        self.base = base
        self.features = features
        self.list = lru_cache(KEPT_SHAPES)(self._list)
        self.read = lru_cache(KEPT_SHAPES)(self._read)

    def _read(self, projection: Projection = EVERYTHING) -> str:
        """`id` (and `parent`) -> version and document."""
        model = self.resource.model
        wanted = [model.id == bindparam("id", type_=model.id.type)]
        if self.resource.parent:
            column = getattr(model, self.resource.parent_column)
            wanted.append(column == bindparam("parent", type_=column.type))
        return finished(select(model.version, self._text(model, projection, single=True)).where(*wanted))

    def _list(self, shape: Shape) -> str:
        """Filter values, cursor keys (and `parent`) -> total, document and keys per row."""
        model = self.resource.model
        conditions = self._conditions(shape)
        inner = select(*(column for column in model.__table__.c if column.name not in NOT_LISTED)).where(*conditions)
        if shape.nulls is not None:
            inner = inner.where(behind(model, shape.steps, shape.nulls))
        page = aliased(
            model,
            inner.order_by(*order_by(model, shape.steps)).limit(shape.limit).subquery("page"),
        )
        total = (
            select(func.count()).select_from(model).where(*conditions).scalar_subquery() if shape.total else literal(0)
        )
        columns = [
            total,
            self._text(page, shape.projection),
            *(getattr(page, step.attribute) for step in shape.steps),
        ]
        statement = select(*columns).order_by(*order_by(page, shape.steps))
        if self.resource.parent:
            parent = self.resource.parent.model
            held = select(parent.id).where(parent.id == bindparam("parent", type_=parent.id.type)).subquery("held")
            statement = statement.select_from(held).outerjoin(page, true())
        return finished(statement)

    def _text(self, entity: Any, projection: Projection, *, single: bool = False) -> Any:
        """Return the document as text, which nobody parses on the way."""
        document = Writer(self.base, projection).document(self.resource.schema, entity, single=single)
        if self.features and self.resource.geometry:
            document = feature(entity.id, self.resource.geometry(entity), document)
        return cast(document, Text)

    def _conditions(self, shape: Shape) -> list[Any]:
        model = self.resource.model
        conditions = [each.clause(model, bound(each)) for each in self.resource.filters if each.name in shape.filters]
        if self.resource.parent:
            column = getattr(model, self.resource.parent_column)
            conditions.append(column == bindparam("parent", type_=column.type))
        return [and_(*conditions)] if conditions else []


def bound(each: Filter) -> Any:
    """Return the bind parameter of a filter, typed, so that PostgreSQL never guesses."""
    kind = sql_type(each.field)
    listed = each.many or isinstance(each.field, fields.Near)
    return bindparam(each.name, type_=ARRAY(kind) if listed else kind)


def sql_type(field: fields.Field) -> Any:
    """Return the SQL type of a field's value."""
    return SQL_TYPES.get(type(field), Text())
