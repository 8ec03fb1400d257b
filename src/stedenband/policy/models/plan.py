"""PolicyPlan: the plan of a city for a period, with its mission; its goals and actions hang below it."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Computed, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.lifecycle import Lifecycle
from stedenband.core.privacy import NOTE
from stedenband.core.records import LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.core.words import say

PLAN_LIFECYCLE = Lifecycle(initial="draft", moves={"draft": ("published",), "published": ("draft",)}, demands={})
"""A plan is drawn up, then published; one that is to be drawn up anew is a draft again, and no longer public."""

PLAN_VISIBILITIES = ("city", "public")


class PolicyPlan(Owned, Record):
    """A plan; it stands in no link, as it is one city's own, and is public exactly while it is published."""

    __tablename__ = "policy_plan"
    __table_args__ = (
        plain("title", 200),
        CheckConstraint("start_date < end_date", name="end_date"),
        CheckConstraint("start_date BETWEEN '1900-01-01' AND '2200-12-31'", name="start_date"),
        CheckConstraint("end_date BETWEEN '1900-01-01' AND '2200-12-31'", name="end_date_range"),
        localized("mission", 4000, lines=True),
        plain("internal_note", 4000, lines=True),
        one_of("status", PLAN_LIFECYCLE.states),
        one_of("visibility", PLAN_VISIBILITIES),
        CheckConstraint("(status = 'published') = (visibility = 'public')", name="published"),
        Index("ix_policy_plan_title_sort", "title_sort", "id"),
        Index("ix_policy_plan_start_date", "start_date", "id"),
        Index("ix_policy_plan_end_date", "end_date", "id"),
        Index("ix_policy_plan_visibility", "visibility", "title_sort", "id"),
        Index("ix_policy_plan_updated_at", "updated_at", "id"),
        Index("ix_policy_plan_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "title start_date end_date mission status title_sort search",
                "rules": {
                    "ck_policy_plan_end_date": {
                        "field": "endDate",
                        "detail": say("A plan ends after it begins."),
                        "status": 400,
                    },
                    "ck_policy_plan_end_date_range": {
                        "field": "endDate",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                },
            }
        },
    )

    title: Mapped[str]
    start_date: Mapped[date]
    end_date: Mapped[date]
    mission: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    status: Mapped[str] = mapped_column(server_default=text("'draft'"))
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    title_sort: Mapped[str] = mapped_column(Computed("fold(title)", persisted=True), deferred=True)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of(title, mission)", persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
