"""What somebody wants imported, and how; carried out on an open transaction of the one who asks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from stedenband.core.access import ANYBODY, Actor
from stedenband.core.db import Visit
from stedenband.transfer.imports.files import Asked, Manner, asked_for, confirmed
from stedenband.transfer.imports.headings import folded, headings_of
from stedenband.transfer.imports.ledger import Ledger
from stedenband.transfer.imports.outcome import Report
from stedenband.transfer.imports.run import Import
from stedenband.transfer.imports.wanted import Wanted
from stedenband.transfer.imports.words import Vocabulary
from stedenband.web.resource import Resource

PIECE = 500
"""Rows of one transaction of a long import: others wait for no lock of it for longer than a few seconds."""

MOST_ROWS = 2_000
"""Rows that one request imports, in less than a minute; more are a task. A template has lists for as many."""
Watch = Callable[[Iterator[Wanted]], Iterator[Wanted]]
"""Is given the rows of a file one by one, and gives them on."""
OF_CLIENTS = frozenset({"webhooks"})
"""Collections that clients keep for themselves, with secrets: no file holds them."""


@dataclass(frozen=True)
class Register:
    """All collections by name, and what finds codes by their labels."""

    resources: Mapping[str, Resource]
    vocabulary: Vocabulary

    @property
    def writable(self) -> tuple[str, ...]:
        """The names of the collections whose records can be made or changed by rows."""
        wanted = {name: each.rules for name, each in self.resources.items() if name not in OF_CLIENTS}
        return tuple(name for name, rules in wanted.items() if rules.create or rules.change)


@dataclass(frozen=True, slots=True)
class Order:
    """An import: into which collection, below which record, how the file is written, and how much of it is to stay.

    `dry_run`: whoever calls takes everything back. `all_or_nothing`: one bad row takes all others with it.
    """

    resource: str
    manner: Manner
    parent: UUID | None = None
    dry_run: bool = False
    all_or_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What was asked for, as it was read, and what became of it."""

    asked: Asked
    report: Report


def carry_out(  # noqa: PLR0913, PLR0917 (who, what, where, and who looks on)
    session: Session, actor: Actor, register: Register, order: Order, file: BinaryIO, watched: Watch = iter
) -> Done:
    """Import a file in one transaction; `watched` is given its rows. Raises BadRequest for what is wrong with it."""
    asked = opened(session, actor, register, order, file)
    everything = session.begin_nested()
    report = _import(session, actor, register, order, asked).run(watched(asked.rows))
    if order.all_or_nothing and report.refused:
        everything.rollback()
        report.written = False
    else:
        everything.commit()
        report.written = not order.dry_run
    return Done(asked, report)


def carry_out_in_pieces(visit: Visit, register: Register, order: Order, file: BinaryIO) -> Iterator[Report]:
    """Import a file row by row, a transaction for each piece of it; yield what became of each piece.

    Whatever breaks it off, the same file sent again goes on where it was. Raises as `carry_out` does.
    """
    actor = visit.actor or ANYBODY
    asked = visit.write(lambda session: opened(session, actor, register, order, file))
    for rows in pieces_of(asked):

        def run(session: Session, rows: list[Wanted] = rows) -> Report:
            return run_piece(session, actor, register, order, asked, rows)

        yield visit.write(run)


def pieces_of(asked: Asked, done: int = 0) -> Iterator[list[Wanted]]:
    """Yield the rows of a file behind the first `done`, as many at a time as one transaction takes."""
    rows = islice(asked.rows, done, None)
    while piece := list(islice(rows, PIECE)):
        yield piece


def run_piece(  # noqa: PLR0913, PLR0917 (as `_import`)
    session: Session, actor: Actor, register: Register, order: Order, asked: Asked, rows: list[Wanted]
) -> Report:
    """Import some rows of a file."""
    return _import(session, actor, register, order, asked).run(rows)


def opened(session: Session, actor: Actor, register: Register, order: Order, file: BinaryIO) -> Asked:
    """Return what a file asks for, its headings read as the city said before; what is said now is remembered."""
    resource = register.resources[order.resource]
    ledger = Ledger(session, actor, resource)
    manner = replace(order.manner, columns={**_known(resource, ledger.headings()), **_folded(order.manner.columns)})
    asked = asked_for(resource, register.vocabulary, file, manner)
    if not order.dry_run:
        confirmed(asked)
        ledger.remember(order.manner.columns)
    return asked


def _import(session: Session, actor: Actor, register: Register, order: Order, asked: Asked) -> Import:
    resource = register.resources[order.resource]
    return Import(session, actor, resource, register.resources, parent=order.parent, read=asked.read)


def _known(resource: Resource, remembered: Mapping[str, str]) -> dict[str, str]:
    """Return the headings that are remembered of columns that still exist."""
    names = {"", *(each.name for each in headings_of(resource))}
    return {heading: name for heading, name in remembered.items() if name in names}


def _folded(columns: Mapping[str, str]) -> dict[str, str]:
    return {folded(heading): name for heading, name in columns.items()}
