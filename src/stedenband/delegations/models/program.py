"""ProgramItem: what a delegation does when, as a record of its own, so that two people change two of them at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Computed, ForeignKey, Index, and_, case, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.access import Relation
from stedenband.core.privacy import NOTE
from stedenband.core.records import VISIBILITIES, Owned, Record, one_of, plain
from stedenband.core.words import say
from stedenband.delegations.models.delegation import Delegation
from stedenband.people.models import Contact

FIRST, LAST = "'1900-01-01 00:00+00'", "'2201-01-01 00:00+00'"
WORDS = "words_of(title || ' ' || coalesce(place, ''), NULL)"


class ProgramItem(Owned, Record):
    """An item of the program; it belongs to the owner of the delegation, and both sides of the link keep it up."""

    __tablename__ = "program_item"
    link_column = "city_link_id"
    __table_args__ = (
        plain("title", 200),
        plain("place", 200),
        plain("description", 4000, lines=True),
        plain("internal_note", 4000, lines=True),
        plain("timezone", 64),
        one_of("visibility", VISIBILITIES),
        CheckConstraint("starts_at < ends_at", name="ends_at"),
        CheckConstraint(f"starts_at >= {FIRST} AND starts_at < {LAST}", name="starts_at_range"),
        CheckConstraint(f"ends_at >= {FIRST} AND ends_at < {LAST}", name="ends_at_range"),
        CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name="shared"),
        Index("ix_program_item_delegation_id", "delegation_id", "starts_at", "id"),
        Index("ix_program_item_city_link_id", "city_link_id"),
        Index("ix_program_item_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "delegation_id city_link_id title starts_at ends_at timezone place description"
                " host_contact_id cancelled search",
                "rules": {
                    "ck_program_item_ends_at": {
                        "field": "end",
                        "detail": say("An item of the program ends after it begins."),
                        "status": 400,
                    },
                    "ck_program_item_shared": {
                        "field": "visibility",
                        "detail": say("Only what stands in a link is shared with both its sides."),
                        "status": 409,
                    },
                    "item_not_wider_than_delegation": {
                        "field": "visibility",
                        "detail": say(
                            "An item of the program cannot be seen by more people than its delegation."
                            " Widen the delegation first."
                        ),
                        "status": 409,
                    },
                },
            }
        },
    )

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id"))
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str]
    place: Mapped[str | None]
    description: Mapped[str | None]
    host_contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)
    cancelled: Mapped[bool] = mapped_column(server_default=text("false"))
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed(WORDS, persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
    delegation: Mapped["Delegation"] = relationship(lazy="raise")
    host_contact: Mapped["Contact | None"] = relationship(lazy="raise")

    @classmethod
    def relation(cls) -> ColumnElement[str]:
        """Let both sides of the link keep up what they see, also once the public sees it."""
        return case(
            (cls.written_as_owner(), Relation.OWNER.value),
            (and_(cls.seen_as_member(cls), cls.visibility != "city"), Relation.MEMBER.value),
            else_=Relation.READER.value,
        )
