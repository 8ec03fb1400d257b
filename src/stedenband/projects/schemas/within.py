"""The results of a project within its document: each with its indicators, and those with their periods."""

from typing import Any

from stedenband.projects.schemas.periods import PeriodSchema
from stedenband.projects.schemas.results import IndicatorSchema, OfProjectSchema, ResultSchema
from stedenband.web import fields
from stedenband.web.schema import Schema, named_schema

SAID_ABOVE = {*OfProjectSchema._declared_fields, "result", "indicator", "measure"} - {"id", "version", "internal_note"}  # noqa: SLF001 (as in web.schema)
"""What the document around them says, or what matters only to who reads the record itself."""
OF_INDICATOR = {"measure"}


def _within(schema: type[Schema], name: str, *, kept: set[str] = frozenset(), **more: fields.Field) -> type[Schema]:  # type: ignore[assignment]
    """Return the schema of a record as it stands within another, with the records below it."""
    known: dict[str, Any] = {
        key: field
        for key, field in schema._declared_fields.items()  # noqa: SLF001 (as in web.schema)
        if key in kept or (key not in SAID_ABOVE and not field.load_only and not isinstance(field, fields.Moves))
    }
    shown = {key: field for key, field in known.items() if not field.metadata["on_demand"]}
    return named_schema(name, {**shown, **more, "model": schema.model, "__doc__": schema.__doc__})


PERIODS = fields.Items("Its periods.", _within(PeriodSchema, "PeriodWithin"), dump_only=True)
INDICATORS = fields.Items(
    "Its indicators.", _within(IndicatorSchema, "IndicatorWithin", kept=OF_INDICATOR, periods=PERIODS), dump_only=True
)
RESULTS = fields.Items(
    "Its results, each with its indicators and their periods; sent where `select` names it.",
    _within(ResultSchema, "ResultWithin", indicators=INDICATORS),
    dump_only=True,
    on_demand=True,
)
