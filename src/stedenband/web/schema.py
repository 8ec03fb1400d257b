"""The base of every schema: snake_case in Python, lowerCamelCase on the wire, nothing unknown accepted."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any, ClassVar, Literal, cast

import marshmallow as ma

Audience = Literal["public", "link", "city"]

RECEIVED = ("Create", "Patch", "Transition", "Request", "Query")
"""How the names of schemas end that are only ever received."""


def camel(name: str) -> str:
    """Return `name` as it stands on the wire."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


class Schema(ma.Schema):
    """A JSON object. `model` is what it shows; its fields come from `web.fields`."""

    model: ClassVar[Any] = None

    class Meta:
        """Unknown properties are refused."""

        unknown = ma.RAISE

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[Any]) -> None:
        """Name the property on the wire."""
        if field_obj.data_key is None:
            field_obj.data_key = camel(field_name)


def audience_of(field: ma.fields.Field[Any]) -> Audience:
    """Return who sees the field: everyone, both sides of the link, or the owner city."""
    return cast("Audience", field.metadata.get("audience", "public"))


def on_demand(field: ma.fields.Field[Any]) -> bool:
    """Tell whether the field is sent only where `select` names it."""
    return bool(field.metadata.get("on_demand"))


@cache
def create_schema(schema: type[Schema]) -> type[Schema]:
    """Derive what a client sends to make a record."""
    fields = {name: deepcopy(field) for name, field in _fields(schema) if not field.dump_only}
    return _derived(schema, "Create", fields)


@cache
def patch_schema(schema: type[Schema]) -> type[Schema]:
    """Derive a JSON Merge Patch (RFC 7396): nothing is required, null removes an optional value."""
    fields = {}
    for name, field in _fields(schema):
        if field.dump_only or field.metadata.get("create_only"):
            continue
        copy = deepcopy(field)
        copy.allow_none = not field.required and not _always_there(schema, field.attribute or name)
        copy.required = False
        copy.load_default = ma.missing
        for_patch = getattr(copy, "for_patch", None)
        if for_patch:
            for_patch()
        fields[name] = copy
    return _derived(schema, "Patch", fields)


def _fields(schema: type[Schema]) -> list[tuple[str, ma.fields.Field[Any]]]:
    return list(schema._declared_fields.items())  # noqa: SLF001 (marshmallow's documented way in for subclasses)


def _always_there(schema: type[Schema], name: str) -> bool:
    """Tell whether the column cannot be empty, as it has a default."""
    column = schema.model.__table__.c.get(name) if schema.model else None
    return column is not None and not column.nullable


def _derived(schema: type[Schema], suffix: str, fields: dict[str, Any]) -> type[Schema]:
    name = schema.__name__.removesuffix("Schema") + suffix
    return named_schema(name, {**fields, "model": schema.model, "__doc__": schema.__doc__})


def named_schema(name: str, members: Mapping[str, Any]) -> type[Schema]:
    """Make a schema class of these fields."""
    make: Any = type(Schema)
    return cast("type[Schema]", make(name, (Schema,), dict(members)))


def schema_name(schema: object) -> str:
    """Return the component name of a schema in the contract."""
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")
