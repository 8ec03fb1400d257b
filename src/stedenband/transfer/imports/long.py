"""An import that takes long: the same, carried out as a task, in pieces that a killed worker does not do twice."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.tasks.jobs import Work
from stedenband.tasks.rules import INPUT, RESULT
from stedenband.transfer.imports.corrections import WRITERS, corrections
from stedenband.transfer.imports.files import Asked, Manner, count_of
from stedenband.transfer.imports.order import Order, Register, carry_out, opened, pieces_of, run_piece
from stedenband.transfer.imports.outcome import Report
from stedenband.transfer.imports.report import document, document_of_pieces, faults_of, piece

CORRECTIONS = "corrections."
"""How the name of a file of corrections begins, in the folder of a task; it ends in its format."""

Lines = Callable[[], AbstractContextManager[Iterator[bytes]]]
"""Gives what became of the rows, a line per piece, as often as it is asked."""


def wanted_of(order: Order) -> dict[str, Any]:
    """Return an order as a task keeps it."""
    said = asdict(order)
    return {**said, "parent": order.parent and str(order.parent)}


def order_of(wanted: Mapping[str, Any]) -> Order:
    """Return the order that a task keeps."""
    parent = wanted["parent"]
    return Order(**{**wanted, "manner": Manner(**wanted["manner"]), "parent": parent and UUID(parent)})


def import_file(register: Register, work: Work) -> Mapping[str, Any]:
    """Import the file of a task, and leave the report and the rows to put right beside it."""
    order = order_of(work.wanted)
    with (work.files.of(work.key) / INPUT).open("rb") as file:
        work.tell(work.rows, count_of(file, order.manner))
        if order.dry_run or order.all_or_nothing:
            asked, report = _whole(register, order, work, file)
            said = document(order, asked, report, work.language)
            line = orjson.dumps(piece(order, report, work.language))
            lines: Lines = lambda: nullcontext(iter([line]))  # noqa: E731 (one of two ways)
        else:
            asked = _in_pieces(register, order, work, file)
            lines = partial(work.files.lines, work.key, work.kept)
            with lines() as pieces:
                said = document_of_pieces(order, asked, pieces)
        _leave(work, order, file, said, lines)
    return {"rows": said["rows"]}


def _whole(register: Register, order: Order, work: Work, file: BinaryIO) -> tuple[Asked, Report]:
    done = work.do(
        lambda session, actor: carry_out(session, actor, register, order, file, work.watched), stays=not order.dry_run
    )
    return done.asked, done.report


def _in_pieces(register: Register, order: Order, work: Work, file: BinaryIO) -> Asked:
    """Import row by row, behind what is done already."""
    asked: Asked = work.do(lambda session, actor: opened(session, actor, register, order, file))
    for rows in pieces_of(asked, work.rows):

        def run(session: Session, actor: Actor, rows: list[Any] = rows) -> Report:
            return run_piece(session, actor, register, order, asked, rows)

        work.step(run, len(rows), lambda report: orjson.dumps(piece(order, report, work.language)) + b"\n")
    return asked


def _leave(work: Work, order: Order, file: BinaryIO, said: Mapping[str, Any], lines: Lines) -> None:
    """Write the files that are fetched later."""
    for form, write in WRITERS.items():
        with lines() as pieces:
            rows = corrections(file, order.manner, faults_of(map(orjson.loads, pieces)), work.language)
            work.files.write(work.key, f"{CORRECTIONS}{form}", partial(write, rows))
    work.files.write(work.key, RESULT, lambda out: out.write(orjson.dumps(said)))
