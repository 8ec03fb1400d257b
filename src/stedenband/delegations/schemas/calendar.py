"""Delegations and their programs as entries of a calendar: of one delegation, and of all of a link or a city.

The visit is one entry for all its days, each item of the program one with its times in the time zone of its place. An
entry keeps its UID for good; its SEQUENCE follows the version of the record, and what is cancelled says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

import orjson

from stedenband.web.formats.icalendar import Appointment, Day, calendar
from stedenband.web.formats.table import ICALENDAR, Representation, Subject

NEEDED = tuple(
    (name, ())
    for name in ("arrival", "departure", "hostCity", "programItems", "status", "title", "updatedAt", "version")
)
"""The properties of a delegation that its entries are made of."""

SAID = {"draft": "TENTATIVE", "cancelled": "CANCELLED"}
"""STATUS of RFC 5545 by the state of the delegation; else it is confirmed."""


def entries_of(delegation: Mapping[str, Any]) -> Iterator[Day | Appointment]:
    """Yield the entries of a delegation, as its document with `NEEDED` has it; without days the visit has none."""
    if "arrival" in delegation and "departure" in delegation:
        yield Day(
            f"delegation-{delegation['id']}@stedenband",
            delegation["title"],
            delegation["href"],
            "delegation",
            SAID.get(delegation["status"], "CONFIRMED"),
            delegation["version"] - 1,
            datetime.fromisoformat(delegation["updatedAt"]),
            delegation.get("hostCity", {}).get("title"),
            on=date.fromisoformat(delegation["arrival"]),
            until=date.fromisoformat(delegation["departure"]),
        )
    for item in delegation["programItems"]:
        yield entry_of(item | {"href": f"{delegation['href']}/programItems/{item['id']}"})


def entry_of(item: Mapping[str, Any]) -> Appointment:
    """Return the entry of an item of the program, as its document has it."""
    return Appointment(
        f"programItem-{item['id']}@stedenband",
        item["title"],
        item["href"],
        "programItem",
        "CANCELLED" if item["cancelled"] else "CONFIRMED",
        item["version"] - 1,
        datetime.fromisoformat(item["updatedAt"]),
        item.get("place"),
        start=datetime.fromisoformat(item["start"]),
        end=datetime.fromisoformat(item["end"]),
        timezone=item["timezone"],
    )


def write_delegations(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write a visit with its program."""
    entries = (entry for document in documents for entry in entries_of(orjson.loads(document)))
    out.write(calendar(subject.name, entries))


def write_program(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write items of a program."""
    out.write(calendar(subject.name, (entry_of(orjson.loads(document)) for document in documents)))


CALENDAR = Representation(ICALENDAR, write_delegations, of="records", needs=NEEDED)
"""Of one delegation: the library takes a millisecond for each entry, so a calendar of many needs bounds."""
PROGRAM = Representation(
    ICALENDAR,
    write_program,
    needs=tuple(
        (name, ()) for name in ("cancelled", "end", "place", "start", "timezone", "title", "updatedAt", "version")
    ),
)
