"""Webhooks on the wire."""

from typing import Any

from flask import current_app
from marshmallow import ValidationError

from stedenband.changes.models import OPERATIONS
from stedenband.core.destinations import LONGEST, Destination, host_and_port
from stedenband.core.outbound import FAILURES
from stedenband.insight.models import SPOKEN
from stedenband.web import fields
from stedenband.web.schema import Schema
from stedenband.webhooks.models import (
    DELIVERY_STATES,
    NAMED,
    WEBHOOK_REASONS,
    WEBHOOK_STATUSES,
    Webhook,
)

EXAMPLE_INSTANT = "2026-02-01T09:30:00Z"
LOOPBACK = "WEBHOOKS_TO_LOOPBACK"
"""Where the application's configuration says that addresses of this machine are taken too, for development."""


class Destined(fields.Text):
    """An https address of the public internet."""

    def __init__(self, description: str, **more: Any) -> None:
        """Bound it."""
        super().__init__(description, LONGEST, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        address = super()._deserialize(value, attr, data, **more)
        try:
            host_and_port(address, loopback=current_app.config[LOOPBACK])
        except Destination as error:
            raise ValidationError(error.detail) from error
        return address

    def documented(self) -> dict[str, Any]:
        """Return the format."""
        return {"type": "string", "format": "uri", "pattern": "^https?://[!-~]+$", "maxLength": self.longest}


class WebhookSchema(Schema):
    """An address that is told what changes, of what its client sees; without its secret."""

    model = Webhook

    href = fields.Href("/webhooks/{id}")
    id = fields.Key("The id of this webhook.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    label = fields.Text("What receives it, to know it again.", 100, required=True, example="Map of the city")
    url = Destined(
        "Where messages are sent: an https address of the public internet, without name and password.",
        required=True,
        example="https://map.example.org/hooks/stedenband",
    )
    resources = fields.CodeArray(
        "Only changes of these collections; absent or empty: of all. Reminders are told where they are named.", NAMED
    )
    operations = fields.CodeArray("Only these operations; absent or empty: all.", OPERATIONS)
    city_link = fields.Reference("Only changes of this link and of what belongs to it.", "/cityLinks/{id}")
    language = fields.Code("The language of its reminders; absent: that of this request.", SPOKEN, example="nl")
    status = fields.Code(
        "Whether it is told: `paused` as you wish, `disabled` by the register.",
        WEBHOOK_STATUSES,
        example="active",
    )
    reason = fields.Code("Why it was disabled.", WEBHOOK_REASONS, dump_only=True, example="gone")
    client = fields.Key(
        "The client whose rights it has: its id.",
        attribute="api_client_id",
        dump_only=True,
        required=True,
        example=fields.EXAMPLE_ID,
    )
    previous_until = fields.Instant(
        "Until when messages are signed with the former secret too.", dump_only=True, example=EXAMPLE_INSTANT
    )
    created_at = fields.Instant("When it was made.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    updated_at = fields.Instant("When it last changed.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    version = fields.Integer(
        "Counts the changes; part of the ETag.", 1, 2**31 - 1, dump_only=True, required=True, example=1
    )


class IssuedWebhookSchema(WebhookSchema):
    """A webhook with its secret, which is shown this once."""

    secret = fields.Text(
        "What signs its messages (Standard Webhooks): keep it like a password.",
        100,
        dump_only=True,
        required=True,
        example="whsec_VGhpcy1zZWNyZXQtaXMtc2hvd24tb25seS1vbmNlLi4=",
    )


class ReplaySchema(Schema):
    """From where to tell again."""

    after = fields.Text(
        "A cursor of the feed of changes; absent: from the beginning.",
        200,
        example=f"{fields.EXAMPLE_ID}.0.0",
    )


class DeliverySchema(Schema):
    """A message of a webhook: what it is about, and what came of it."""

    href = fields.Url(
        "The address of this entry.",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/webhooks/{fields.EXAMPLE_ID}/deliveries/{fields.EXAMPLE_ID}",
    )
    id = fields.Key("The id of the message, in `webhook-id`.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    type = fields.Text(
        "The type of the event.", 100, dump_only=True, required=True, example="org.stedenband.cityLinks.updated"
    )
    subject = fields.Url(
        "The address of the record.",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/cityLinks/{fields.EXAMPLE_ID}",
    )
    state = fields.Code(
        "Whether it is yet to arrive, arrived, or was given up.", DELIVERY_STATES, dump_only=True, required=True
    )
    attempts = fields.Integer("How often it was sent.", 0, 100, dump_only=True, required=True, example=1)
    due_at = fields.Instant("When it is sent next; only while pending.", dump_only=True, example=EXAMPLE_INSTANT)
    status_code = fields.Integer("The HTTP status of the last answer.", 100, 999, dump_only=True, example=200)
    failure = fields.Code("Why the last attempt failed.", FAILURES, dump_only=True, example="noAnswer")
    created_at = fields.Instant("When the change was noticed.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    ended_at = fields.Instant("When it arrived or was given up.", dump_only=True, example=EXAMPLE_INSTANT)


class DeliveriesQuery(Schema):
    """Parameters of the log of a webhook."""

    state = fields.Code("Only messages in this state.", DELIVERY_STATES)
    after = fields.Text("The cursor of the last page you have, taken from `next`; none: from the newest.", 200)
    page_size = fields.Integer("Entries per page.", 1, 200, load_default=50, example=50)
