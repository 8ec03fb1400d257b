r"""The columns of a table of records: derived from the schema alone, so that they never depend on the rows.

Every property is a column, in the order of the schema. A property within an object is named with a dot
(`location.latitude`); a reference has its id and title (`owner.id`, `owner.title`), and its type
where it may be to several kinds; a text in several languages has a
column for each of ours and one, `names.*`, with the rest as JSON. Codes are joined with `|`, those of an item with a
space. Items of a list fill one column per property (`members[].role`), joined with `|` in the order of the items, so
that the third value of each belongs to the third item; `|` and `\` within a value are written `\|` and `\\`. The
columns hold what it takes to read the record back.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any, Literal

import orjson

from stedenband.web import fields
from stedenband.web.formats.table import Subject
from stedenband.web.projection import ALWAYS
from stedenband.web.schema import Schema, camel, on_demand

Kind = Literal["text", "number", "integer", "decimal", "flag", "date", "instant"]
Value = str | int | float | Decimal | bool | None
Fill = Callable[[Any, list[Value]], None]
Below = tuple[tuple[str, ...], Kind]
"""The steps from here to the value of a column, and its kind."""

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
LANGUAGES = ("nl", "fr", "en")
OTHER = "*"
EACH = "[]"
BETWEEN = "|"
BETWEEN_WITHIN = " "
"""Between codes, which hold neither: a comma would make a number of two, and a slash a date."""
KINDS: dict[type[Any], Kind] = {
    fields.Number: "number",
    fields.Integer: "integer",
    fields.Amount: "decimal",
    fields.Figure: "decimal",
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


def columns_of(subject: Subject) -> tuple[Column, ...]:
    """Return the columns for the documents of a subject, as they stand in lists; of a selection only its own."""
    if subject.selected is None:
        return all_columns(subject.schema)
    columns = all_columns(subject.schema, whole=True)
    wanted = {name for name, _ in subject.selected} | ALWAYS
    return tuple(column for column in columns if column.steps[0] in wanted)


@cache
def all_columns(schema: type[Schema], *, whole: bool = False) -> tuple[Column, ...]:
    """Return the columns for documents of `schema`; `whole`: with what is sent on demand."""
    return tuple(_columns(schema, (), whole=whole))


def _columns(schema: type[Schema], within: tuple[str, ...], *, whole: bool = True) -> Iterator[Column]:
    for key, field in schema._declared_fields.items():  # noqa: SLF001 (as in schema.py)
        steps = (*within, field.data_key or camel(key))
        match field:
            case _ if field.load_only or isinstance(field, fields.Matches | fields.Moves):
                continue
            case _ if on_demand(field) and not whole:
                continue
            case fields.Part():
                yield from _columns(field.part, steps)
            case fields.Reference():
                yield from (Column((*steps, name)) for name in ("id", "title"))
            case fields.AnyReference():
                yield from (Column((*steps, name)) for name in ("type", "id", "title"))
            case fields.LocalizedText():
                yield from (Column((*steps, name)) for name in (*LANGUAGES, OTHER))
            case fields.Items():
                yield from _columns(field.item, (*steps, EACH))
            case _:
                yield Column(steps, "text" if EACH in within else KINDS.get(type(field), "text"))


def row_reader(columns: Sequence[Column]) -> Callable[[Mapping[str, Any]], list[Value]]:
    """Return what reads a document's values in these columns; None: there is none.

    It is put together once, from all columns: what a document does not have costs nothing for each column below it.
    A decimal number has the digits that were written.
    """
    fill = _filler([(column.steps, column.kind) for column in columns])

    def read(document: Mapping[str, Any]) -> list[Value]:
        row: list[Value] = []
        fill(document, row)
        return row

    return read


def _filler(columns: Sequence[Below]) -> Fill:
    """Return what adds the values of columns of one object to a row; those below one property stand together."""
    parts: list[tuple[str, Fill | None, tuple[None, ...]]] = []
    for step, group in groupby(columns, lambda column: column[0][0]):
        below = [(steps[1:], kind) for steps, kind in group]
        parts.append((step, _part_filler(step, below), (None,) * len(below)))

    def fill(value: Any, row: list[Value]) -> None:
        for step, add, blanks in parts:
            found = value if step == OTHER else value.get(step)
            if found is None:
                row += blanks
            elif add is None:
                row.append(found if found.__class__ is str else _plain(found, BETWEEN))
            else:
                add(found, row)

    return fill


def _part_filler(step: str, below: Sequence[Below]) -> Fill | None:
    """Return what adds the values below one property; None: it is one value."""
    steps, kind = below[0]
    if step == OTHER:
        return _fill_other
    if not steps:
        return _fill_decimal if kind == "decimal" else None
    if steps[0] == EACH:
        readers = [_reader(steps[1:]) for steps, _ in below]
        return lambda items, row: row.extend(_joined(items, read) for read in readers)
    return _filler(below)


def _fill_other(texts: Any, row: list[Value]) -> None:
    row.append(_plain({name: text for name, text in texts.items() if name not in LANGUAGES} or None, BETWEEN))


def _fill_decimal(value: Any, row: list[Value]) -> None:
    row.append(Decimal(value) if isinstance(value, str) and NUMBER.fullmatch(value) else value)


def _reader(steps: tuple[str, ...]) -> Callable[[Any], Value]:
    """Return what reads one property of an item."""
    if not steps:
        return lambda value: _plain(value, BETWEEN_WITHIN)
    step, below = steps[0], _reader(steps[1:])
    return lambda value: None if (found := value.get(step)) is None else below(found)


def _joined(items: Any, read: Callable[[Any], Value]) -> Value:
    return BETWEEN.join([_escaped(read(each)) for each in items]) if items else None


def _plain(value: Any, between: str) -> Value:
    """Return what fits a cell: codes joined, anything else that has parts as JSON."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return between.join(value) or None
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


def _escaped(value: Value) -> str:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace("\\", "\\\\").replace(BETWEEN, f"\\{BETWEEN}")
