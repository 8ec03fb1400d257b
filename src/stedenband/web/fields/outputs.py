"""What is only ever sent."""

from collections.abc import Mapping
from typing import Any, ClassVar

from stedenband.web.fields.base import Field
from stedenband.web.schema import Schema


class Names(Field):
    """A list of property names; output only."""

    schema_type: ClassVar[Mapping[str, Any]] = {"type": "array", "items": {"type": "string"}, "example": ["title"]}


class AnyValue(Field):
    """Any JSON value; output only."""

    schema_type: ClassVar[Mapping[str, Any]] = {}


class Document(Field):
    """A JSON object of any properties; output only."""

    schema_type: ClassVar[Mapping[str, Any]] = {"title": "Properties", "type": "object", "additionalProperties": {}}


class ValuesByName(Field):
    """A map from property names to values; output only."""

    def __init__(self, description: str, schema: type[Schema], **more: Any) -> None:
        """Give the schema of a value."""
        super().__init__(description, **more)
        self.item = schema


class Counts(Field):
    """A map from names to counts; output only."""

    schema_type: ClassVar[Mapping[str, Any]] = {
        "title": "Counts",
        "type": "object",
        "additionalProperties": {"type": "integer", "format": "int32"},
    }
