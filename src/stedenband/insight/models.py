"""CalendarSubscription: the address under which a phone reads one calendar without a key. Its secret is shown once.

DigestSubscription: an e-mail address that is told what is to be done.
"""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from stedenband.core.privacy import AUDIT, STAFF_AND_PARTNERS, WITH_RECORD, Category, Personal
from stedenband.core.records import Record, Versioned, email, one_of, plain
from stedenband.core.words import say

if TYPE_CHECKING:
    from stedenband.cities.models import CityLink, PartnerCity

REMINDER_KINDS = (
    "agreementRenewal",
    "contactReview",
    "delegationReport",
    "followUp",
    "periodReport",
    "planEnd",
    "projectEnd",
)
ENTRY_KINDS = tuple(sorted((*REMINDER_KINDS, "delegation", "programItem", "projectStart")))
"""What stands in calendars; reminders are those of them that somebody has to do something about."""
ENTRY_STATUSES = ("confirmed", "tentative", "cancelled")
"""The statuses of an event (RFC 5545, section 3.8.1.11)."""
SPOKEN = ("nl", "fr", "en")
"""The languages in which entries are written."""
DIGEST_STATUSES = ("active", "disabled")
DIGEST_REASONS = ("refused", "unsubscribed")
"""Why nothing is sent any more: the mail server refused the address day after day, or its reader wants no more."""
DIGEST_OUTCOMES = ("begun", "postponed", "refused", "sent")
"""What came of the last digest; `begun`: it may have arrived, and is not sent again on that day."""

_KINDS = ", ".join(f"'{kind}'" for kind in ENTRY_KINDS)
_REMINDER_KINDS = ", ".join(f"'{kind}'" for kind in REMINDER_KINDS)
MAILBOX = Personal(
    Category.CONTACT_DETAILS,
    STAFF_AND_PARTNERS,
    say("Sending an e-mail about what is to be done to whoever asked for it."),
    WITH_RECORD,
)
"""An address that digests are sent to."""


class CalendarSubscription(Versioned, Record):
    """A calendar of a city, of a link, or (neither) of reminders; it shows what the client that made it may see today.

    `scopes` are those of the key that made it, which it never exceeds. The database alone reads the `hash`.
    """

    __tablename__ = "calendar_subscription"
    __table_args__ = (
        plain("label", 100),
        one_of("language", SPOKEN),
        CheckConstraint(f"kinds <@ ARRAY[{_KINDS}]", name="kinds"),
        CheckConstraint("num_nonnulls(partner_city_id, city_link_id) <= 1", name="calendar"),
        Index("uq_calendar_subscription_hash", "hash", unique=True),
        Index("ix_calendar_subscription_api_client_id_created_at", "api_client_id", "created_at", "id"),
        {
            "info": {
                "impersonal": "api_client_id partner_city_id city_link_id kinds language hash scopes",
                "rules": {
                    "ck_calendar_subscription_calendar": {
                        "field": "cityLink",
                        "detail": say("A calendar is that of a city or that of a link. Leave one of the two out."),
                        "status": 400,
                    },
                },
            }
        },
    )

    api_client_id: Mapped[UUID] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    hash: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    label: Mapped[str] = mapped_column(info=AUDIT.tag)
    partner_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id", ondelete="CASCADE"), index=True)
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id", ondelete="CASCADE"), index=True)
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    language: Mapped[str]
    last_read_on: Mapped[date | None] = mapped_column(info=AUDIT.tag)

    city: Mapped["PartnerCity | None"] = relationship("PartnerCity", lazy="raise", viewonly=True)
    city_link: Mapped["CityLink | None"] = relationship("CityLink", lazy="raise", viewonly=True)


class DigestSubscription(Versioned, Record):
    """An address that gets an e-mail, at most one a day, about what the client that made it has to do.

    `scopes` are those of the key that made it. Whoever has the `secret`, which stands in each e-mail, ends it; the
    worker alone reads it. `told` are the reminders in the last e-mail, so that another is sent when something is new.
    `refusals` counts the days on which the mail server refused the address, one after the other.
    """

    __tablename__ = "digest_subscription"
    __table_args__ = (
        plain("label", 100),
        email("email"),
        one_of("language", SPOKEN),
        one_of("status", DIGEST_STATUSES),
        one_of("reason", DIGEST_REASONS),
        one_of("outcome", DIGEST_OUTCOMES),
        CheckConstraint(f"kinds <@ ARRAY[{_REMINDER_KINDS}]", name="kinds"),
        CheckConstraint("(status = 'disabled') = (reason IS NOT NULL)", name="disabled"),
        CheckConstraint("(outcome IS NULL) = (last_on IS NULL)", name="last"),
        CheckConstraint("octet_length(secret) = 32 AND hash = sha256(secret)", name="secret"),
        Index("uq_digest_subscription_hash", "hash", unique=True),
        Index("ix_digest_subscription_api_client_id_created_at", "api_client_id", "created_at", "id"),
        {
            "info": {
                "impersonal": "api_client_id kinds language hash secret scopes status reason last_on outcome attempts"
                " refusals told"
            }
        },
    )

    api_client_id: Mapped[UUID] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    secret: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    hash: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    label: Mapped[str] = mapped_column(info=AUDIT.tag)
    email: Mapped[str] = mapped_column(info=MAILBOX.tag)
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    language: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'active'::text"))
    reason: Mapped[str | None]
    last_on: Mapped[date | None]
    outcome: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    refusals: Mapped[int] = mapped_column(server_default=text("0"))
    told: Mapped[list[str] | None] = mapped_column(ARRAY(Text), deferred=True, deferred_raiseload=True)
