"""Subscriptions to an e-mail about what is to be done: made, listed and ended by whose rights they have.

Whoever reads the e-mail ends it by the address in it, without a key.
"""

from http.client import CREATED, NO_CONTENT
from typing import Any
from uuid import UUID

from flask import Flask, Response, current_app
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from stedenband.config import Settings
from stedenband.core.access import Permission
from stedenband.core.errors import Conflict
from stedenband.core.words import say
from stedenband.insight.models import DigestSubscription
from stedenband.insight.rules import subscribe_to_digest, unsubscribe
from stedenband.insight.schemas import DigestSubscriptionSchema
from stedenband.web.declare import declare
from stedenband.web.guard import OPEN, caller, visit
from stedenband.web.idempotency import once
from stedenband.web.language import spoken
from stedenband.web.mount import answer, mount
from stedenband.web.problems import not_found
from stedenband.web.resource import Resource, Sort
from stedenband.web.schema import create_schema
from stedenband.web.sight import find

DIGEST_SUBSCRIPTIONS = Resource(
    name="digestSubscriptions",
    noun="digest subscription",
    model=DigestSubscription,
    schema=DigestSubscriptionSchema,
    title="label",
    permissions={"read": Permission.DIGEST_SUBSCRIPTIONS_READ},
    sorts=(Sort("createdAt", "created_at"),),
    default_sort=("createdAt",),
)
MAIL = "SENDS_MAIL"
"""Where the application's configuration says whether this installation sends e-mail."""


def install(app: Flask, settings: Settings) -> None:
    """Take subscriptions where the settings name a mail server."""
    app.config[MAIL] = settings.mail_server() is not None


def create_digest_subscription(data: dict[str, Any]) -> Response:
    """Have an e-mail sent."""
    if not current_app.config[MAIL]:
        raise Conflict(say("This installation sends no e-mail. Ask whoever runs it, or subscribe to a calendar."))

    def work(session: Session) -> Response:
        made = subscribe_to_digest(session, caller(), {"language": spoken(), **data})
        return answer(session, DIGEST_SUBSCRIPTIONS, made.id, CREATED)

    return once(work)


def delete_digest_subscription(**ids: UUID) -> Response:
    """End a subscription and forget its address."""

    def work(session: Session) -> Response:
        row, _ = find(session, DIGEST_SUBSCRIPTIONS, ids)
        session.delete(row)
        return Response(status=NO_CONTENT)

    return visit().write(work)


def unsubscribe_from_digest(digest: str) -> Response:
    """End a subscription by the secret that stands in its e-mail; what is sent with it is not read (RFC 8058)."""

    def work(session: Session) -> Response:
        if not unsubscribe(session, digest):
            raise not_found()
        return Response(status=NO_CONTENT)

    return visit().write(work)


def declare_digests(blueprint: Blueprint) -> None:
    """Register the routes."""
    mount(blueprint, DIGEST_SUBSCRIPTIONS)
    declare(
        blueprint,
        "/digestSubscriptions",
        "POST",
        "create_digest_subscription",
        Permission.DIGEST_SUBSCRIPTIONS_CREATE,
        create_digest_subscription,
        summary="Have an e-mail sent about what is to be done, at most one a day",
        body=create_schema(DigestSubscriptionSchema),
        returns=DigestSubscriptionSchema,
    )
    declare(
        blueprint,
        "/digestSubscriptions/<uuid:digestSubscriptionId>",
        "DELETE",
        "delete_digest_subscription",
        Permission.DIGEST_SUBSCRIPTIONS_DELETE,
        delete_digest_subscription,
        summary="Delete a subscription to an e-mail, with its address",
    )
    declare(
        blueprint,
        "/digests/<digest>/unsubscription",
        "POST",
        "unsubscribe_from_digest",
        OPEN,
        unsubscribe_from_digest,
        summary="End an e-mail by the secret that stands in it, without a key",
        facts={"status": 204},
    )
