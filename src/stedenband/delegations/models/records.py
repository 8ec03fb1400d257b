"""What a delegation leaves behind: follow-up actions, gifts and meetings."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.records import Keyed, Record, one_of, plain
from stedenband.core.words import say
from stedenband.delegations.models.delegation import Delegation
from stedenband.delegations.models.program import ProgramItem
from stedenband.delegations.models.tags import GIFT, REPORTED
from stedenband.people.models import Contact, Organization
from stedenband.projects.models import ExchangeProject

GIFT_DIRECTIONS = ("given", "received")
ACTION = replace(REPORTED, identifying=False)
"""What is to be done stays when the person who was to do it is erased; names in it go, as in every free text."""


class FollowUp(Keyed, Record):
    """An action that follows from a visit: what, who does it, by when; a project can take it as one of its own."""

    __tablename__ = "delegation_follow_up"
    __table_args__ = (
        plain("action", 1000, lines=True),
        CheckConstraint("due_date BETWEEN '1900-01-01' AND '2200-12-31'", name="due_date"),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index("ix_delegation_follow_up_delegation_id", "delegation_id", "position"),
        {
            "info": {
                "impersonal": "delegation_id partner_city_id contact_id exchange_project_id due_date done position",
                "rules": {
                    "ck_delegation_follow_up_due_date": {
                        "field": "followUps",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    }
                },
            }
        },
    )

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(info=ACTION.tag)
    partner_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)
    exchange_project_id: Mapped[UUID | None] = mapped_column(ForeignKey("exchange_project.id"), index=True)
    due_date: Mapped[date | None]
    done: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int]

    city: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    contact: Mapped["Contact | None"] = relationship(lazy="raise")
    exchange_project: Mapped["ExchangeProject | None"] = relationship(lazy="raise")
    delegation: Mapped["Delegation"] = relationship(lazy="raise", viewonly=True)


class Gift(Keyed, Record):
    """A gift, which public servants register."""

    __tablename__ = "delegation_gift"
    __table_args__ = (
        one_of("direction", GIFT_DIRECTIONS),
        plain("description", 500),
        plain("giver", 200),
        plain("receiver", 200),
        CheckConstraint("amount_value >= 0", name="amount_value"),
        CheckConstraint("amount_currency ~ '^[A-Z]{3}$'", name="amount_currency"),
        CheckConstraint("(amount_value IS NULL) = (amount_currency IS NULL)", name="amount"),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index("ix_delegation_gift_delegation_id", "delegation_id", "position"),
        {"info": {"impersonal": "delegation_id direction description amount_value amount_currency position"}},
    )

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"))
    direction: Mapped[str]
    description: Mapped[str]
    amount_value: Mapped[Decimal | None] = mapped_column(Numeric(15, 2))
    amount_currency: Mapped[str | None]
    giver: Mapped[str | None] = mapped_column(info=GIFT.tag)
    receiver: Mapped[str | None] = mapped_column(info=GIFT.tag)
    position: Mapped[int]


class Meeting(Keyed, Record):
    """A meeting with an organization, a person, or both; what was said goes when the person is erased."""

    __tablename__ = "delegation_meeting"
    __table_args__ = (
        plain("summary", 4000, lines=True),
        CheckConstraint("num_nonnulls(contact_id, organization_id) > 0", name="somebody"),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index("ix_delegation_meeting_delegation_id", "delegation_id", "position"),
        {"info": {"impersonal": "delegation_id contact_id organization_id program_item_id position"}},
    )

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    program_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("program_item.id"), index=True)
    summary: Mapped[str | None] = mapped_column(info=REPORTED.tag)
    position: Mapped[int]

    contact: Mapped["Contact | None"] = relationship(lazy="raise")
    organization: Mapped["Organization | None"] = relationship(lazy="raise")
    program_item: Mapped["ProgramItem | None"] = relationship(lazy="raise")
