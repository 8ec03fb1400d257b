"""What a column says of the people it holds data on, from which the processing register (GDPR art. 30) is read.

Every column of every table is tagged: `info=Personal(…).tag` where it holds personal data, `info=IMPERSONAL` on what
every record has, and for the rest the table's info names them: `{"impersonal": "title kind status"}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Table

from stedenband.core.words import Said, say

IMPERSONAL: dict[str, Any] = {"personal": None}
"""The info of a column that says nothing of a person in any table: keys, versions, moments of writing."""


class Category(StrEnum):
    """The kinds of personal data (art. 30(1)(c))."""

    AUDIT = "audit"
    CONTACT_DETAILS = "contactDetails"
    FREE_TEXT = "freeText"
    FUNCTION = "function"
    IDENTIFICATION = "identification"
    LANGUAGE = "language"
    LEGAL_BASIS = "legalBasis"
    SIGNATURE = "signature"
    TRAVEL_DOCUMENT = "travelDocument"


class Ground(StrEnum):
    """The letters of art. 6(1)."""

    CONSENT = "a"
    CONTRACT = "b"
    LEGAL_OBLIGATION = "c"
    VITAL_INTERESTS = "d"
    PUBLIC_TASK = "e"
    LEGITIMATE_INTERESTS = "f"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long: an ISO 8601 `period` (none: as long as the record itself) and what it is counted from."""

    period: str | None
    since: Said


@dataclass(frozen=True, slots=True)
class Personal:
    """What personal data a column holds: whose and what kind, for what, how long, and on which grounds."""

    category: Category
    subjects: Said
    purpose: Said
    retention: Retention
    grounds: tuple[Ground, ...] = (Ground.PUBLIC_TASK,)
    identifying: bool = True
    """False: it names nobody without the columns that do, so it may be recorded and stay when they are emptied."""
    shared: bool = False
    """Whether the other member cities of the link that the record is shared in may read it."""

    @property
    def tag(self) -> dict[str, "Personal"]:
        """The info of the column."""
        return {"personal": self}


WITH_RECORD = Retention(None, say("As long as the record that it belongs to."))
STAFF_AND_PARTNERS = say("People who work with the register for a city.")

AUDIT = Personal(
    Category.AUDIT,
    STAFF_AND_PARTNERS,
    say("Accounting for who did what with the records (GDPR art. 5(2))."),
    WITH_RECORD,
    (Ground.LEGAL_OBLIGATION, Ground.PUBLIC_TASK),
)
"""Who did something."""

REPLY = Personal(
    Category.AUDIT,
    say("People whose data a reply to a request held."),
    say("Repeating the first reply when the same request arrives twice, so that nothing is done twice."),
    Retention("P1D", say("The request.")),
)
"""A reply that is kept for repeated requests."""

NOTE = Personal(
    Category.FREE_TEXT,
    say("People whom the city's staff mentions in a note."),
    say("Remembering what the city's staff needs to know to keep up the partnership."),
    WITH_RECORD,
)
"""A note in free text, which may name anybody."""


def personal(column: Column[Any]) -> Personal | None:
    """Return what personal data a column holds."""
    found: Personal | None = column.info.get("personal")
    return found


def personal_columns(table: Table) -> Iterator[tuple[Column[Any], Personal]]:
    """Yield the columns of a table that hold personal data."""
    for column in table.c:
        tag = personal(column)
        if tag:
            yield column, tag


def untagged(table: Table) -> set[str]:
    """Return the columns of which nobody has said whether they hold personal data, and the names of no column."""
    named = set(table.info.get("impersonal", "").split())
    tagged = {column.name for column in table.c if "personal" in column.info}
    return {column.name for column in table.c} ^ (named | tagged) | named & tagged


def processing(tables: Mapping[str, Table]) -> dict[Personal, dict[str, list[str]]]:
    """Return the processing of personal data: per kind the tables, and in each the columns, that hold it."""
    found: dict[Personal, dict[str, list[str]]] = {}
    for name in sorted(tables):
        for column, tag in personal_columns(tables[name]):
            found.setdefault(tag, {}).setdefault(name, []).append(column.name)
    return found
