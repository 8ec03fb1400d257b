"""Decision: what a council or college decided, and which links it is about."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.privacy import NOTE
from stedenband.core.records import LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.core.words import say

DECISION_VISIBILITIES = ("city", "public")


class Decision(Owned, Record):
    """A decision; it belongs to the city whose body took it and stands in no link."""

    __tablename__ = "decision"
    __table_args__ = (
        plain("body", 200),
        plain("reference", 200),
        plain("subject", 300),
        localized("summary", 4000, lines=True),
        plain("internal_note", 4000, lines=True),
        CheckConstraint("decided_on BETWEEN '1900-01-01' AND '2200-12-31'", name="decided_on"),
        one_of("visibility", DECISION_VISIBILITIES),
        Index("uq_decision_reference", "city_id", "body", "decided_on", "reference", unique=True),
        Index("ix_decision_decided_on", "decided_on", "id"),
        Index("ix_decision_title_sort", "title_sort", "id"),
        Index("ix_decision_visibility", "visibility", "decided_on", "id"),
        Index("ix_decision_updated_at", "updated_at", "id"),
        Index("ix_decision_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "body decided_on reference subject summary title_sort search",
                "rules": {
                    "uq_decision_reference": {
                        "field": "reference",
                        "detail": say("This decision is recorded already: same body, day and reference."),
                        "status": 409,
                    },
                    "ck_decision_decided_on": {
                        "field": "date",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                },
            }
        },
    )

    body: Mapped[str]
    decided_on: Mapped[date]
    reference: Mapped[str]
    subject: Mapped[str]
    summary: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    title_sort: Mapped[str] = mapped_column(Computed("fold(subject)", persisted=True), deferred=True)
    search: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed("words_of(subject || ' ' || body || ' ' || reference, summary)", persisted=True),
        deferred=True,
    )

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    city_links: Mapped[list["DecisionCityLink"]] = relationship(
        lazy="raise", order_by="DecisionCityLink.city_link_id", cascade="all, delete-orphan", passive_deletes=True
    )


class DecisionCityLink(Record):
    """A link that a decision is about."""

    __tablename__ = "decision_city_link"
    __table_args__ = (
        Index("ix_decision_city_link_city_link_id", "city_link_id", "decision_id"),
        {"info": {"impersonal": "decision_id city_link_id"}},
    )

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"), primary_key=True)
    city_link_id: Mapped[UUID] = mapped_column(ForeignKey("city_link.id"), primary_key=True)

    city_link: Mapped["CityLink"] = relationship(lazy="raise")
