"""XLSX: texts are texts whatever they look like, numbers and days are numbers and days; same rows, same bytes."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

import orjson
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from stedenband.web.formats.columns import Column, Kind, Value, columns_of, row_reader
from stedenband.web.formats.table import Subject

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 (a file of today would have other bytes than one of yesterday)
Formats = dict[Kind | int, Format]
"""By kind of column; by number of decimals."""
LONGEST_CELL = 32_767
"""Characters that Excel takes in a cell; a longer text ends in an ellipsis there, and is whole in the other formats."""
WIDTHS: dict[Kind, int] = {
    "text": 24,
    "number": 12,
    "integer": 12,
    "decimal": 14,
    "flag": 10,
    "date": 12,
    "instant": 22,
}
SHOWN: dict[Kind, dict[str, str]] = {
    "date": {"num_format": "yyyy-mm-dd"},
    "instant": {"num_format": 'yyyy-mm-dd"T"hh:mm:ss"Z"'},
}
"""ISO 8601, which a spreadsheet of any language shows alike."""
MOST_DECIMALS = 6


def write(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write a sheet with a row per document, and one that says where it comes from; OSError when there is no room."""
    try:
        with Workbook(out, OPTIONS) as book:
            book.set_properties({"title": subject.name, "created": MADE})
            _write_records(book, subject, documents)
            _write_about(book, subject)
    except FileCreateError as error:
        raise OSError from error


def _write_records(book: Workbook, subject: Subject, documents: Iterable[bytes]) -> None:
    columns = columns_of(subject)
    formats: Formats = {kind: book.add_format(shown) for kind, shown in SHOWN.items()}
    for places in range(MOST_DECIMALS + 1):
        formats[places] = book.add_format({"num_format": f"0.{'0' * places}".rstrip(".")})
    sheet = book.add_worksheet(subject.name)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS[column.kind])
    sheet.write_row(0, 0, [column.name for column in columns], book.add_format({"bold": True}))
    read, rows = row_reader(columns), 0
    for rows, line in enumerate(documents, 1):
        for place, value in enumerate(read(orjson.loads(line))):
            _write_cell(sheet, (rows, place), columns[place], value, formats)
    sheet.autofilter(0, 0, rows, len(columns) - 1)


def _write_about(book: Workbook, subject: Subject) -> None:
    about = book.add_worksheet("About")
    about.set_column(0, 1, 24)
    for row, (name, value) in enumerate((("Address", subject.address), ("Time zone", "UTC"))):
        about.write_string(row, 0, name)
        about.write_string(row, 1, value)


def _write_cell(sheet: Worksheet, at: tuple[int, int], column: Column, value: Value, formats: Formats) -> None:
    match value:
        case Decimal():
            _write_decimal(sheet, at, value, formats)
        case None:
            pass
        case bool():
            sheet.write_boolean(*at, value)
        case int() | float():
            sheet.write_number(*at, value)
        case _ if column.kind in formats:
            sheet.write_datetime(*at, datetime.fromisoformat(value.rstrip("Z")), formats[column.kind])
        case _:
            sheet.write_string(*at, value if len(value) <= LONGEST_CELL else value[: LONGEST_CELL - 1] + "…")


def _write_decimal(sheet: Worksheet, at: tuple[int, int], value: Decimal, formats: Formats) -> None:
    """Write a number that shows the decimals it has; one that a cell cannot hold exactly stays a text."""
    number, places = float(value), len(f"{value:f}".partition(".")[2])
    if Decimal(repr(number)) == value and places in formats:
        sheet.write_number(*at, number, formats[places])
    else:
        sheet.write_string(*at, f"{value:f}")
