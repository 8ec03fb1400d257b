"""How many rows are tried as one, and what breaks them is looked for: in pieces of them, and in the end row by row."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from psycopg.errors import QueryCanceled

from stedenband.core.errors import Problem, ServiceUnavailable
from stedenband.transfer.imports.outcome import Told
from stedenband.transfer.imports.refusals import Refused
from stedenband.transfer.imports.wanted import Fault, Wanted

PIECE = 25
"""Rows that are tried as one where more of them were refused."""

Outcome = tuple[Told, Sequence[Fault]]
"""What became of a row, and why it was refused."""
Row = TypeVar("Row")


def tried(
    rows: Sequence[Row], at_once: Callable[[Sequence[Row]], Sequence[Outcome]], alone: Callable[[Row], Outcome]
) -> Iterator[Outcome]:
    """Yield what became of each row, in their order: what it has alone, reasons and all.

    `at_once` takes rows in a savepoint of its own and raises Refused where it has to be taken back.
    """
    if len(rows) == 1:
        yield alone(rows[0])
        return
    outcomes = _attempted(rows, at_once)
    if outcomes is None:
        size = PIECE if len(rows) > PIECE else 1
        for start in range(0, len(rows), size):
            yield from tried(rows[start : start + size], at_once, alone)
    else:
        yield from outcomes


def refusal(wanted: Wanted, refused: Refused) -> Outcome:
    """Return that a row was refused, and why."""
    return Told(wanted.number, "refused", None), refused.faults


def _attempted(rows: Sequence[Row], at_once: Callable[[Sequence[Row]], Sequence[Outcome]]) -> Sequence[Outcome] | None:
    try:
        return at_once(rows)
    except Refused:
        return None
    except ServiceUnavailable as problem:
        if not _took_too_long(problem):
            raise
        return None


def _took_too_long(problem: Problem) -> bool:
    """Tell whether a statement was given up; a shorter one may be in time."""
    cause: Any = problem.__cause__
    return isinstance(getattr(cause, "orig", cause), QueryCanceled)
