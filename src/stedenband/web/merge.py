"""From loaded input to columns: the objects inside a record become columns of the record."""

from collections.abc import Mapping
from typing import Any

from stedenband.web.fields import Part
from stedenband.web.schema import Schema


def flattened(schema: type[Schema], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` with the properties of every `Part` beside the others; a part that is null empties its columns."""
    flat: dict[str, Any] = {}
    parts = {name: field for name, field in schema._declared_fields.items() if isinstance(field, Part)}  # noqa: SLF001
    for name, value in data.items():
        if name in parts:
            flat |= parts[name].removed() if value is None else value
        else:
            flat[name] = value
    return flat
