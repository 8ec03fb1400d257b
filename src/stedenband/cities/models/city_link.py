"""CityLink: a lasting link between two or more local governments."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models.partner_city import PartnerCity
from stedenband.cities.models.themes import THEMES
from stedenband.core.lifecycle import Lifecycle
from stedenband.core.privacy import NOTE
from stedenband.core.records import NOW, VISIBILITIES, Keyed, LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.core.words import say

LINK_KINDS = ("cityLink", "twinning", "sdgPartnership", "network", "friendship")
"""`cityLink` is the North-South kind."""

MEMBER_ROLES = ("lead", "partner", "observer")

LINK_LIFECYCLE = Lifecycle(
    initial="candidate",
    moves={
        "candidate": ("exploring", "active", "ended"),
        "exploring": ("candidate", "active", "ended"),
        "active": ("dormant", "ended"),
        "dormant": ("active", "ended"),
        "ended": (),
    },
    demands={"active": ("decision",), "dormant": ("reason",), "ended": ("decision", "reason")},
)
"""`active` and `ended` demand a council decision; dormancy and ending a reason (Roeselare's way to a link)."""


class CityLink(Owned, Record):
    """A link; the same members and kind cannot be open twice for one owner (constraint trigger `one_open_link`)."""

    __tablename__ = "city_link"
    link_column = "id"
    __table_args__ = (
        plain("title", 200),
        one_of("kind", LINK_KINDS),
        one_of("status", LINK_LIFECYCLE.states),
        one_of("visibility", VISIBILITIES),
        localized("summary", 4000, lines=True),
        plain("internal_note", 4000, lines=True),
        CheckConstraint("start_date <= end_date", name="end_date"),
        CheckConstraint("start_date BETWEEN '1900-01-01' AND '2200-12-31'", name="start_date"),
        CheckConstraint("end_date BETWEEN '1900-01-01' AND '2200-12-31'", name="end_date_range"),
        Index("ix_city_link_title_sort", "title_sort", "id"),
        Index("ix_city_link_status", "status", "title_sort", "id"),
        Index("ix_city_link_kind", "kind", "title_sort", "id"),
        Index("ix_city_link_visibility", "visibility", "title_sort", "id"),
        Index("ix_city_link_start_date", "start_date", "id"),
        Index("ix_city_link_start_date_descending", text("start_date DESC NULLS LAST"), text("id DESC")),
        Index("ix_city_link_updated_at", "updated_at", "id"),
        Index("ix_city_link_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "title kind status summary start_date end_date merged_into_id title_sort search",
                "rules": {
                    "ck_city_link_end_date": {
                        "field": "endDate",
                        "detail": say("The end date is before the start date."),
                        "status": 400,
                    },
                    "ck_city_link_end_date_range": {
                        "field": "endDate",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                    "same_link": {
                        "field": "into",
                        "status": 409,
                        "detail": say("Only open links of the same kind and the same members are merged."),
                    },
                    "one_open_link": {
                        "field": "members",
                        "status": 409,
                        "detail": say("Your city already has an open link of this kind with the same members."),
                    },
                    "two_members": {
                        "field": "members",
                        "detail": say("A link has two or more members."),
                        "status": 400,
                    },
                    "owner_is_member": {
                        "field": "members",
                        "detail": say("Your own city must be one of the members."),
                        "status": 400,
                    },
                },
            }
        },
    )

    title: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'candidate'"))
    summary: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    title_sort: Mapped[str] = mapped_column(Computed("fold(title)", persisted=True), deferred=True)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of(title, summary)", persisted=True), deferred=True)

    merged_into: Mapped["CityLink | None"] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(CityLink.merged_into_id) == remote(CityLink.id)"
    )
    merge_confirmations: Mapped[list["CityLinkMerge"]] = relationship(
        lazy="raise", order_by="CityLinkMerge.into_id", viewonly=True, foreign_keys="CityLinkMerge.city_link_id"
    )
    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    members: Mapped[list["CityLinkMember"]] = relationship(
        lazy="raise", order_by="CityLinkMember.position", cascade="all, delete-orphan", passive_deletes=True
    )
    themes: Mapped[list["CityLinkTheme"]] = relationship(
        lazy="raise", order_by="CityLinkTheme.code", cascade="all, delete-orphan", passive_deletes=True
    )
    moves: Mapped[list["CityLinkMove"]] = relationship(
        lazy="raise", order_by="CityLinkMove.id", cascade="all, delete-orphan", passive_deletes=True
    )


class CityLinkMember(Record):
    """A city in a link, with its role; the first is named first in the title."""

    __tablename__ = "city_link_member"
    __table_args__ = (
        one_of("role", MEMBER_ROLES),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index("ix_city_link_member_partner_city_id", "partner_city_id", "city_link_id"),
        {"info": {"impersonal": "city_link_id partner_city_id role position"}},
    )

    city_link_id: Mapped[UUID] = mapped_column(ForeignKey("city_link.id", ondelete="CASCADE"), primary_key=True)
    partner_city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), primary_key=True)
    role: Mapped[str] = mapped_column(server_default=text("'partner'"))
    position: Mapped[int]

    city: Mapped["PartnerCity"] = relationship(lazy="raise")


class CityLinkTheme(Record):
    """A theme of a link."""

    __tablename__ = "city_link_theme"
    __table_args__ = (
        one_of("code", THEMES),
        Index("ix_city_link_theme_code", "code", "city_link_id"),
        {"info": {"impersonal": "city_link_id code"}},
    )

    city_link_id: Mapped[UUID] = mapped_column(ForeignKey("city_link.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class CityLinkMove(Keyed, Record):
    """A move along the lifecycle, with the decision it named as values."""

    __tablename__ = "city_link_move"
    __table_args__ = (
        one_of("status", LINK_LIFECYCLE.states),
        plain("reason", 1000, lines=True),
        plain("decision_body", 200),
        plain("decision_reference", 200),
        CheckConstraint("num_nulls(decision_date, decision_body, decision_reference) IN (0, 3)", name="decision"),
        {"info": {"impersonal": "city_link_id status moved_at reason decision_date decision_body decision_reference"}},
    )

    city_link_id: Mapped[UUID] = mapped_column(ForeignKey("city_link.id", ondelete="CASCADE"), index=True)
    status: Mapped[str]
    moved_at: Mapped[datetime] = mapped_column(server_default=NOW)
    reason: Mapped[str | None]
    decision_date: Mapped[date | None]
    decision_body: Mapped[str | None]
    decision_reference: Mapped[str | None]


class CityLinkMerge(Record):
    """A city's word that a link is to be merged into another; written by `merge_city_links` only."""

    __tablename__ = "city_link_merge"
    __table_args__ = ({"info": {"impersonal": "city_link_id into_id partner_city_id"}},)

    city_link_id: Mapped[UUID] = mapped_column(ForeignKey("city_link.id", ondelete="CASCADE"), primary_key=True)
    into_id: Mapped[UUID] = mapped_column(ForeignKey("city_link.id", ondelete="CASCADE"), primary_key=True)
    partner_city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), primary_key=True)

    city: Mapped["PartnerCity"] = relationship(lazy="raise", viewonly=True)
    into: Mapped["CityLink"] = relationship(lazy="raise", viewonly=True, foreign_keys="CityLinkMerge.into_id")
