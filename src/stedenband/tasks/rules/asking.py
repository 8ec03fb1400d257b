"""Asking for long work."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.errors import Conflict
from stedenband.core.parts import store
from stedenband.core.words import say
from stedenband.tasks.models import Task

MOST = 10
"""Tasks of one client that are not yet done."""
ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtextextended('tasks of ' || :client, 0))"


def ask(session: Session, actor: Actor, kind: str, wanted: Mapping[str, Any], language: str) -> Task:
    """Ask for work, with what the caller's key allows now; the job is made in this transaction. Raises Conflict."""
    session.execute(text(ONE_BY_ONE), {"client": str(actor.client_id)})
    waiting = select(func.count()).where(Task.api_client_id == actor.client_id, Task.ended_at.is_(None))
    if session.scalar(waiting) >= MOST:  # type: ignore[operator]
        raise Conflict(say("A client has at most {most} tasks at a time. Wait for one, or cancel one.", most=MOST))
    made = Task(
        api_client_id=actor.client_id,
        person_id=actor.person_id,
        scopes=None if actor.scopes is None else sorted(actor.scopes),
        kind=kind,
        wanted=dict(wanted),
        language=language,
    )
    store(session, made)
    return made
