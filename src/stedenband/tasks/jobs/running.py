"""Carrying a task out: in transactions of whoever asked, each of which also says how far it is.

A worker that is killed takes nothing with it but the transaction that was open; the next one goes on behind the last
that was committed. Two that do the same task cannot both commit a step: the second finds it done, and stops.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from stedenband.core.access import Actor, Role
from stedenband.core.address import worker_session
from stedenband.core.db import settle, told, translated
from stedenband.core.errors import InternalError, MissingPermission, Problem
from stedenband.core.roles import API
from stedenband.core.words import say
from stedenband.tasks.rules import Files
from stedenband.tasks.rules.files import INPUT, REPORT
from stedenband.web.catalogs import translated as worded
from stedenband.web.problems import safe

logger = structlog.get_logger()
Result = TypeVar("Result")

BEGIN = """
UPDATE task SET state = 'running', started_at = coalesce(started_at, date_trunc('second', now()))
WHERE id = :id AND ended_at IS NULL RETURNING kind, wanted, language, rows_done, rows_total, kept
"""
ENTER = "SELECT client_id, name, city_id, role, scopes, person_id FROM enter_task(:id)"
CANCELED = "SELECT canceled_at IS NOT NULL OR state <> 'running' FROM task WHERE id = :id"
STEP = """
UPDATE task SET rows_done = :done, kept = :kept
WHERE id = :id AND state = 'running' AND rows_done = :before AND kept = :kept_before
"""
TELL = "UPDATE task SET rows_done = :done, rows_total = :total WHERE id = :id AND state = 'running'"
END = """
UPDATE task SET state = %(state)s, result = %(result)s, problem = %(problem)s, ended_at = date_trunc('second', now())
WHERE id = %(id)s AND state = 'running'
"""
OURS = 500
"""From this status on a problem is not the asker's, and trying again may help."""
OFTEN = 500
"""Rows between two looks whether the task was canceled, where nothing is committed meanwhile."""


class Canceled(Exception):
    """Somebody canceled the task, or it is gone."""


class Overtaken(Exception):
    """Another worker did this step."""


@dataclass(slots=True)
class Work:
    """A task that is being carried out: what is wanted, how far it is, and how to go on."""

    engine: Engine
    files: Files
    key: UUID
    wanted: Mapping[str, Any]
    language: str
    rows: int
    total: int | None
    kept: int

    def do(
        self, work: Callable[[Session, Actor], Result], *, stays: bool = True, isolation: str = "READ COMMITTED"
    ) -> Result:
        """Do something in one transaction of whoever asked; `stays`: or else of which nothing stays."""
        engine = self.engine.execution_options(isolation_level=isolation)
        with translated(), Session(engine, autoflush=False, expire_on_commit=False) as session:
            done = work(session, self._enter(session))
            if stays:
                settle(session)
                session.execute(text("RESET ROLE"))
                session.commit()
            return done

    def step(self, work: Callable[[Session, Actor], Result], rows: int, line: Callable[[Result], bytes]) -> None:
        """Do some more rows in one transaction, which also says so and keeps a line of the report."""

        def noted(session: Session, actor: Actor) -> int:
            done = work(session, actor)
            settle(session)
            session.execute(text("RESET ROLE"))
            told_of = line(done)
            kept = self.kept + len(told_of)
            now = {"id": self.key, "done": self.rows + rows, "kept": kept}
            moved = session.execute(text(STEP), now | {"before": self.rows, "kept_before": self.kept})
            if not moved.rowcount:  # type: ignore[attr-defined]
                raise Overtaken
            self.files.append(self.key, self.kept, told_of)  # the row is ours now, and with it the file
            return kept

        self.kept = self.do(noted)
        self.rows += rows

    def tell(self, rows: int, total: int | None = None) -> None:
        """Say how far it is, beside a transaction that is still open; raises Canceled."""
        self.total = total or self.total
        with Session(self.engine) as session:
            session.execute(text(TELL), {"id": self.key, "done": rows, "total": self.total})
            session.commit()
            self._check(session)

    def watched(self, rows: Iterator[Result]) -> Iterator[Result]:
        """Yield rows, and say every now and then how many there were; raises Canceled."""
        count = 0
        for count, row in enumerate(rows, 1):
            if count % OFTEN == 0:
                self.tell(count)
            yield row
        self.tell(count)

    def _enter(self, session: Session) -> Actor:
        """Enter as whoever asked, under the policies that bind a caller."""
        self._check(session)
        row = session.execute(text(ENTER), {"id": self.key}).one_or_none()
        if row is None:
            raise MissingPermission(say("The client that asked for it is no longer active."))
        told(session, f"SET LOCAL ROLE {API}")
        scopes = None if row.scopes is None else frozenset(row.scopes)
        return Actor(Role(row.role), row.client_id, row.name, row.city_id, scopes, person_id=row.person_id)

    def _check(self, session: Session) -> None:
        if session.scalar(text(CANCELED), {"id": self.key}) is not False:
            raise Canceled


Kind = Callable[[Work], Mapping[str, Any]]
"""Carries a task of one kind out and returns what came of it: the name, type, size and hash of a file, and figures."""


def carry_out(url: str, files: Files, kinds: Mapping[str, Kind], key: UUID, *, last: bool) -> None:
    """Carry a task out; `last`: there is no further attempt. Raises what another attempt may mend."""
    with worker_session(url) as session:
        row = session.execute(text(BEGIN), {"id": key}).one_or_none()
        session.commit()
        if row is None:
            return
        work = Work(
            cast("Engine", session.get_bind()),
            files,
            key,
            row.wanted,
            row.language,
            row.rows_done,
            row.rows_total,
            row.kept,
        )
        try:
            end = _ended(kinds[row.kind], work, last=last)
        except Overtaken:
            logger.warning("a task is done by another worker", task=str(key))
            return
        told(session, END, {"id": key, **end})
        session.commit()
    files.drop(key, INPUT, REPORT)


def _ended(kind: Kind, work: Work, *, last: bool) -> dict[str, Any]:
    """Return how a task ended."""
    try:
        return _end("done", result=Jsonb(kind(work)))
    except Canceled:
        return _end("canceled")
    except Problem as problem:
        if problem.status >= OURS and not last:
            raise
        return _end("failed", problem=Jsonb(_document(problem, work.language)))
    except Overtaken:
        raise
    except Exception as error:
        logger.warning("task failed", task=str(work.key), reason=repr(error))
        if not last:
            raise
        ours = InternalError(say("Something went wrong on our side. Tell the administrator the id of the task."))
        return _end("failed", problem=Jsonb(_document(ours, work.language)))


def _end(state: str, result: Jsonb | None = None, problem: Jsonb | None = None) -> dict[str, Any]:
    return {"state": state, "result": result, "problem": problem}


def _document(problem: Problem, language: str) -> dict[str, Any]:
    """Return the document of a problem in the language of whoever asked."""
    document: dict[str, Any] = {
        "type": problem.type,
        "title": worded(problem.title, language),
        "status": problem.status,
        "detail": safe(worded(problem.detail, language)),
    }
    if problem.issues:
        document["issues"] = [
            {"in": each.place, "name": each.name, "detail": safe(worded(each.detail, language))}
            for each in problem.issues
        ]
    return document
