"""(m): how fast files are imported as `stedenband import` does it, piece by piece, and what a row costs whom."""

import csv
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO, StringIO

from bench.data.clients import KEY
from bench.database import Register
from bench.processes import begin_peak, cpu_seconds, memory
from stedenband.core.db import Database, PresentedKey
from stedenband.core.roles import API
from stedenband.transfer.imports.command import register as collections
from stedenband.transfer.imports.files import Manner
from stedenband.transfer.imports.order import Order, carry_out_in_pieces
from stedenband.transfer.imports.outcome import Report

ROWS = 10_000
FEWEST = 100
CITIES = "SELECT name FROM partner_city WHERE visibility = 'public' GROUP BY name HAVING count(*) = 1 LIMIT 50"
MADE = "SELECT id::text, version, name, kind, community, phone FROM organization WHERE name LIKE 'Imported %%' ORDER BY id LIMIT %s"
Rows = Iterable[Sequence[object]]


@dataclass(frozen=True)
class Imported:
    """What one import came to: rows, seconds, CPU milliseconds per row of Python and PostgreSQL, growth in bytes."""

    what: str
    rows: int
    seconds: float
    application: float
    postgres: float
    growth: int

    def cells(self) -> tuple[str, ...]:
        """Return the row of a table."""
        return (
            self.what,
            f"{self.rows:,}",
            f"{self.rows / self.seconds:,.0f}",
            f"{self.application + self.postgres:.2f}",
            f"{self.application:.2f}",
            f"{self.postgres:.2f}",
            f"{self.growth / 1e6:.1f}",
        )


def measured(register: Register, scale: float) -> tuple[Imported, ...]:
    """Make organizations and contacts, send the first again, and send them back as they are and changed."""
    count = max(FEWEST, int(ROWS * scale))
    cities = [str(name) for (name,) in register.rows(CITIES)]
    organizations = list(organizations_of(count, cities))
    heading = ("name", "kind", "city", "community", "phone", "functionalMailbox", "website", "summary.nl")
    found = [
        imported(register, "organizations, new", "organizations", heading, organizations),
        imported(register, "the same once more", "organizations", heading, organizations),
        imported(register, "contacts, new, each with two addresses, a telephone and two languages", "contacts", *contacts_of(count // 2)),
    ]  # fmt: skip
    there = [tuple(row) for row in register.rows(MADE, count)]
    names = ("id", "version", "name", "kind", "community", "phone")
    found.append(imported(register, "organizations, unchanged", "organizations", names, there))
    changed = [(*row[:4], f"Changed {number}", *row[5:]) for number, row in enumerate(there)]
    found.append(imported(register, "organizations, changed", "organizations", names, changed))
    return tuple(found)


def organizations_of(count: int, cities: Sequence[str]) -> Rows:
    """Yield rows of new organizations."""
    for number in range(count):
        yield (
            f"Imported school of the north {number}", "21", cities[number % len(cities)], f"Quarter {number % 90}",
            f"+3289{number:06}", f"school{number}@example.org", f"https://www.example.org/imported/{number}",
            "What this school does for the link of both cities.",
        )  # fmt: skip


def contacts_of(count: int) -> tuple[Sequence[str], Rows]:
    """Return the heading and the rows of new contacts."""
    heading = (
        "givenName", "familyName", "function", "lawfulBasis", "purpose", "emails[].address", "emails[].kind",
        "phones[].number", "phones[].kind", "languages",
    )  # fmt: skip
    rows = (
        (
            "Imported", f"Peeters {number}", "Teacher", "publicTask", "Work for the link.",
            f"work{number}@example.org|home{number}@example.org", "work|private", f"+3289{number:06}", "work", "nl|fr",
        )
        for number in range(count)
    )  # fmt: skip
    return heading, rows


def imported(register: Register, what: str, name: str, heading: Sequence[str], rows: Rows) -> Imported:
    """Import rows as CSV, and say what that cost; every row has to be taken."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows(rows)
    file = BytesIO(text.getvalue().encode())
    database = Database(register.url(API), size=1)
    report, mine = Report(), os.getpid()
    try:
        with database.visit(PresentedKey(KEY[3:15], sha256(KEY.encode()).digest())) as visit:
            begin_peak([mine])
            held, before = memory(mine, "VmRSS"), (time.process_time(), cpu_seconds([register.server.pid]))
            began = time.monotonic()
            for piece in carry_out_in_pieces(visit, collections(), Order(name, Manner("csv", delimiter=",")), file):
                report.add(piece)
            seconds = time.monotonic() - began
            spent = time.process_time() - before[0], cpu_seconds([register.server.pid]) - before[1]
            growth = max(0, memory(mine, "VmHWM") - held)
    finally:
        database.engine.dispose()
    if report.refused:
        raise AssertionError(report.findings[:3])
    return Imported(what, report.rows, seconds, *(1e3 * each / report.rows for each in spent), growth)
