"""What a file of rows is once it was read: headings, and rows whose cells know where they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from stedenband.core.errors import INCORRECT, BadRequest, Issue
from stedenband.core.words import Rule, Said

Moment = datetime
"""Of a cell: without a time zone."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell without a value that can be taken, such as a formula that was never computed, and why."""

    reason: Said
    shown: str = ""


Cell = str | int | float | bool | date | Moment | Unreadable | None
"""None: the cell is empty."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the number that a spreadsheet gives it, from 1; `cells` by place, the last of them may be left out."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The headings in their places, the rows below them, and what was taken of how the file is written.

    `guessed` names what of `told` is likely, not certain. `marked`: texts that begin like a formula have an apostrophe
    before them. The rows can be walked once; each refuses what is wrong with the file when it is come to.
    """

    headings: list[str]
    rows: Iterator[Row]
    told: Mapping[str, str] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    marked: bool = False


class UnreadableFile(BadRequest):
    """The file as a whole cannot be taken; the one issue says what to do, and where in it that is."""

    def __init__(self, reason: Said, row: int | None = None) -> None:
        """Say why; `row` is the number of the row at fault."""
        place = "" if row is None else f"row {row}"
        super().__init__(INCORRECT, issues=[Issue("body", place, Rule(reason), "rejectedInput")])
