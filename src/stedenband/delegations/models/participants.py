"""Participants: who travels, in which capacity, who pays, and what each needs to be able to travel."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, UniqueConstraint, exists, or_, text
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.records import Keyed, Record, my_city, my_links, one_of
from stedenband.core.words import say
from stedenband.delegations.models.delegation import Delegation
from stedenband.delegations.models.tags import CAPACITY, TRAVEL_DOCUMENT
from stedenband.people.models import Contact

CAPACITIES = ("elected", "staff", "expert", "student", "citizen")
PAYERS = ("originCity", "hostCity", "self", "thirdParty")
CHECKLIST_STATES = ("notNeeded", "open", "done")
POINTS = ("visa", "vaccination", "insurance", "registration")
CHECKED = ("passport_valid_until", *POINTS, "blocking")
"""The columns of a checklist."""


class Participant(Keyed, Record):
    """A person in a delegation, once; its checklist is read and written by the staff of the person's city alone."""

    __tablename__ = "delegation_participant"
    __table_args__ = (
        one_of("capacity", CAPACITIES),
        one_of("payer", PAYERS),
        *(one_of(point, CHECKLIST_STATES) for point in POINTS),
        CheckConstraint(
            "passport_valid_until BETWEEN '1900-01-01' AND '2200-12-31'", name="passport_valid_until_range"
        ),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        UniqueConstraint("delegation_id", "contact_id", name="uq_delegation_participant_contact"),
        {
            "info": {
                "impersonal": "delegation_id contact_id partner_city_id leader payer blocking position",
                "rules": {
                    "ck_delegation_participant_passport_valid_until_range": {
                        "field": "participants",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                    "uq_delegation_participant_contact": {
                        "field": "participants",
                        "detail": say("Name each person once."),
                        "status": 409,
                    },
                },
            }
        },
    )

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    partner_city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), index=True)
    capacity: Mapped[str] = mapped_column(info=CAPACITY.tag)
    leader: Mapped[bool] = mapped_column(server_default=text("false"))
    payer: Mapped[str | None]
    passport_valid_until: Mapped[date | None] = mapped_column(info=TRAVEL_DOCUMENT.tag)
    visa: Mapped[str | None] = mapped_column(info=TRAVEL_DOCUMENT.tag)
    vaccination: Mapped[str | None] = mapped_column(info=TRAVEL_DOCUMENT.tag)
    insurance: Mapped[str | None] = mapped_column(info=TRAVEL_DOCUMENT.tag)
    registration: Mapped[str | None] = mapped_column(info=TRAVEL_DOCUMENT.tag)
    blocking: Mapped[bool | None]
    position: Mapped[int]

    contact: Mapped["Contact"] = relationship(lazy="raise")
    city: Mapped["PartnerCity"] = relationship(lazy="raise")

    @classmethod
    def seen_as_city(cls, entity: Any) -> ColumnElement[bool]:
        """Tell whether the caller is staff of the participant's city."""
        return entity.partner_city_id == my_city()  # type: ignore[no-any-return]

    @classmethod
    def seen_as_member(cls, entity: Any) -> ColumnElement[bool]:
        """Tell whether the caller is staff of the city that owns the delegation, or stands in its link."""
        above = aliased(Delegation)
        return exists().where(
            above.id == entity.delegation_id, or_(above.city_id == my_city(), above.city_link_id.in_(my_links()))
        )
