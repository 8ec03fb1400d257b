"""Writing down which reminders each webhook is to be told, of those that its client sees.

Each once when its day comes near, and once when that has passed.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from stedenband.config import Settings
from stedenband.core.access import Actor, Permission, Role
from stedenband.core.db import asked
from stedenband.core.roles import API
from stedenband.insight.models import REMINDER_KINDS
from stedenband.insight.schemas import AHEAD
from stedenband.insight.statements.entries import permitted
from stedenband.insight.statements.reminders import BEGINNING, after, reminder, reminders_of
from stedenband.web import links
from stedenband.webhooks.jobs.telling import ENTER, Told, write
from stedenband.webhooks.models import REMINDERS
from stedenband.webhooks.rules.messages import DUE, OVERDUE

PAGE = 200
"""Reminders that are looked at in one transaction."""
REMINDED = "SELECT id FROM webhook WHERE status = 'active' AND :reminders = ANY (resources) ORDER BY id"
HOLD = """
SELECT id, language, city_link_id FROM webhook
WHERE id = :id AND status = 'active' AND :reminders = ANY (resources) FOR KEY SHARE
"""
"""It stays as long as the transaction takes."""
ROLE = "SELECT my_role()"
NOTE = """
INSERT INTO webhook_reminder (webhook_id, kind, record_id, due_on, overdue)
VALUES (:webhook, :kind, :record, :on, :overdue) ON CONFLICT DO NOTHING RETURNING 1
"""
"""No row where it was told before."""


def remind(session: Session, settings: Settings) -> None:
    """Write down what is newly due, or newly overdue, for every webhook that names reminders."""
    base = f"{settings.public_url}{links.API}"
    webhooks = session.scalars(text(REMINDED), {"reminders": REMINDERS}).all()
    session.commit()
    for webhook in webhooks:
        position: Mapping[str, Any] | None = BEGINNING
        while position:
            position = _remind(session, webhook, base, position)


def _remind(session: Session, key: UUID, base: str, position: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Write down what one webhook is told of a page of reminders; return where the next begins, None after the last."""
    with session.begin():
        webhook = session.execute(text(HOLD), {"id": key, "reminders": REMINDERS}).one_or_none()
        if webhook is None or not session.scalar(text(ENTER), {"id": key}):
            return None
        rows = _read(session, webhook, base, position)
        wanted = (row for row in rows if webhook.city_link_id in {None, row.city_link_id})
        write(session, key, [_about(row, webhook.language) for row in wanted if _is_new(session, key, row)])
        return after(rows[-1]) if len(rows) == PAGE else None


def _read(session: Session, webhook: Any, base: str, position: Mapping[str, Any]) -> list[Any]:
    """Read with the eyes of whoever was entered as: the same statement that `GET /reminders` asks."""
    actor = Actor(Role(session.scalar(text(ROLE))))
    if not actor.may(Permission.REMINDERS_READ):
        return []
    values = {"ahead": AHEAD, "limit": PAGE, "lang": webhook.language, **position}
    session.execute(text(f"SET LOCAL ROLE {API}"))
    rows = asked(session, reminders_of(permitted(REMINDER_KINDS, actor), base), values, named=True)
    session.execute(text("RESET ROLE"))
    return rows


def _is_new(session: Session, webhook: UUID, row: Any) -> bool:
    values = {"webhook": webhook, "kind": row.kind, "record": row.id, "on": row.on, "overdue": row.overdue}
    return session.scalar(text(NOTE), values) is not None


def _about(row: Any, language: str) -> Told:
    """Return what is told; of a contact not even its function, as messages are kept in the log."""
    shown = reminder(row._replace(title=None) if row.kind == "contactReview" else row, language)
    return Told(row.id, OVERDUE if row.overdue else DUE, row.href, {**shown, "resource": REMINDERS})
