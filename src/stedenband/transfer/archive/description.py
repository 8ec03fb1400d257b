"""What a stranger needs to read an archive: a JSON Schema of the rows of each table, the labels of codes, a note."""

import json
import re
from importlib.resources import files
from inspect import getdoc
from typing import Any

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Integer,
    Numeric,
    Table,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from stedenband.core.privacy import personal
from stedenband.transfer.archive.manifest import rows_of
from stedenband.transfer.archive.rows import model_of
from stedenband.transfer.archive.tables import named_by, stored

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ONE_OF = re.compile(r"(\w+) IN \(('[^)]*)\)")
UNITS = {
    "from_latitude": "degrees (WGS 84)",
    "from_longitude": "degrees (WGS 84)",
    "km": "kilometers",
    "latitude": "degrees (WGS 84)",
    "longitude": "degrees (WGS 84)",
    "percentage": "percent",
    "size": "bytes",
    "to_latitude": "degrees (WGS 84)",
    "to_longitude": "degrees (WGS 84)",
    "train_below_km": "kilometers",
    "amount_value": "the currency in amount_currency (ISO 4217)",
    "estimated_cost_value": "the currency in estimated_cost_currency (ISO 4217)",
}
"""Column -> what its numbers count."""
TYPES: tuple[tuple[type, dict[str, Any]], ...] = (
    (Uuid, {"type": "string", "format": "uuid"}),
    (TIMESTAMP, {"type": "string", "format": "date-time"}),
    (Date, {"type": "string", "format": "date"}),
    (Boolean, {"type": "boolean"}),
    (Float, {"type": "number"}),
    (Numeric, {"type": "number"}),
    (Integer, {"type": "integer"}),
    (ARRAY, {"type": "array"}),
    (JSONB, {"type": ["object", "array"]}),
)


def readme() -> bytes:
    """Return the note that stands first in an archive."""
    return (files("stedenband.transfer") / "data" / "archive.txt").read_bytes()


def labels() -> bytes:
    """Return the labels of all codes in Dutch, French and English, tab-separated."""
    return (files("stedenband.web") / "data" / "labels.tsv").read_bytes()


def schema(table: Table) -> bytes:
    """Return the JSON Schema of the rows of a table."""
    said = {
        "$schema": DRAFT,
        "title": table.name,
        "description": getdoc(model_of(table.name)),
        "type": "object",
        "properties": {column.name: _property(column) for column in stored(table)},
        "required": [column.name for column in stored(table)],
        "additionalProperties": False,
        "x-key": [column.name for column in table.primary_key],
    }
    return json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n"


def _property(column: Column[Any]) -> dict[str, Any]:
    """Describe a column: its type and codes, what it names, what it counts, and what it says of people."""
    said = dict(next((form for kind, form in TYPES if isinstance(column.type, kind)), {"type": "string"}))
    codes = _codes(column)
    if codes:
        said["enum"] = [*codes, None] if column.nullable else codes
    if column.nullable:
        kinds = said["type"]
        said["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
    target = named_by(column)
    if target:
        said["x-references"] = f"{rows_of(target)} id"
    elif column.name == "sha256":
        said["x-references"] = "documents/"
    if column.name in UNITS:
        said["x-unit"] = UNITS[column.name]
    tag = personal(column)
    if tag:
        said["x-personal"] = {"category": tag.category.value, "purpose": str(tag.purpose)}
    return said


def _codes(column: Column[Any]) -> list[str]:
    """Return the codes that a column is limited to, if it is."""
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = ONE_OF.fullmatch(str(constraint.sqltext))
            if found and found[1] == column.name:
                return re.findall("'([^']*)'", found[2])
    return []
