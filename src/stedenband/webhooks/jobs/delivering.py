"""Sending: the oldest message of each record first, several records at once, each until it is taken or given up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic, time
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from stedenband.config import Settings
from stedenband.core.outbound import Post, Undelivered, post
from stedenband.webhooks.rules.messages import delay, event, signed

TURN = 5.0
"""Seconds after which a webhook gives way to the next; what is under way is finished."""
ROUND = 32
"""Messages that are sent between two looks at what is due."""
AT_ONCE = 8
"""Requests to one receiver at the same time."""
GONE = 410
"""HTTP: the receiver wants nothing any more."""

DUE = """
SELECT DISTINCT heads.webhook_id FROM (
    SELECT DISTINCT ON (webhook_id, record_id) webhook_id, due_at
    FROM webhook_delivery WHERE state = 'pending' ORDER BY webhook_id, record_id, number
) heads JOIN webhook w ON w.id = heads.webhook_id WHERE heads.due_at <= now() AND w.status = 'active'
"""
"""Webhooks with a message that is due and waits for no other."""
RECEIVER = """
SELECT w.url, w.secret, CASE WHEN w.previous_until > now() THEN w.previous_secret END AS previous_secret
FROM webhook w WHERE w.id = :id AND enter_webhook(:id)
"""
"""Where to, and what signs; nothing when the webhook or its client is not active."""
HEADS = """
SELECT * FROM (
    SELECT DISTINCT ON (record_id) id, number, type, subject, data, attempts, due_at,
        to_char(timezone('UTC', created_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS time
    FROM webhook_delivery WHERE webhook_id = :id AND state = 'pending' ORDER BY record_id, number
) heads WHERE due_at <= now() ORDER BY number LIMIT :most
"""
"""The oldest message of each record, where it is due: those behind it wait."""
TAKEN = """
UPDATE webhook_delivery SET state = 'delivered', attempts = attempts + 1, status_code = :status, failure = NULL,
    ended_at = date_trunc('second', now())
WHERE id = :id
"""
LATER = """
UPDATE webhook_delivery SET attempts = attempts + 1, status_code = :status, failure = :failure,
    due_at = date_trunc('second', now()) + make_interval(secs => :seconds)
WHERE id = :id
"""
GIVEN_UP = """
UPDATE webhook_delivery SET state = 'failed', attempts = attempts + 1, status_code = :status, failure = :failure,
    ended_at = date_trunc('second', now())
WHERE id = :id
"""
DISABLE = """
UPDATE webhook SET status = 'disabled', reason = :reason, version = version + 1,
    updated_at = date_trunc('second', now())
WHERE id = :id AND status = 'active'
"""
SILENT = """
SELECT NOT EXISTS (
    SELECT FROM webhook_delivery other, webhook_delivery given_up
    WHERE given_up.id = :message AND other.webhook_id = :id AND other.state = 'delivered'
        AND other.ended_at >= given_up.created_at
)
"""
"""Whether the receiver took nothing else since the message that was given up was made."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt."""

    message: Any
    status: int | None
    failure: str | None


def due(session: Session) -> list[UUID]:
    """Return the webhooks that have something to be sent now."""
    found = list(session.scalars(text(DUE)))
    session.commit()
    return found


def deliver(session: Session, settings: Settings, webhook: UUID) -> None:
    """Send what is due, until nothing is, the receiver fails, or others have waited long enough."""
    until = monotonic() + TURN
    goes_well = True
    while goes_well and monotonic() < until:
        receiver = session.execute(text(RECEIVER), {"id": webhook}).one_or_none()
        messages = session.execute(text(HEADS), {"id": webhook, "most": ROUND}).all() if receiver else []
        session.commit()
        if not messages:
            return
        outcomes = asyncio.run(_send(settings, receiver, messages))
        for each in outcomes:
            _note(session, webhook, each)
        session.commit()
        goes_well = all(each.failure is None for each in outcomes)


async def _send(settings: Settings, receiver: Any, messages: Sequence[Any]) -> list[Outcome]:
    """Send messages side by side; when one fails, those that were not begun are left for later."""
    waiting = list(reversed(messages))
    outcomes: list[Outcome] = []

    async def work() -> None:
        while waiting and not any(each.failure for each in outcomes):
            outcomes.append(await _attempt(settings, receiver, waiting.pop()))

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return outcomes


async def _attempt(settings: Settings, receiver: Any, message: Any) -> Outcome:
    try:
        status = await post(_written(settings, receiver, message), loopback=settings.webhooks_to_loopback)
    except Undelivered as error:
        return Outcome(message, None, error.failure)
    return Outcome(message, status, None if 200 <= status < 300 else "notAccepted")  # noqa: PLR2004 (HTTP)


def _written(settings: Settings, receiver: Any, message: Any) -> Post:
    body = event(settings.public_url, message)
    secrets = filter(None, (receiver.secret, receiver.previous_secret))
    return signed(receiver.url, map(bytes, secrets), message.id, int(time()), body)


def _note(session: Session, webhook: UUID, outcome: Outcome) -> None:
    """Write down what came of an attempt, and what follows from it."""
    told = {"id": outcome.message.id, "status": outcome.status, "failure": outcome.failure}
    if outcome.failure is None:
        session.execute(text(TAKEN), told)
    elif outcome.status == GONE:
        session.execute(text(LATER), told | {"seconds": 0})
        session.execute(text(DISABLE), {"id": webhook, "reason": "gone"})
    elif (seconds := delay(outcome.message.attempts + 1)) is not None:
        session.execute(text(LATER), told | {"seconds": seconds})
    else:
        session.execute(text(GIVEN_UP), told)
        if session.scalar(text(SILENT), {"id": webhook, "message": outcome.message.id}):
            session.execute(text(DISABLE), {"id": webhook, "reason": "unanswered"})
