"""Webhooks over HTTP: made, changed, tried, told again, and the log of what each was told."""

from http.client import CREATED
from typing import Any
from uuid import UUID

import orjson
from flask import Flask, Response
from sqlalchemy.orm import Session

from stedenband.changes.feed.pages import before, page, position, subject
from stedenband.changes.feed.statements import EPOCH
from stedenband.config import Settings
from stedenband.core.access import Permission
from stedenband.core.db import asked, settle
from stedenband.core.outbound import FAILURES
from stedenband.core.parts import touch
from stedenband.web.conditional import check_version, reply, tag
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.formats.offers import EXPORTS
from stedenband.web.guard import caller, visit
from stedenband.web.idempotency import once
from stedenband.web.language import spoken
from stedenband.web.links import base_address
from stedenband.web.mount import address, answer, mount
from stedenband.web.problems import not_found
from stedenband.web.resource import Resource, Rules, Sort
from stedenband.web.schema import create_schema
from stedenband.web.sight import find
from stedenband.webhooks import rules
from stedenband.webhooks.models import DELIVERY_STATES, WEBHOOK_REASONS, WEBHOOK_STATUSES, Webhook
from stedenband.webhooks.rules.messages import shown
from stedenband.webhooks.schemas import (
    LOOPBACK,
    DeliveriesQuery,
    DeliverySchema,
    IssuedWebhookSchema,
    ReplaySchema,
    WebhookSchema,
)
from stedenband.webhooks.statements import DELIVERIES

WEBHOOKS = Resource(
    name="webhooks",
    noun="webhook",
    model=Webhook,
    schema=WebhookSchema,
    title="label",
    permissions={
        "read": Permission.WEBHOOKS_READ,
        "update": Permission.WEBHOOKS_UPDATE,
        "delete": Permission.WEBHOOKS_DELETE,
    },
    sorts=(Sort("createdAt", "created_at"),),
    default_sort=("createdAt",),
    rules=Rules(change=rules.change_webhook),
)
RESOURCES = (WEBHOOKS,)
CODE_LISTS = {
    "deliveryFailures": FAILURES,
    "deliveryStates": DELIVERY_STATES,
    "webhookReasons": WEBHOOK_REASONS,
    "webhookStatuses": WEBHOOK_STATUSES,
}
ONE = "/webhooks/<uuid:webhookId>"


def install(app: Flask, settings: Settings) -> None:
    """Take addresses of this machine where the settings say so."""
    app.config[LOOPBACK] = settings.webhooks_to_loopback


def create_webhook(data: dict[str, Any]) -> Response:
    """Make a webhook and show its secret, this once."""

    def work(session: Session) -> Response:
        made, secret = rules.create_webhook(session, caller(), {"language": spoken(), **data})
        return _with_secret(answer(session, WEBHOOKS, made.id, CREATED), secret)

    return once(work, secret=True)


def delete_webhook(**ids: UUID) -> Response:
    """Delete a webhook with its log: nothing is sent any more."""

    def work(session: Session) -> Response:
        row, _ = find(session, WEBHOOKS, ids)
        session.delete(row)
        return Response(status=204)

    return visit().write(work)


def rotate_webhook_secret(**ids: UUID) -> Response:
    """Make a new secret and show it, this once."""

    def work(session: Session) -> Response:
        row, _ = find(session, WEBHOOKS, ids)
        secret = rules.rotate(row)
        touch(session, row)
        return _with_secret(answer(session, WEBHOOKS, row.id), secret)

    return once(work, secret=True)


def replay_webhook(data: dict[str, Any], **ids: UUID) -> Response:
    """Tell again what came after a cursor of the feed."""

    def work(session: Session) -> Response:
        row, _ = find(session, WEBHOOKS, ids)
        check_version(row.version)
        [(epoch,)] = asked(session, EPOCH, {})
        rules.replay(session, row, epoch, *position(data.get("after"), epoch, "body"))
        touch(session, row)
        return answer(session, WEBHOOKS, row.id)

    return visit().write(work)


def test_webhook(**ids: UUID) -> Response:
    """Send a message that says nothing but that it arrived."""

    def work(session: Session) -> Response:
        row, _ = find(session, WEBHOOKS, ids)
        made = rules.test(session, row, base_address() + address(WEBHOOKS, row.id))
        settle(session)
        wanted = {"webhook": row.id, "before": before(None), "state": None, "id": made.id, "limit": 1}
        [entry] = asked(session, DELIVERIES, wanted, named=True)
        item = _item(row.id, entry)
        return Response(
            orjson.dumps(item), status=CREATED, mimetype="application/json", headers={"Location": item["href"]}
        )

    return once(work)


def list_deliveries(query: dict[str, Any], **ids: UUID) -> Response:
    """Return the messages of a webhook, newest first."""
    size = query["page_size"]
    found = _entries(ids, query.get("state"), query.get("after"), None, size + 1)
    items = [_item(ids["webhookId"], row) for row in found[:size]]
    following = str(found[size - 1].number) if len(found) > size else None
    return page(subject(DeliverySchema, "deliveries"), items, size, following, {})


def read_delivery(**ids: UUID) -> Response:
    """Return one message of a webhook."""
    found = _entries(ids, None, None, ids["deliveryId"], 1)
    if not found:
        raise not_found()
    body = orjson.dumps(_item(ids["webhookId"], found[0]))
    return reply(body, tag(body))


def _entries(ids: dict[str, UUID], state: str | None, after: str | None, key: UUID | None, limit: int) -> list[Any]:
    wanted = {"webhook": ids["webhookId"], "before": before(after), "state": state, "id": key, "limit": limit}
    rows = visit().rows(DELIVERIES, wanted, named=True)
    if not rows:
        raise not_found()
    return [row for row in rows if row.id]


def _item(webhook: UUID, row: Any) -> dict[str, Any]:
    values = {
        "href": f"{base_address()}{address(WEBHOOKS, webhook)}/deliveries/{row.id}",
        "id": str(row.id),
        "type": row.type,
        "subject": row.subject,
        "state": row.state,
        "attempts": row.attempts,
        "dueAt": row.due_at,
        "statusCode": row.status_code,
        "failure": row.failure,
        "createdAt": row.created_at,
        "endedAt": row.ended_at,
    }
    return {name: value for name, value in values.items() if value is not None}


def _with_secret(response: Response, secret: bytes) -> Response:
    response.set_data(orjson.dumps(orjson.loads(response.get_data()) | {"secret": shown(secret)}))
    response.headers["Cache-Control"] = "no-store"
    return response


blueprint = StrictBlueprint("webhooks", __name__, url_prefix="/v1", description="Addresses that are told what changed")
mount(blueprint, WEBHOOKS)
declare(
    blueprint,
    "/webhooks",
    "POST",
    "create_webhook",
    Permission.WEBHOOKS_CREATE,
    create_webhook,
    summary="Make a webhook and show its secret this once",
    body=create_schema(WebhookSchema),
    returns=IssuedWebhookSchema,
)
declare(
    blueprint,
    ONE,
    "DELETE",
    "delete_webhook",
    Permission.WEBHOOKS_DELETE,
    delete_webhook,
    summary="Delete a webhook",
)
declare(
    blueprint,
    f"{ONE}/secret",
    "POST",
    "rotate_webhook_secret",
    Permission.WEBHOOKS_UPDATE,
    rotate_webhook_secret,
    summary="Make a new secret and show it this once; for a day the former one signs too",
    returns=IssuedWebhookSchema,
    facts={"status": 200},
)
declare(
    blueprint,
    f"{ONE}/replay",
    "POST",
    "replay_webhook",
    Permission.WEBHOOKS_UPDATE,
    replay_webhook,
    summary="Tell again what came after a cursor of the feed of changes; without one everything, reminders too",
    body=ReplaySchema,
    returns=WebhookSchema,
    facts={"conditional": True, "status": 200},
)
declare(
    blueprint,
    f"{ONE}/test",
    "POST",
    "test_webhook",
    Permission.WEBHOOKS_UPDATE,
    test_webhook,
    summary="Send a message that says nothing but that it arrived",
    returns=DeliverySchema,
)
declare(
    blueprint,
    f"{ONE}/deliveries",
    "GET",
    "list_webhook_deliveries",
    Permission.WEBHOOKS_READ,
    list_deliveries,
    summary="List what a webhook was told, newest first",
    query=DeliveriesQuery,
    returns=DeliverySchema,
    offers=EXPORTS,
    facts={"list": True, "paged": True},
)
declare(
    blueprint,
    f"{ONE}/deliveries/<uuid:deliveryId>",
    "GET",
    "read_webhook_delivery",
    Permission.WEBHOOKS_READ,
    read_delivery,
    summary="Read what came of one message",
    returns=DeliverySchema,
)
