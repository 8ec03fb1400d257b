"""CSV (RFC 4180) of any delimiter: one row in memory at a time, and none longer than the limits."""

import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from stedenband.core.words import say
from stedenband.transfer.sheets.cells import Row, Table, UnreadableFile
from stedenband.transfer.sheets.encodings import Encoding, encoding_of
from stedenband.transfer.sheets.limits import LONGEST_CELL, LONGEST_ROW, MOST_COLUMNS, MOST_ROWS

DELIMITERS = ";,\t|"
"""Those that are looked for; where two are as likely, the first."""
SAID = re.compile(r'"?sep=([^"\r\n])"?\r?\n?')
"""The first line of a file in which Excel says its delimiter."""
QUOTED = re.compile(r'"[^"]*("|$)')


def read_csv(file: BinaryIO, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Read a CSV file that can be wound back; what is not given is looked for. Raises UnreadableFile."""
    taken = encoding_of(file, encoding)
    lines = _Lines(file, taken)
    first = lines.peek()
    if said := SAID.fullmatch(first):
        next(lines)
    between = delimiter or (said[1] if said else _likely(first))
    rows = _rows(lines, between)
    headings = next(rows, None)
    if headings is None:
        raise UnreadableFile(say("The file is empty. Send headings and, below them, a row for each record."))
    told = {"encoding": taken.name, "delimiter": between}
    guessed = frozenset({"encoding"} if not taken.sure else ())
    return Table([str(cell or "") for cell in headings.cells], rows, told, guessed, marked=True)


def _likely(line: str) -> str:
    """Return the delimiter that stands most often in a line, outside quotes."""
    bare = QUOTED.sub("", line)
    return max(DELIMITERS, key=bare.count)


def _rows(lines: "_Lines", delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not blank, the headings first."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = filled = 0
    while True:
        lines.row, lines.spent = number + 1, 0
        try:
            texts = next(reader, None)
        except csv.Error:
            raise UnreadableFile(
                say(
                    "The quotes of this row do not match, or a cell is longer than {most} characters."
                    " Write a quote within quotes twice.",
                    most=LONGEST_CELL,
                ),
                number + 1,
            ) from None
        if texts is None:
            return
        number += 1
        if any(texts):
            filled += 1
            yield _row(number, texts, filled)


def _row(number: int, texts: list[str], filled: int) -> Row:
    if filled > MOST_ROWS + 1:
        raise UnreadableFile(say("Send at most {most} rows at once.", most=MOST_ROWS), number)
    if len(texts) > MOST_COLUMNS:
        raise UnreadableFile(say("Send at most {most} columns.", most=MOST_COLUMNS), number)
    if any(len(text) > LONGEST_CELL for text in texts):
        raise UnreadableFile(say("Shorten the cells to at most {most} characters.", most=LONGEST_CELL), number)
    return Row(number, [text or None for text in texts])


class _Text(TextIOWrapper):
    """Leaves the file open that it reads: it is not ours, and may be read again."""

    def close(self) -> None:
        """Do nothing."""


class _Lines:
    """The lines of a text; `spent` counts the characters of the row that they belong to, which has a limit."""

    def __init__(self, file: BinaryIO, encoding: Encoding) -> None:
        """Decode strictly."""
        self.text = _Text(file, encoding.codec, newline="")
        self.encoding = encoding
        self.row = 1
        self.spent = 0
        self.ahead: str | None = None

    def peek(self) -> str:
        """Return the next line and leave it there; an empty text at the end."""
        self.ahead = self._line()
        return self.ahead

    def __iter__(self) -> Iterator[str]:
        """Return itself."""
        return self

    def __next__(self) -> str:
        """Return the next line, with its end."""
        line, self.ahead = self._line() if self.ahead is None else self.ahead, None
        if not line:
            raise StopIteration
        self.spent += len(line)
        if self.spent > LONGEST_ROW:
            raise UnreadableFile(say("This row is longer than {most} characters.", most=LONGEST_ROW), self.row)
        return line

    def _line(self) -> str:
        try:
            return self.text.readline(LONGEST_ROW + 1)
        except UnicodeDecodeError:
            raise UnreadableFile(
                say("Here the file is not {encoding}. Say its encoding.", encoding=self.encoding.name), self.row
            ) from None
