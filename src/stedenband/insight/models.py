"""CalendarSubscription: the address under which a phone reads one calendar without a key. Its secret is shown once."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from stedenband.core.privacy import AUDIT
from stedenband.core.records import Record, Versioned, one_of, plain
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

_KINDS = ", ".join(f"'{kind}'" for kind in ENTRY_KINDS)


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
