"""One cell as the JSON value that the API would be sent; what cannot be read is left for the field to refuse."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from stedenband.core.words import Said, say
from stedenband.transfer.imports.headings import folded
from stedenband.transfer.imports.words import Vocabulary
from stedenband.transfer.sheets import Cell, Moment, Unreadable
from stedenband.web import fields
from stedenband.web.fields.standards import StandardCode
from stedenband.web.formats.columns import BETWEEN, BETWEEN_WITHIN
from stedenband.web.formats.formulas import restored
from stedenband.web.formats.xlsx import LONGEST_CELL

PLAIN = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?", re.ASCII)
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", re.ASCII)
WRITTEN_DAY = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})", re.ASCII)
MOST_MONTHS = 12
ALSO_BETWEEN = re.compile(r"[;,\n]")
YES = {"true", "yes", "ja", "oui", "waar", "vrai"}
NO = {"false", "no", "nee", "neen", "non", "onwaar", "faux"}
AMBIGUOUS = say(
    "This may be two days. Write it as YYYY-MM-DD, or say that days stand before months in this file (dayFirst)."
)
CUT_OFF = say("This text was cut off, as a cell of a workbook holds no more. Use CSV, or leave the column out.")
NOT_JSON = say("Write this as JSON, as the export does.")


class Unfit(ValueError):
    """A cell cannot be read; `reason` says why."""

    def __init__(self, reason: Said) -> None:
        """Keep the sentence."""
        super().__init__(reason)
        self.reason = reason


def plain(cell: Cell, *, marked: bool) -> Cell:
    """Return a cell without the apostrophe that marks a text in a file of texts; None: it is empty. Raises Unfit."""
    if isinstance(cell, Unreadable):
        raise Unfit(cell.reason)
    if not isinstance(cell, str):
        return cell
    if not marked and len(cell) == LONGEST_CELL and cell.endswith("…"):
        raise Unfit(CUT_OFF)
    return (restored(cell) if marked else cell).strip() or None


def value_of(cell: Cell, field: Any, vocabulary: Vocabulary, *, day_first: bool = False, within: bool = False) -> Any:
    """Return the JSON value of a cell that is not empty; `within`: of an item of a list. Raises Unfit.

    `day_first`: 3/4/2026 is the third of April, whoever wrote it.
    """
    match field:
        case fields.Integer() | fields.Number():
            return _number(cell)
        case fields.Amount():
            return _amount(cell)
        case fields.Figure():
            return _figure(cell)
        case fields.Flag():
            return _flag(cell)
        case fields.Date():
            return _day(cell, day_first=day_first)
        case fields.Instant():
            return cell.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(cell, Moment) else text_of(cell)
        case fields.Code() | fields.ListedCode() | StandardCode():
            return vocabulary.code(field, text_of(cell))
        case fields.Codes() | fields.CodeArray():
            return _codes(text_of(cell), field, vocabulary, BETWEEN_WITHIN if within else BETWEEN)
        case fields.Text() | fields.TimeZone() | fields.Key() | fields.LocalizedText():
            return text_of(cell)
        case _:
            return _other(text_of(cell), field)


def text_of(cell: Cell) -> str:
    """Return what a cell shows: a number without the trailing zeros that a spreadsheet gives it."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return f"{Decimal(repr(cell)):f}"
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _number(cell: Cell) -> Any:
    if not isinstance(cell, str):
        return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    if not _is_number(cell):
        return cell
    number = Decimal(_pointed(cell))
    return int(number) if number == number.to_integral_value() and "." not in _pointed(cell) else float(number)


def _is_number(text: str) -> bool:
    return len(text) <= 40 and bool(PLAIN.fullmatch(text) or GROUPED.fullmatch(text))  # noqa: PLR2004 (digits enough)


def _pointed(text: str) -> str:
    """Return a number with a point before its decimals, and none elsewhere."""
    if GROUPED.fullmatch(text):
        text = text.replace(text[min(text.index(","), text.index("."))], "")
    return text.replace(",", ".")


def _amount(cell: Cell) -> str:
    text = text_of(cell)
    return _pointed(text) if _is_number(text) else text


def _figure(cell: Cell) -> str:
    text = text_of(cell)
    return _pointed(text) if PLAIN.fullmatch(text) else text


def _flag(cell: Cell) -> Any:
    word = folded(cell) if isinstance(cell, str) else cell
    return True if word in YES else False if word in NO else cell


def _day(cell: Cell, *, day_first: bool) -> Any:
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    written = WRITTEN_DAY.fullmatch(cell) if isinstance(cell, str) else None
    return _read_day(written, day_first=day_first) if written else text_of(cell)


def _read_day(written: re.Match[str], *, day_first: bool) -> str:
    """Read a day as Belgians write it; between slashes and hyphens an American would read another one."""
    day, month = int(written[1]), int(written[3])
    if day <= MOST_MONTHS and day != month and written[2] != "." and not day_first:
        raise Unfit(AMBIGUOUS)
    return f"{written[4]}-{month:02}-{day:02}"


def _codes(text: str, field: Any, vocabulary: Vocabulary, between: str) -> list[str]:
    one = field.code
    find: Callable[[str], str] = (lambda each: vocabulary.code(one, each)) if _is_listed(one) else str
    pieces = [piece.strip() for piece in text.split(between)]
    if len(pieces) == 1 and find(text) == text:
        pieces = [piece.strip() for piece in ALSO_BETWEEN.split(text)]
    return [find(piece) for piece in pieces if piece]


def _is_listed(field: Any) -> bool:
    return isinstance(field, fields.Code | fields.ListedCode | StandardCode)


def _other(text: str, field: Any) -> Any:
    """Read a list of words, or what an export writes as JSON."""
    if hasattr(field, "codes"):
        return [piece for piece in map(str.strip, text.split(BETWEEN)) if piece]
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unfit(NOT_JSON) from None
