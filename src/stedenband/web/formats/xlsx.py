"""XLSX: texts are texts whatever they look like, numbers and days are numbers and days; same rows, same bytes."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

import orjson
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from stedenband.web.formats.columns import Column, Kind, Value, columns_of
from stedenband.web.formats.table import Subject

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 (a file of today would have other bytes than one of yesterday)
LONGEST_CELL = 32_767
"""Characters that Excel takes in a cell; a longer text ends in an ellipsis there, and is whole in the other formats."""
WIDTHS: dict[Kind, int] = {"text": 24, "number": 12, "integer": 12, "flag": 10, "date": 12, "instant": 22}
SHOWN: dict[Kind, dict[str, str]] = {
    "date": {"num_format": "yyyy-mm-dd"},
    "instant": {"num_format": 'yyyy-mm-dd"T"hh:mm:ss"Z"'},
}
"""ISO 8601, which a spreadsheet of any language shows alike."""


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
    formats = {kind: book.add_format(shown) for kind, shown in SHOWN.items()}
    sheet = book.add_worksheet(subject.name)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS[column.kind])
    sheet.write_row(0, 0, [column.name for column in columns], book.add_format({"bold": True}))
    rows = 0
    for rows, line in enumerate(documents, 1):
        document = orjson.loads(line)
        for place, column in enumerate(columns):
            _write_cell(sheet, (rows, place), column, column.value(document), formats)
    sheet.autofilter(0, 0, rows, len(columns) - 1)


def _write_about(book: Workbook, subject: Subject) -> None:
    about = book.add_worksheet("About")
    about.set_column(0, 1, 24)
    for row, (name, value) in enumerate((("Address", subject.address), ("Time zone", "UTC"))):
        about.write_string(row, 0, name)
        about.write_string(row, 1, value)


def _write_cell(
    sheet: Worksheet, at: tuple[int, int], column: Column, value: Value, formats: dict[Kind, Format]
) -> None:
    match value:
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
