"""Writing down what each webhook is to be told: what its client sees in the feed, after what it was told before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from stedenband.changes.feed.catalogue import Entry
from stedenband.changes.feed.items import item
from stedenband.changes.feed.statements import EPOCH, FEED
from stedenband.core.db import asked
from stedenband.core.roles import API
from stedenband.webhooks.rules import NOW
from stedenband.webhooks.rules.messages import CHANGED, RESTARTED

PAGE = 200
"""Entries of the feed that are looked at in one transaction."""
ACTIVE = "SELECT id FROM webhook WHERE status = 'active' ORDER BY id"
HOLD = """
SELECT id, epoch, transaction_id, sequence, resources, operations, city_link_id
FROM webhook WHERE id = :id AND status = 'active' FOR UPDATE SKIP LOCKED
"""
ENTER = "SELECT enter_webhook(:id)"
ADD = """
INSERT INTO webhook_delivery (webhook_id, record_id, type, subject, data)
VALUES (%(webhook)s, %(record)s, %(type)s, %(subject)s, %(data)s)
"""
MOVE = """
UPDATE webhook SET epoch = :epoch, transaction_id = :transaction_id, sequence = :sequence WHERE id = :id
"""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a webhook is told: about which record, and what."""

    record: UUID
    type: str
    subject: str
    data: Mapping[str, Any]


def tell(session: Session, catalogue: Mapping[str, Entry], base: str) -> None:
    """Bring every webhook up to the end of the feed; `base`: where the addresses of records begin."""
    active = session.scalars(text(ACTIVE)).all()
    session.commit()
    for webhook in active:
        while _tell(session, webhook, catalogue, base):
            pass


def _tell(session: Session, key: UUID, catalogue: Mapping[str, Entry], base: str) -> bool:
    """Write down what one webhook is told of the next page of the feed; return whether there is more of it."""
    with session.begin():
        webhook = session.execute(text(HOLD), {"id": key}).one_or_none()
        if webhook is None or not session.scalar(text(ENTER), {"id": key}):
            return False
        [(epoch,)] = asked(session, EPOCH, {})
        if epoch != webhook.epoch:
            write(session, key, [Told(key, RESTARTED, f"{base}/changes", {"href": f"{base}/changes"})])
            session.execute(text(MOVE), {"id": key, **session.execute(text(NOW)).mappings().one()})
            return True
        rows = _read(session, webhook)
        write(session, key, [_about(base, row, catalogue) for row in rows if _wants(webhook, row, catalogue)])
        if rows:
            last = {"transaction_id": rows[-1].transaction_id, "sequence": rows[-1].sequence}
            session.execute(text(MOVE), {"id": key, "epoch": epoch, **last})
        return len(rows) == PAGE


def _read(session: Session, webhook: Any) -> list[Any]:
    """Read on in the feed with the eyes of whoever was entered as: the worker's own see everything."""
    wanted = {"transaction": webhook.transaction_id, "sequence": webhook.sequence, "limit": PAGE}
    session.execute(text(f"SET LOCAL ROLE {API}"))
    rows = asked(session, FEED, wanted, named=True)
    session.execute(text("RESET ROLE"))
    return rows


def _wants(webhook: Any, row: Any, catalogue: Mapping[str, Entry]) -> bool:
    return (
        (not webhook.resources or catalogue[row.table_name].resource.name in webhook.resources)
        and (not webhook.operations or row.operation in webhook.operations)
        and webhook.city_link_id in {None, row.city_link_id}
    )


def _about(base: str, row: Any, catalogue: Mapping[str, Entry]) -> Told:
    data = item(base, row, catalogue)
    return Told(row.record_id, CHANGED.format(**data), data["href"], data)


def write(session: Session, webhook: UUID, messages: Sequence[Told]) -> None:
    """Write down what a webhook is told."""
    values = [
        {
            "webhook": webhook,
            "record": each.record,
            "type": each.type,
            "subject": each.subject,
            "data": Jsonb(each.data),
        }
        for each in messages
    ]
    if values:
        session.connection().connection.driver_connection.cursor().executemany(ADD, values)  # type: ignore[union-attr]
