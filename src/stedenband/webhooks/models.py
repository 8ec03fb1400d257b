"""Webhook: an address that is told of changes; WebhookDelivery, WebhookReminder: what it was told, or is to be."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from stedenband.changes.models import OPERATIONS
from stedenband.core.destinations import LONGEST
from stedenband.core.outbound import FAILURES
from stedenband.core.privacy import AUDIT
from stedenband.core.records import NOW, Record, Versioned, one_of, plain
from stedenband.insight.models import REMINDER_KINDS, SPOKEN

if TYPE_CHECKING:
    from stedenband.cities.models import CityLink

WEBHOOK_STATUSES = ("active", "paused", "disabled")
"""It is told; its client wants a pause; its receiver is gone, or took nothing for three days."""
WEBHOOK_REASONS = ("gone", "unanswered")
"""Why it was disabled: the receiver answered 410, or took nothing until the last attempt."""
DELIVERY_STATES = ("pending", "delivered", "failed")
TELLABLE = (
    "actions",
    "agreements",
    "cityLinks",
    "contacts",
    "decisions",
    "delegations",
    "documents",
    "exchangeProjects",
    "goals",
    "indicators",
    "organizations",
    "partnerCities",
    "periods",
    "policyPlans",
    "privacyActs",
    "programItems",
    "results",
    "transferGrounds",
)
"""The collections whose changes are told."""
REMINDERS = "reminders"
"""What a webhook names to be told what is to be done."""
NAMED = (*TELLABLE, REMINDERS)
"""What a webhook may name among its resources."""
URL = "^https?://[!-~]+$"


def _among(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} <@ ARRAY[{listed}]", name=column)


class Webhook(Versioned, Record):
    """An address of a client that is told of changes: of those that the client sees and that the lists let through.

    It was told everything up to its position in the feed: `epoch`, `transaction_id`, `sequence`. What is sent is signed
    with `secret`, and for a day after a rotation with `previous_secret` too; the worker alone reads them.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        plain("label", 100),
        one_of("status", WEBHOOK_STATUSES),
        one_of("reason", WEBHOOK_REASONS),
        one_of("language", SPOKEN),
        _among("resources", NAMED),
        _among("operations", OPERATIONS),
        CheckConstraint(f"url ~ '{URL}' AND length(url) <= {LONGEST}", name="url"),
        CheckConstraint("octet_length(secret) = 32", name="secret"),
        CheckConstraint("(status = 'disabled') = (reason IS NOT NULL)", name="disabled"),
        Index("ix_webhook_api_client_id_created_at", "api_client_id", "created_at", "id"),
        {
            "info": {
                "impersonal": "api_client_id url resources operations city_link_id language status reason secret"
                " previous_secret previous_until epoch transaction_id sequence"
            }
        },
    )

    api_client_id: Mapped[UUID] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    label: Mapped[str] = mapped_column(info=AUDIT.tag)
    url: Mapped[str]
    resources: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    operations: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(server_default=text("'nl'::text"))
    status: Mapped[str] = mapped_column(server_default=text("'active'::text"))
    reason: Mapped[str | None]
    secret: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    previous_secret: Mapped[bytes | None] = mapped_column(deferred=True, deferred_raiseload=True)
    previous_until: Mapped[datetime | None]
    epoch: Mapped[UUID]
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)

    city_link: Mapped["CityLink | None"] = relationship("CityLink", lazy="raise", viewonly=True)


class WebhookDelivery(Record):
    """A message: what it says, when it is due, and what came of it. `id` is that of the message, at every attempt.

    `number` is the order in which messages about one record are sent; `record_id` of a test is that of its webhook.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        one_of("state", DELIVERY_STATES),
        one_of("failure", FAILURES),
        CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name="ended"),
        Index("ix_webhook_delivery_webhook_id_number", "webhook_id", "number", unique=True),
        Index(
            "ix_webhook_delivery_pending",
            "webhook_id",
            "record_id",
            "number",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_webhook_delivery_ended_at", "ended_at"),
        {
            "info": {
                "impersonal": "id webhook_id number record_id type subject data state attempts due_at status_code"
                " failure created_at ended_at"
            }
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    record_id: Mapped[UUID]
    type: Mapped[str]
    subject: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(server_default=text("'pending'::text"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime] = mapped_column(server_default=NOW)
    status_code: Mapped[int | None]
    failure: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    ended_at: Mapped[datetime | None]


class WebhookReminder(Record):
    """A reminder that a webhook was told: of which kind and record, for which day, and whether that had passed.

    A row stays as long as its webhook, so that nothing is told twice.
    """

    __tablename__ = "webhook_reminder"
    __table_args__ = (
        one_of("kind", REMINDER_KINDS),
        {"info": {"impersonal": "webhook_id kind record_id due_on overdue"}},
    )

    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    overdue: Mapped[bool] = mapped_column(primary_key=True)
