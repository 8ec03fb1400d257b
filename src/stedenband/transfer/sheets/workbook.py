"""XLSX (ISO/IEC 29500): the first sheet that is shown, cell by cell; nothing is computed and no link is followed."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import IO, BinaryIO
from zipfile import ZipFile

from stedenband.core.words import say
from stedenband.transfer.sheets.archive import NOT_A_WORKBOOK, opened, part
from stedenband.transfer.sheets.cells import Cell, Row, Table, Unreadable, UnreadableFile
from stedenband.transfer.sheets.limits import LONGEST_ROW, MOST_COLUMNS, MOST_ROWS
from stedenband.transfer.sheets.markup import Said, events, local, walked
from stedenband.transfer.sheets.numbers import Calendar, calendars_of, read_number
from stedenband.transfer.sheets.shared import Texts, plain_text, texts_of

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
COUNT = re.compile("[0-9]{1,7}", re.ASCII)
NOT_COMPUTED = say("This cell holds a formula that was never computed. Write its value.")
AN_ERROR = say("This cell holds an error of the spreadsheet. Write its value.")


@dataclass(frozen=True, slots=True)
class Book:
    """What the cells of a sheet refer to: shared texts, and per style how a number is a moment (None: it is none)."""

    texts: Texts
    calendars: list[Calendar | None]


def read_workbook(file: BinaryIO) -> Table:
    """Read a workbook that can be wound back. Raises UnreadableFile."""
    rows = _rows(file)
    headings = next(rows, None)
    if headings is None:
        raise UnreadableFile(say("The file is empty. Send headings and, below them, a row for each record."))
    return Table([_heading(cell) for cell in headings.cells], rows)


def _heading(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, Unreadable) else str(cell)


def _rows(file: BinaryIO) -> Iterator[Row]:
    with ExitStack() as stack:
        archive = stack.enter_context(opened(file))
        relations = _relations(archive)
        name, since_1904 = _sheet(archive, relations)
        styles = _part_named("styles.xml", archive, relations)
        book = Book(
            stack.enter_context(texts_of(_part_named("sharedStrings.xml", archive, relations))),
            calendars_of(styles, since_1904=since_1904),
        )
        sheet = part(archive, name)
        if sheet is None:
            raise UnreadableFile(NOT_A_WORKBOOK)
        yield from _within_limits(_sheet_rows(sheet, book))


def _within_limits(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield the rows that are not blank."""
    filled = 0
    for row in rows:
        if any(cell is not None for cell in row.cells):
            filled += 1
            if filled > MOST_ROWS + 1:
                raise UnreadableFile(say("Send at most {most} rows at once.", most=MOST_ROWS), row.number)
            yield row


def _relations(archive: ZipFile) -> dict[str, str]:
    """Return the parts of the workbook by id and by kind: of several of a kind, one."""
    found: dict[str, str] = {}
    for name, said in events(_needed(archive, RELATIONS)):
        if name == "Relationship" and isinstance(said, dict) and said.get("TargetMode") != "External":
            target = said.get("Target", "")
            path = target[1:] if target.startswith("/") else f"xl/{target}"
            found[said.get("Id", "")] = found[said.get("Type", "").rpartition("/")[2]] = path
    return found


def _part_named(name: str, archive: ZipFile, relations: dict[str, str]) -> IO[bytes] | None:
    kind = name.partition(".")[0]
    return part(archive, relations.get(kind, f"xl/{name}"))


def _needed(archive: ZipFile, name: str) -> IO[bytes]:
    found = part(archive, name)
    if found is None:
        raise UnreadableFile(NOT_A_WORKBOOK)
    return found


def _sheet(archive: ZipFile, relations: dict[str, str]) -> tuple[str, bool]:
    """Return the name of the part with the first sheet that is shown, and whether days are counted from 1904."""
    since_1904 = False
    first: str | None = None
    for name, said in events(_needed(archive, WORKBOOK)):
        if isinstance(said, dict):
            if name == "workbookPr":
                since_1904 = said.get("date1904", "0") in {"1", "true", "on"}
            if name == "sheet" and first is None and said.get("state", "visible") == "visible":
                first = next((relations.get(each) for key, each in said.items() if local(key) == "id"), None)
    if first is None:
        raise UnreadableFile(say("The workbook shows no sheet. Put the rows in the first one."))
    return first, since_1904


def _sheet_rows(sheet: IO[bytes], book: Book) -> Iterator[Row]:
    reader = _RowReader(book)
    for _ in walked(sheet, reader.opened, reader.closed):
        yield from reader.rows
        reader.rows.clear()


class _RowReader:
    """Puts rows together from the tags of a sheet."""

    def __init__(self, book: Book) -> None:
        """Begin before the first row."""
        self.book = book
        self.rows: list[Row] = []
        self.row = Row(0, [])
        self.place = 0
        self.length = 0
        self.kind = "n"
        self.style = 0
        self.formula = False
        self.value: str | None = None
        self.texts: list[str] = []
        self.phonetic = False
        self.taken: dict[str, Callable[[str], None]] = {
            "row": self._row_ends,
            "c": self._cell_ends,
            "v": self._value,
            "t": self._text,
            "rPh": self._spoken,
        }

    def opened(self, name: str, said: Said) -> None:
        """Take a tag that opens."""
        match name:
            case "row":
                self.row = Row(_number(said.get("r"), self.row.number + 1), [])
                self.place = self.length = 0
            case "c":
                self.place = self._placed(said.get("r"))
                self.kind, self.style = said.get("t", "n"), _number(said.get("s"), 0)
                self.formula, self.value, self.texts = False, None, []
            case "f":
                self.formula = True
            case "rPh":
                self.phonetic = True

    def closed(self, name: str, text: str) -> None:
        """Take a tag that closes, with the text before it."""
        if take := self.taken.get(name):
            take(text)

    def _row_ends(self, _text: str) -> None:
        self.rows.append(self.row)

    def _spoken(self, _text: str) -> None:
        self.phonetic = False

    def _value(self, text: str) -> None:
        self.value = text

    def _text(self, text: str) -> None:
        """Take a piece of a text; the one that says how to pronounce it is none."""
        if not self.phonetic:
            self.texts.append(text)

    def _cell_ends(self, _text: str) -> None:
        cell = self._cell()
        if cell is not None:
            self._keep(cell)
        self.place += 1

    def _keep(self, cell: Cell) -> None:
        if self.place >= MOST_COLUMNS:
            raise UnreadableFile(say("Send at most {most} columns.", most=MOST_COLUMNS), self.row.number)
        self.length += len(cell) if isinstance(cell, str) else 1
        if self.length > LONGEST_ROW:
            raise UnreadableFile(say("This row is longer than {most} characters.", most=LONGEST_ROW), self.row.number)
        cells = self.row.cells
        cells.extend([None] * (self.place + 1 - len(cells)))
        cells[self.place] = cell

    def _placed(self, reference: str | None) -> int:
        """Return the place of a cell in its row, the first being 0; without a reference the one after the last."""
        found = PLACE.fullmatch(reference) if reference else None
        return _place(found[1]) if found else self.place

    def _cell(self) -> Cell:
        if self.formula and self.value is None and not self.texts:
            return Unreadable(NOT_COMPUTED)
        match self.kind:
            case "s":
                return self.book.texts.at(self.value)
            case "inlineStr":
                return plain_text("".join(self.texts))
            case "str":
                return plain_text(self.value)
            case "b":
                return None if self.value is None else self.value == "1"
            case "e":
                return Unreadable(AN_ERROR, self.value or "")
            case "d":
                return self.value or None
            case _:
                return self._number()

    def _number(self) -> Cell:
        if self.value is None:
            return None
        styles = self.book.calendars
        return read_number(self.value, styles[self.style] if self.style < len(styles) else None)


@cache
def _place(letters: str) -> int:
    """Return the place that the letters of a column name, the first being 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("@")
    return place - 1


def _number(text: str | None, otherwise: int) -> int:
    """Return what an attribute counts."""
    return int(text) if text and COUNT.fullmatch(text) else otherwise
