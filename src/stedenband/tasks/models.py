"""Task: long work that somebody asked for, how far it is, and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from stedenband.core.privacy import AUDIT
from stedenband.core.records import NOW, Keyed, Record, one_of

TASK_KINDS = ("import", "export", "archive")
TASK_STATES = ("processing", "done", "failed")
"""What a caller is told (Belgif `lng-task`); a task that was canceled has failed."""
STATES = ("waiting", "running", "done", "failed", "canceled")
LANGUAGES = ("nl", "fr", "en")
Document = JSONB(none_as_null=True)


class Task(Keyed, Record):
    """Work of a client, with what its key allowed when it asked.

    `wanted` says what is to be done, in the words of its kind. `rows_done` rows are done for good, of which the first
    `kept` bytes of the report in the task's folder tell: both move in the transaction that did the rows, so that
    whoever takes up a task that broke off goes on there. `result` says what came of it, `problem` why nothing did.
    """

    __tablename__ = "task"
    __table_args__ = (
        one_of("kind", TASK_KINDS),
        one_of("state", STATES),
        one_of("language", LANGUAGES),
        CheckConstraint("(state IN ('done', 'failed', 'canceled')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
        CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name="problem"),
        Index("ix_task_api_client_id_id", "api_client_id", "id"),
        Index("ix_task_ended_at", "ended_at"),
        {
            "info": {
                "impersonal": "api_client_id scopes kind wanted language state rows_done rows_total kept result problem"
                " canceled_at created_at started_at ended_at"
            }
        },
    )

    api_client_id: Mapped[UUID] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    kind: Mapped[str]
    wanted: Mapped[dict[str, Any]] = mapped_column(JSONB)
    language: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'waiting'::text"))
    rows_done: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    rows_total: Mapped[int | None] = mapped_column(BigInteger)
    kept: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    result: Mapped[dict[str, Any] | None] = mapped_column(Document)
    problem: Mapped[dict[str, Any] | None] = mapped_column(Document)
    canceled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
