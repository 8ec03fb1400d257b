"""From a marshmallow schema to the SQL with which PostgreSQL writes the finished JSON.

The only place that builds SQL from pieces. Every value that comes from a request is a bind parameter; what is written
into the text are column names and literals of our own declarations.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import RelationshipProperty, aliased, class_mapper
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Text

from stedenband.core.lifecycle import Lifecycle
from stedenband.web import fields
from stedenband.web.projection import ALWAYS, EVERYTHING, Projection
from stedenband.web.schema import Schema, audience_of, camel, on_demand

Below = Mapping[str, tuple[str, ...]] | None
"""The properties wanted, each with those of its own; None: all."""


class json_object(ColumnElement[Any]):  # noqa: N801 (named like the SQL it writes)
    """`JSON_OBJECT(key: value, … ABSENT ON NULL)`: as fast as json_build_object, and null never goes out."""

    inherit_cache = False
    type = JSON()

    def __init__(self, pairs: Sequence[tuple[str, ColumnElement[Any]]]) -> None:
        """Keep the properties in order."""
        self.pairs = pairs


@compiles(json_object)
def _write(element: json_object, compiler: SQLCompiler, **more: Any) -> str:
    pairs = ", ".join(f"'{key}': {compiler.process(value, **more)}" for key, value in element.pairs)
    return f"JSON_OBJECT({pairs} ABSENT ON NULL RETURNING json)"


class Writer:
    """Writes the JSON of schemas with links under one base address, as far as a projection wants it."""

    def __init__(self, base: str, projection: Projection = EVERYTHING) -> None:
        """Remember the base address and what is wanted."""
        self.base = base
        self.projection = projection

    def document(self, schema: type[Schema], entity: Any, *, single: bool = False) -> json_object:
        """Return the JSON of one row of `entity` (a model or an alias of it), as its caller may see it."""
        selected = self.projection.selected
        wanted = None if selected is None else dict.fromkeys(ALWAYS, ()) | dict(selected)
        return self._object(schema, entity, sight_of(entity), wanted, single=single)

    def address(self, schema: type[Schema], entity: Any) -> ColumnElement[Any]:
        """Return the address of one row of `entity`."""
        href = schema._declared_fields["href"]  # noqa: SLF001 (as in schema.py)
        assert isinstance(href, fields.Href)  # noqa: S101 (every record has one)
        return self._address(href.path, entity)

    def _object(
        self, schema: type[Schema], entity: Any, sight: dict[str, Any], wanted: Below, *, single: bool = False
    ) -> json_object:
        pairs = []
        for name, field in schema._declared_fields.items():  # noqa: SLF001 (as in schema.py)
            wire = field.data_key or camel(name)
            if field.load_only or not (single or self._everywhere(field)):
                continue
            if on_demand(field) if wanted is None else wire not in wanted:
                continue
            value = self._value(field, field.attribute or name, entity, _below(wanted, wire))
            seen = sight[audience_of(field)]
            pairs.append((wire, value if seen is None else case((seen, value))))
        return json_object(pairs)

    def _everywhere(self, field: Any) -> bool:
        """Tell whether a property stands in lists too."""
        return not isinstance(field, fields.Matches | fields.Moves)

    def _value(self, field: Any, name: str, entity: Any, wanted: Below) -> ColumnElement[Any]:  # noqa: C901 (a table)
        match field:
            case fields.Href():
                return self._address(field.path, entity)
            case fields.Instant() | fields.Amount():
                return _written(field, getattr(entity, name))
            case fields.Part():
                return self._part(field.part, entity, wanted)
            case fields.Reference():
                return self._reference(field, name, entity, wanted)
            case fields.AnyReference():
                return self._any_reference(field, entity, wanted)
            case fields.Matches():
                return self._matches(field, entity, wanted)
            case fields.Items():
                return self._items(field.item, name, entity, wanted)
            case fields.Codes():
                child, condition = child_of(entity, name)
                return _array(select(child.code).where(condition), child.code, child.code)
            case fields.LocalizedText():
                texts = getattr(entity, name)
                return cast(_one_language(texts) if self.projection.one_language else texts, JSON)
            case fields.Moves():
                return self._moves(field, entity, wanted)
            case _:
                return getattr(entity, name)  # type: ignore[no-any-return]

    def _address(self, path: str, entity: Any) -> ColumnElement[Any]:
        address: Any = None
        for index, piece in enumerate((self.base + path).replace("}", "{").split("{")):
            part = cast(getattr(entity, piece), Text) if index % 2 else literal_column(f"'{_quoted(piece)}'", Text)
            if piece:
                address = part if address is None else address.concat(part)
        return address  # type: ignore[no-any-return]

    def _part(self, schema: type[Schema], entity: Any, wanted: Below) -> ColumnElement[Any]:
        columns = [getattr(entity, field.attribute or name) for name, field in schema._declared_fields.items()]  # noqa: SLF001
        return case((func.num_nonnulls(*columns) > 0, self._object(schema, entity, _everyone(), wanted)))

    def _moves(self, field: fields.Moves, entity: Any, wanted: Below) -> ColumnElement[Any]:
        """Write the moves that the caller's role and relation leave open."""
        if not self.projection.moves:
            return null()
        allowed, lifecycle = self.projection.moves, field.lifecycle
        owner, member = (
            case(
                {
                    state: literal_column(f"'{orjson.dumps(_shaped(lifecycle, state, to, wanted)).decode()}'::json")
                    for state in lifecycle.states
                },
                value=getattr(entity, field.attribute or "status"),
            )
            for to in (allowed, allowed & lifecycle.either_side)
        )
        return case((sight_of(entity)["city"], owner), else_=member)

    def _short(
        self, field: fields.Reference | fields.Matches, target: Any, wanted: Below, kind: str | None = None
    ) -> json_object:
        named = {"type": literal_column(f"'{kind}'", Text)} if kind else {}
        pairs: dict[str, ColumnElement[Any]] = named | {
            "href": self._address(field.path, target),
            "id": target.id,
            "title": getattr(target, field.title),
        }
        return json_object([(name, value) for name, value in pairs.items() if _sent(name, wanted)])

    def _reference(self, field: fields.Reference, name: str, entity: Any, wanted: Below) -> ColumnElement[Any]:
        target, condition = child_of(entity, name)
        return select(self._short(field, target, wanted)).where(condition).scalar_subquery()

    def _any_reference(self, field: fields.AnyReference, entity: Any, wanted: Below) -> ColumnElement[Any]:
        """Write the one that leads anywhere: the others look for no id at all, which costs nothing."""
        found = []
        for kind, each in field.kinds.items():
            target, condition = child_of(entity, str(each.attribute))
            found.append(select(self._short(each, target, wanted, kind)).where(condition).scalar_subquery())
        return func.coalesce(*found)

    def _matches(self, field: fields.Matches, entity: Any, wanted: Below) -> ColumnElement[Any]:
        others = aliased(_model(entity))
        array = func.json_agg(aggregate_order_by(self._short(field, others, wanted), others.id))
        return select(array).where(field.found(entity, others)).scalar_subquery()

    def _items(self, schema: type[Schema], name: str, entity: Any, wanted: Below) -> ColumnElement[Any]:
        child, condition = child_of(entity, name)
        order = [getattr(child, str(column.key)) for column in _relationship(entity, name).order_by or ()]
        seen_by_itself = hasattr(_model(child), "seen_as_city")
        body = self._object(schema, child, sight_of(child if seen_by_itself else entity), wanted)
        return _array(select(body).where(condition), body, *order)


def _written(field: fields.Instant | fields.Amount, value: Any) -> ColumnElement[Any]:
    """Return a value that JSON has no type for as text: a moment in UTC, an amount with its decimals."""
    if isinstance(field, fields.Amount):
        return cast(value, Text)
    return func.to_char(func.timezone("UTC", value), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')


def _below(wanted: Below, name: str) -> Below:
    """Return which properties of the property `name` are wanted."""
    return dict.fromkeys(wanted[name], ()) if wanted and wanted[name] else None


def _sent(name: str, wanted: Below) -> bool:
    """Tell whether a property of a reference is sent: its id always is."""
    return wanted is None or name in wanted or name == "id"


def _shaped(lifecycle: Lifecycle, state: str, allowed: frozenset[str], wanted: Below) -> list[dict[str, Any]]:
    """Return the moves from a state to those allowed, each with what is wanted of it."""
    return [
        {name: value for name, value in move.items() if wanted is None or name in wanted}
        for move in fields.open_moves(lifecycle, state)
        if move["to"] in allowed
    ]


def _one_language(texts: Any) -> ColumnElement[Any]:
    """Return the text in the language bound as `lang`; where there is none, in English, else in the first."""
    each = func.jsonb_each(texts).table_valued("key", column("value", JSONB))
    best = (each.c.key == bindparam("lang", type_=Text())).desc(), (each.c.key == literal_column("'en'")).desc()
    return (
        select(func.jsonb_build_object(each.c.key, each.c.value)).order_by(*best, each.c.key).limit(1).scalar_subquery()
    )


def _array(rows: Select[Any], value: Any, *order: Any) -> ColumnElement[Any]:
    array = func.json_agg(aggregate_order_by(value, *order))
    return func.coalesce(rows.with_only_columns(array).scalar_subquery(), literal_column("'[]'::json"))


def _relationship(entity: Any, name: str) -> RelationshipProperty[Any]:
    return class_mapper(_model(entity)).relationships[name]


def _model(entity: Any) -> Any:
    return entity if isinstance(entity, type) else entity._aliased_insp.mapper.class_  # noqa: SLF001 (no public way)


def child_of(entity: Any, name: str) -> tuple[Any, ColumnElement[bool]]:
    """Return an alias of what the relationship `name` leads to, and the condition that joins it."""
    relationship = _relationship(entity, name)
    child = aliased(relationship.mapper.class_)
    pairs = relationship.local_remote_pairs
    return child, and_(*(getattr(child, str(remote.key)) == getattr(entity, str(local.key)) for local, remote in pairs))


def _everyone() -> dict[str, Any]:
    return {"public": None, "link": None, "city": None}


def sight_of(entity: Any) -> dict[str, Any]:
    """Return per audience the condition under which the caller belongs to it; None: everyone does."""
    model = _model(entity)
    if not hasattr(model, "seen_as_city"):
        return _everyone()
    city = model.seen_as_city(entity)
    return {"public": None, "link": or_(city, model.seen_as_member(entity)), "city": city}


def _quoted(text: str) -> str:
    return text.replace("'", "''")
