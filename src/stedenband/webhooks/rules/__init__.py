"""The rules of webhooks: whose eyes they have, their secrets, and their position in the feed."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink
from stedenband.core.access import Actor, Permission
from stedenband.core.errors import BadRequest, Conflict, MissingPermission
from stedenband.core.parts import refer, store
from stedenband.core.words import Rule, say
from stedenband.webhooks.models import REMINDERS, Webhook, WebhookDelivery, WebhookReminder
from stedenband.webhooks.rules.messages import TEST

MOST = 20
"""Webhooks of one client."""
BYTES = 32
"""Of a secret."""
NOW = """
SELECT (SELECT epoch FROM change_epoch ORDER BY started_at DESC, epoch DESC LIMIT 1) AS epoch,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS transaction_id, 0 AS sequence
"""
"""The position in the feed before everything that is yet to come."""
ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || :client, 0))"


def create_webhook(session: Session, actor: Actor, data: dict[str, Any]) -> tuple[Webhook, bytes]:
    """Make a webhook that tells what changes from now on; return it with its secret, this once."""
    if not actor.may(Permission.CHANGES_READ):
        raise MissingPermission(say("A webhook tells of changes: it takes a key that may read them (changes:read)."))
    _may_be_reminded(actor, data)
    session.execute(text(ONE_BY_ONE), {"client": str(actor.client_id)})
    if session.scalar(select(func.count()).where(Webhook.api_client_id == actor.client_id)) >= MOST:  # type: ignore[operator]
        raise Conflict(say("A client has at most {most} webhooks. Delete one first.", most=MOST))
    secret = secrets.token_bytes(BYTES)
    made = Webhook(
        **_linked(session, data),
        api_client_id=actor.client_id,
        person_id=actor.person_id,
        secret=secret,
        **session.execute(text(NOW)).mappings().one(),
    )
    store(session, made)
    return made, secret


def change_webhook(session: Session, actor: Actor, webhook: Webhook, data: dict[str, Any]) -> None:
    """Change what is told, or pause it; one that was disabled goes on where it stopped when it is made active."""
    _may_be_reminded(actor, data)
    if data.get("status", webhook.status) != webhook.status:
        if data["status"] == "disabled":
            raise BadRequest.at("body", "status", Rule(say("Only the register disables a webhook. Write 'paused'.")))
        webhook.reason = None
    for name, value in _linked(session, data).items():
        setattr(webhook, name, value)


def rotate(webhook: Webhook) -> bytes:
    """Give it a new secret and return that, this once; for a day the former signs too."""
    webhook.secret = secrets.token_bytes(BYTES)
    return webhook.secret


def replay(session: Session, webhook: Webhook, epoch: UUID, transaction: int, sequence: int) -> None:
    """Tell again what came after a position in the feed, as new messages; from its beginning, reminders too."""
    if transaction == 0:
        session.execute(delete(WebhookReminder).where(WebhookReminder.webhook_id == webhook.id))
    webhook.epoch, webhook.transaction_id, webhook.sequence = epoch, transaction, sequence


def test(session: Session, webhook: Webhook, address: str) -> WebhookDelivery:
    """Make a message that says nothing but that it arrived; `address` is that of the webhook."""
    if webhook.status != "active":
        raise Conflict(say("The webhook is not active, so nothing is sent. Make it active first."))
    made = WebhookDelivery(
        webhook_id=webhook.id, record_id=webhook.id, type=TEST, subject=address, data={"href": address}
    )
    store(session, made)
    return made


def _may_be_reminded(actor: Actor, data: dict[str, Any]) -> None:
    if REMINDERS in (data.get("resources") or ()) and not actor.may(Permission.REMINDERS_READ):
        raise MissingPermission(say("To be told reminders takes a key that may read them (reminders:read)."))


def _linked(session: Session, data: dict[str, Any]) -> dict[str, Any]:
    """Return the values with the link that they refer to, which the caller has to see."""
    values = dict(data)
    if "city_link" in values:
        link = values.pop("city_link")
        values["city_link_id"] = link and refer(session, CityLink, link, "cityLink")
    return values
