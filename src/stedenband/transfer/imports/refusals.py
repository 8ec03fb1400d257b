"""What keeps a row out of the register, and the savepoint that keeps all of its writing or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from stedenband.core.db import told, translated
from stedenband.core.errors import Problem
from stedenband.transfer.imports.wanted import Fault, Steps

OURS = 500
"""From this status on a problem is not the row's."""


class Refused(Exception):
    """A row cannot be taken; what is wrong with it is in `faults`."""

    def __init__(self, *faults: Fault) -> None:
        """Keep the faults."""
        super().__init__()
        self.faults = faults


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Keep all of the block or nothing; a problem of the row becomes its faults, any other goes on."""
    try:
        with translated(), session.begin_nested():
            told(session, "SET CONSTRAINTS ALL DEFERRED")
            yield
    except Problem as problem:
        raise refused(problem) from problem
    finally:
        session.expunge_all()


def refused(problem: Problem) -> Refused:
    """Return a problem as faults of the row: each issue at its property; raise what is not its own."""
    if problem.status >= OURS:
        raise problem
    found = [Fault(_steps(issue.name), issue.detail, issue.value) for issue in problem.issues]
    return Refused(*(found or [Fault((), problem.detail)]))


def _steps(name: str) -> Steps:
    """Return the steps to a property that an issue names, such as `members[0].city`."""
    steps: list[str] = []
    for step in name.split("."):
        bare, index, _ = step.partition("[")
        steps += [bare, *(["[]"] if index else [])]
    return tuple(step for step in steps if step)
