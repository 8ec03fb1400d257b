r"""The columns of a table of records: derived from the schema alone, so that they never depend on the rows.

Every property is a column, in the order of the schema. A property within an object is named with a dot
(`location.latitude`); a reference has its id and title (`owner.id`, `owner.title`); a text in several languages has a
column for each of ours and one, `names.*`, with the rest as JSON. Codes are joined with `|`, those of an item with a
space. Items of a list fill one column per property (`members[].role`), joined with `|` in the order of the items, so
that the third value of each belongs to the third item; `|` and `\` within a value are written `\|` and `\\`. The
columns hold what it takes to read the record back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import orjson

from stedenband.web import fields
from stedenband.web.formats.table import Subject
from stedenband.web.projection import ALWAYS
from stedenband.web.schema import Schema, camel

Kind = Literal["text", "number", "integer", "flag", "date", "instant"]
Value = str | int | float | bool | None

LANGUAGES = ("nl", "fr", "en")
OTHER = "*"
EACH = "[]"
BETWEEN = "|"
BETWEEN_WITHIN = " "
"""Between codes, which hold neither: a comma would make a number of two, and a slash a date."""
KINDS: dict[type[Any], Kind] = {
    fields.Number: "number",
    fields.Integer: "integer",
    fields.Flag: "flag",
    fields.Date: "date",
    fields.Instant: "instant",
}


@dataclass(frozen=True)
class Column:
    """A column: the steps from a document to its value, and what kind of value stands there."""

    steps: tuple[str, ...]
    kind: Kind = "text"

    @property
    def name(self) -> str:
        """The name in the first row."""
        return ".".join(self.steps).replace(f".{EACH}", EACH)

    def value(self, document: Mapping[str, Any]) -> Value:
        """Return the value of this column; None: there is none."""
        return _read(document, self.steps)


def columns_of(subject: Subject) -> tuple[Column, ...]:
    """Return the columns for the documents of a subject, as they stand in lists; of a selection only its own."""
    columns = all_columns(subject.schema)
    if subject.selected is None:
        return columns
    wanted = {name for name, _ in subject.selected} | ALWAYS
    return tuple(column for column in columns if column.steps[0] in wanted)


@cache
def all_columns(schema: type[Schema]) -> tuple[Column, ...]:
    """Return the columns for the whole documents of `schema`."""
    return tuple(_columns(schema, ()))


def _columns(schema: type[Schema], within: tuple[str, ...]) -> Iterator[Column]:
    for key, field in schema._declared_fields.items():  # noqa: SLF001 (as in schema.py)
        steps = (*within, field.data_key or camel(key))
        match field:
            case _ if field.load_only or isinstance(field, fields.Matches | fields.Moves):
                continue
            case fields.Part():
                yield from _columns(field.part, steps)
            case fields.Reference():
                yield from (Column((*steps, name)) for name in ("id", "title"))
            case fields.LocalizedText():
                yield from (Column((*steps, name)) for name in (*LANGUAGES, OTHER))
            case fields.Items():
                yield from _columns(field.item, (*steps, EACH))
            case _:
                yield Column(steps, "text" if EACH in within else KINDS.get(type(field), "text"))


def _read(value: Any, steps: tuple[str, ...], between: str = BETWEEN) -> Value:
    if value is None or not steps:
        return _plain(value, between)
    step, *below = steps
    if step == EACH:
        texts = [_escaped(_read(each, tuple(below), BETWEEN_WITHIN)) for each in value]
        return BETWEEN.join(texts) if value else None
    if step == OTHER and not below:
        rest = {name: text for name, text in value.items() if name not in LANGUAGES}
        return _plain(rest or None, between)
    return _read(value.get(step), tuple(below), between)


def _plain(value: Any, between: str) -> Value:
    """Return what fits a cell: codes joined, anything else that has parts as JSON."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return between.join(value) or None
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


def _escaped(value: Value) -> str:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace("\\", "\\\\").replace(BETWEEN, f"\\{BETWEEN}")
