"""The numbers of a workbook: a day or a moment is a number whose style shows it as one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import IO

from stedenband.core.words import say
from stedenband.transfer.sheets.archive import NOT_A_WORKBOOK
from stedenband.transfer.sheets.cells import Cell, Unreadable, UnreadableFile
from stedenband.transfer.sheets.limits import MOST_STYLES
from stedenband.transfer.sheets.markup import Event, events

DAYS = {14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58}
"""The numbers of the formats of days that every workbook has."""
MOMENTS = {18, 19, 20, 21, 22, 32, 33, 34, 35, 45, 46, 47}
SHOWN_AS_THEY_ARE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""What a format shows without reading it: quoted and escaped letters, colors, conditions, room."""
EXACT = 10**15
"""From here on not every whole number has a double of its own."""
NO_NUMBER = say("This cell holds no number that can be read.")


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a number is a moment: counted in days from `epoch`, and shown with its time or as a day alone."""

    epoch: datetime
    timed: bool


def calendars_of(styles: IO[bytes] | None, *, since_1904: bool) -> list[Calendar | None]:
    """Return per style of cells how its numbers are moments; None: they are numbers."""
    if styles is None:
        return []
    epoch = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 (a cell has no zone)
    codes, used = _formats(events(styles))
    return [_calendar(number, codes.get(number, ""), epoch) for number in used]


def _formats(found: Iterable[Event]) -> tuple[dict[int, str], list[int]]:
    """Return the codes of formats by number, and the number of the format of each style."""
    codes: dict[int, str] = {}
    used: list[int] = []
    within = False
    for name, said in found:
        if name == "cellXfs":
            within = isinstance(said, dict)
        elif name == "numFmt" and isinstance(said, dict):
            codes[_id(said)] = said.get("formatCode", "")
        elif name == "xf" and within and isinstance(said, dict):
            used.append(_id(said))
        if len(used) + len(codes) > MOST_STYLES:
            raise UnreadableFile(NOT_A_WORKBOOK)
    return codes, used


def _id(said: dict[str, str]) -> int:
    text = said.get("numFmtId", "0")
    return int(text) if re.fullmatch("[0-9]{1,6}", text, re.ASCII) else 0


def _calendar(number: int, code: str, epoch: datetime) -> Calendar | None:
    letters = set(SHOWN_AS_THEY_ARE.sub("", code.partition(";")[0]).lower())
    if number in MOMENTS or letters & {"h", "s"}:
        return Calendar(epoch, timed=True)
    if number in DAYS or letters & {"d", "y"}:
        return Calendar(epoch, timed=False)
    return None


def read_number(text: str, calendar: Calendar | None) -> Cell:
    """Return the number that a cell holds, or the day or moment that it shows."""
    try:
        value = float(text)
    except ValueError:
        return Unreadable(NO_NUMBER, text[:100])
    if not isfinite(value):
        return Unreadable(NO_NUMBER, text[:100])
    if calendar is None:
        return int(value) if value.is_integer() and abs(value) < EXACT else value
    try:
        moment = calendar.epoch + timedelta(seconds=round(value * 86400))
    except OverflowError:
        return Unreadable(NO_NUMBER, text[:100])
    return moment if calendar.timed else moment.date()
