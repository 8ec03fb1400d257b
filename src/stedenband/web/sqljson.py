"""From a marshmallow schema to the SQL with which PostgreSQL writes the finished JSON.

The only place that builds SQL from pieces. Every value that comes from a request is a bind parameter; what is written
into the text are column names and literals of our own declarations.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import RelationshipProperty, aliased, class_mapper
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Text

from stedenband.web import fields
from stedenband.web.schema import Schema, audience_of


class json_object(ColumnElement[Any]):  # noqa: N801 (named like the SQL it writes)
    """`JSON_OBJECT(key: value, … ABSENT ON NULL)`: as fast as json_build_object, and null never goes out."""

    inherit_cache = False
    type = JSON()

    def __init__(self, pairs: list[tuple[str, ColumnElement[Any]]]) -> None:
        """Keep the properties in order."""
        self.pairs = pairs


@compiles(json_object)
def _write(element: json_object, compiler: SQLCompiler, **more: Any) -> str:
    pairs = ", ".join(f"'{key}': {compiler.process(value, **more)}" for key, value in element.pairs)
    return f"JSON_OBJECT({pairs} ABSENT ON NULL RETURNING json)"


class Writer:
    """Writes the JSON of schemas with links under one base address."""

    def __init__(self, base: str) -> None:
        """Remember the base address."""
        self.base = base

    def document(self, schema: type[Schema], entity: Any, *, single: bool = False) -> json_object:
        """Return the JSON of one row of `entity` (a model or an alias of it), as its caller may see it."""
        return self._object(schema, entity, _sight(entity), single=single)

    def _object(self, schema: type[Schema], entity: Any, sight: dict[str, Any], *, single: bool = False) -> json_object:
        pairs = []
        for name, field in schema._declared_fields.items():  # noqa: SLF001 (as in schema.py)
            if not field.load_only and (single or not isinstance(field, fields.Matches)):
                value = self._value(field, field.attribute or name, entity)
                seen = sight[audience_of(field)]
                bound = schema().fields[name]
                pairs.append((str(bound.data_key), value if seen is None else case((seen, value))))
        return json_object(pairs)

    def _value(self, field: Any, name: str, entity: Any) -> ColumnElement[Any]:
        match field:
            case fields.Href():
                return self._address(field.path, entity)
            case fields.Instant():
                return func.to_char(func.timezone("UTC", getattr(entity, name)), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            case fields.Part():
                return self._part(field.part, entity)
            case fields.Reference():
                return self._reference(field, name, entity)
            case fields.Matches():
                return self._matches(field, entity)
            case fields.Items():
                return self._items(field.item, name, entity)
            case fields.Codes():
                child, condition = _child(entity, name)
                return _array(select(child.code).where(condition), child.code, child.code)
            case fields.LocalizedText():
                return cast(getattr(entity, name), JSON)
            case _:
                return getattr(entity, name)  # type: ignore[no-any-return]

    def _address(self, path: str, entity: Any) -> ColumnElement[Any]:
        address: Any = None
        for index, piece in enumerate((self.base + path).replace("}", "{").split("{")):
            part = cast(getattr(entity, piece), Text) if index % 2 else literal_column(f"'{_quoted(piece)}'", Text)
            if piece:
                address = part if address is None else address.concat(part)
        return address  # type: ignore[no-any-return]

    def _part(self, schema: type[Schema], entity: Any) -> ColumnElement[Any]:
        columns = [getattr(entity, field.attribute or name) for name, field in schema._declared_fields.items()]  # noqa: SLF001
        return case((func.num_nonnulls(*columns) > 0, self._object(schema, entity, _everyone())))

    def _short(self, field: fields.Reference | fields.Matches, target: Any) -> json_object:
        title = getattr(target, field.title)
        return json_object([("href", self._address(field.path, target)), ("id", target.id), ("title", title)])

    def _reference(self, field: fields.Reference, name: str, entity: Any) -> ColumnElement[Any]:
        target, condition = _child(entity, name)
        return select(self._short(field, target)).where(condition).scalar_subquery()

    def _matches(self, field: fields.Matches, entity: Any) -> ColumnElement[Any]:
        others = aliased(_model(entity))
        array = func.json_agg(aggregate_order_by(self._short(field, others), others.id))
        return select(array).where(field.found(entity, others)).scalar_subquery()

    def _items(self, schema: type[Schema], name: str, entity: Any) -> ColumnElement[Any]:
        child, condition = _child(entity, name)
        order = [getattr(child, str(column.key)) for column in _relationship(entity, name).order_by or ()]
        body = self._object(schema, child, _sight(entity))
        return _array(select(body).where(condition), body, *order)


def _array(rows: Select[Any], value: Any, *order: Any) -> ColumnElement[Any]:
    array = func.json_agg(aggregate_order_by(value, *order))
    return func.coalesce(rows.with_only_columns(array).scalar_subquery(), literal_column("'[]'::json"))


def _relationship(entity: Any, name: str) -> RelationshipProperty[Any]:
    return class_mapper(_model(entity)).relationships[name]


def _model(entity: Any) -> Any:
    return entity if isinstance(entity, type) else entity._aliased_insp.mapper.class_  # noqa: SLF001 (no public way)


def _child(entity: Any, name: str) -> tuple[Any, ColumnElement[bool]]:
    relationship = _relationship(entity, name)
    child = aliased(relationship.mapper.class_)
    pairs = relationship.local_remote_pairs
    return child, and_(*(getattr(child, str(remote.key)) == getattr(entity, str(local.key)) for local, remote in pairs))


def _everyone() -> dict[str, Any]:
    return {"public": None, "link": None, "city": None}


def _sight(entity: Any) -> dict[str, Any]:
    """Return per audience the condition under which the caller belongs to it; None: everyone does."""
    model = _model(entity)
    if not hasattr(model, "seen_as_city"):
        return _everyone()
    city = model.seen_as_city(entity)
    return {"public": None, "link": or_(city, model.seen_as_member(entity)), "city": city}


def _quoted(text: str) -> str:
    return text.replace("'", "''")
