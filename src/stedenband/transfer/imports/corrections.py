"""The rows that were refused, as a file to put right and send again: what was sent, and beside it what is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from csv import writer
from datetime import date, datetime
from io import TextIOWrapper
from typing import Any, BinaryIO

from xlsxwriter import Workbook

from stedenband.transfer.imports.files import Manner, table_of
from stedenband.transfer.imports.headings import label_of
from stedenband.transfer.imports.mapping import ADDED
from stedenband.transfer.imports.reading import text_of
from stedenband.transfer.imports.wanted import Steps
from stedenband.transfer.sheets import Cell, Row, Unreadable
from stedenband.web.formats.columns import EACH, Value
from stedenband.web.formats.csv import BELGIAN
from stedenband.web.formats.formulas import restored
from stedenband.web.formats.xlsx import LONGEST_CELL, MADE, OPTIONS

Line = Sequence[Cell]
Faulty = tuple[int, Sequence[Mapping[str, Any]]]
"""The number of a row that was refused, and its findings as a report has them."""


def column_of(steps: Steps) -> str:
    """Return the name of a column by the steps to it."""
    return ".".join(steps).replace(f".{EACH}", EACH)


def corrections(file: BinaryIO, manner: Manner, faults: Iterable[Faulty], language: str) -> Iterator[Line]:
    """Yield the headings, then each row that was refused: its cells, its number, and where and what its faults are.

    `faults` has the refused rows in the order of the file.
    """
    table = table_of(file, manner)
    headings = table.headings if table else []
    yield [*headings, *(label_of(name, language) for name in ADDED)]
    rows: Iterator[Row] = iter(table.rows) if table else iter(())
    for number, findings in faults:
        row = next((each for each in rows if each.number == number), Row(number, []))
        cells = [_shown(cell, marked=bool(table and table.marked)) for cell in row.cells]
        room = [None] * (len(headings) - len(cells))
        yield [*cells[: len(headings)], *room, number, *_told(findings)]


def _told(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the columns at fault, the reasons and the severity; several stand below each other in a cell."""
    yield "\n".join(each.get("column", "") for each in findings)
    yield "\n".join(each["reason"] for each in findings)
    yield "error"


def _shown(cell: Cell, *, marked: bool) -> Cell:
    if isinstance(cell, Unreadable):
        return cell.shown
    return restored(cell) if marked and isinstance(cell, str) else cell


def write_csv(lines: Iterator[Line], out: BinaryIO) -> None:
    """Write lines as our exports are written."""
    text = TextIOWrapper(out, BELGIAN.encoding, newline="")
    rows = writer(text, delimiter=BELGIAN.separator, lineterminator="\r\n")
    rows.writerows(BELGIAN.cells([_plain(cell) for cell in line]) for line in lines)
    text.flush()
    text.detach()


def _plain(cell: Cell) -> Value:
    return text_of(cell) if isinstance(cell, date) else cell  # type: ignore[return-value]


def write_workbook(lines: Iterator[Line], out: BinaryIO) -> None:
    """Write lines as a workbook of one sheet: days as days, texts as texts."""
    with Workbook(out, {**OPTIONS, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": MADE})
        moments = book.add_format({"num_format": 'yyyy-mm-dd"T"hh:mm:ss"Z"'})
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, place, cell, moments)
                elif isinstance(cell, str):
                    sheet.write_string(number, place, cell[:LONGEST_CELL])
                else:
                    sheet.write(number, place, cell)


WRITERS: Mapping[str, Any] = {"csv": write_csv, "xlsx": write_workbook}
