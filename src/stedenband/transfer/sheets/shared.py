"""The texts that the cells of a workbook share: kept in a temporary file, so that they take no memory."""

import re
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from tempfile import TemporaryFile
from typing import IO, BinaryIO

from stedenband.core.words import say
from stedenband.transfer.sheets.archive import NOT_A_WORKBOOK
from stedenband.transfer.sheets.cells import Cell, Unreadable, UnreadableFile
from stedenband.transfer.sheets.limits import MOST_TEXTS
from stedenband.transfer.sheets.markup import events

CODED = re.compile("_x([0-9A-Fa-f]{4})_")
"""A character that XML cannot hold, or an underscore that could be taken for one."""
KEPT = 4096
"""Texts that stay in memory as they were asked for last."""


class Texts:
    """The shared texts by their number."""

    def __init__(self, file: BinaryIO, ends: "array[int]") -> None:
        """Give the file with the texts one after the other, and where each ends."""
        self.file = file
        self.ends = ends
        self._read = lru_cache(KEPT)(self._text)

    def at(self, number: str | None) -> Cell:
        """Return the text that a cell refers to; None: it is empty."""
        if number is None:
            return None
        if not re.fullmatch("[0-9]{1,9}", number, re.ASCII) or int(number) >= len(self.ends):
            return Unreadable(say("This cell refers to a text that is not in the workbook."))
        return self._read(int(number)) or None

    def _text(self, number: int) -> str:
        begin = self.ends[number - 1] if number else 0
        self.file.seek(begin)
        return self.file.read(self.ends[number] - begin).decode("utf-8", "surrogatepass")


@contextmanager
def texts_of(part: IO[bytes] | None) -> Iterator[Texts]:
    """Give the shared texts of a workbook for the time of the block; without a part there are none."""
    with TemporaryFile() as file:
        ends = array("Q")
        end = 0
        for text in _texts(part) if part else ():
            end += file.write(text.encode("utf-8", "surrogatepass"))
            ends.append(end)
            if len(ends) > MOST_TEXTS:
                raise UnreadableFile(NOT_A_WORKBOOK)
        yield Texts(file, ends)


def _texts(part: IO[bytes]) -> Iterator[str]:
    pieces: list[str] = []
    phonetic = False
    for name, said in events(part):
        opens = isinstance(said, dict)
        if name == "si":
            if not opens:
                yield plain_text("".join(pieces)) or ""
            pieces = []
        elif name == "rPh":
            phonetic = opens
        elif name == "t" and isinstance(said, str) and not phonetic:
            pieces.append(said)


def plain_text(text: str | None) -> str | None:
    """Return a text with its coded characters; None: there is none."""
    if text and "_x" in text:
        text = CODED.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n")
    return text or None
