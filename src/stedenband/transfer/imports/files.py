"""A file as the rows that it asks for: of its format, in the columns that its headings or the caller name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Literal

from stedenband.core.errors import BadRequest
from stedenband.core.words import Rule, say
from stedenband.transfer.imports.mapping import Places, mapped
from stedenband.transfer.imports.wanted import Fault, LineReader, RowReader, Steps, Wanted
from stedenband.transfer.imports.words import Vocabulary
from stedenband.transfer.sheets import Table, read_csv, read_lines, read_workbook
from stedenband.web.resource import Resource
from stedenband.web.text import echo

Format = Literal["csv", "xlsx", "ndjson"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written, as far as the caller says so; what is not said is looked for.

    `columns` maps headings to the names of columns, or to an empty text: leave it out. `day_first`: 3/4/2026 is the
    third of April.
    """

    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    day_first: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """The rows of a file, and what was taken of how it is written; `guessed` names what of that is not certain."""

    rows: Iterator[Wanted]
    told: Mapping[str, str]
    guessed: frozenset[str] = frozenset()
    mapping: Places | None = None

    def columns(self) -> Iterator[tuple[str, str | None]]:
        """Yield each heading, shortened, with the name of its column; empty: it was left out; None: nobody knows it."""
        if self.mapping:
            for heading, name in zip(self.mapping.headings, self.mapping.columns, strict=True):
                yield str(echo(heading)), name

    @property
    def read(self) -> set[Steps] | None:
        """The columns that are read; None: the file has no columns."""
        return set(self.mapping.places) if self.mapping else None


def asked_for(resource: Resource, vocabulary: Vocabulary, file: BinaryIO, manner: Manner) -> Asked:
    """Return what a file asks for; the file can be wound back. Raises UnreadableFile, also while rows are walked."""
    table = table_of(file, manner)
    if table is None:
        file.seek(0)
        return Asked(map(LineReader(resource, vocabulary).read, read_lines(file)), {})
    mapping = mapped(resource, table.headings, manner.columns)
    rows = RowReader(resource, vocabulary, mapping, marked=table.marked, day_first=manner.day_first)
    return Asked(_with_unread(map(rows.read, table.rows), mapping), table.told, table.guessed, mapping)


def table_of(file: BinaryIO, manner: Manner) -> Table | None:
    """Return a file as a table, from its beginning; None: it has no columns. Raises UnreadableFile."""
    match manner.format:
        case "csv":
            return read_csv(file, encoding=manner.encoding, delimiter=manner.delimiter)
        case "xlsx":
            return read_workbook(file)
        case _:
            return None


def count_of(file: BinaryIO, manner: Manner, most: int | None = None) -> int:
    """Return how many rows a file has; `most`: no more are counted."""
    table = table_of(file, manner)
    if table is None:
        file.seek(0)
    return sum(1 for _ in islice(table.rows if table else read_lines(file), most))


def confirmed(asked: Asked) -> None:
    """Refuse to write what was read by a guess, before somebody has looked at it."""
    for name in sorted(asked.guessed):
        raise BadRequest.at(
            "query",
            name,
            Rule(
                say(
                    "The file seems to be {value}, which is not certain. Look at a dry run, then confirm it:"
                    " {name}={value}.",
                    value=asked.told[name],
                    name=name,
                )
            ),
        )


def _with_unread(rows: Iterator[Wanted], mapping: Places) -> Iterator[Wanted]:
    """Warn, at the first row, of columns that are not read as nobody knows them."""
    faults = [
        Fault((str(echo(heading)),), say("There is no such column here, so it was not read."), severity="warning")
        for heading in mapping.unread()
    ]
    for index, row in enumerate(rows):
        if not index:
            row.faults += faults
        yield row
