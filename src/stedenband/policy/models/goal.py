"""PolicyGoal: what a plan wants to reach."""

from typing import Any
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.records import LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.core.words import say
from stedenband.policy.models.plan import PLAN_VISIBILITIES, PolicyPlan

CODE_IN_USE = say("Another one in this plan has this code.")
LABEL = (
    "code || ' ' || coalesce(title ->> 'nl', title ->> 'en', title ->> 'fr',"
    " jsonb_path_query_first(title, '$.*') #>> '{}')"
)
"""What a reference says: the code, and the title in the language that most plans are written in, else another."""


class PolicyGoal(Owned, Record):
    """A goal of a plan; who owns and who sees it is said by the plan (trigger `inherit`)."""

    __tablename__ = "policy_goal"
    __table_args__ = (
        plain("code", 50),
        localized("title", 300),
        localized("description", 4000, lines=True),
        one_of("visibility", PLAN_VISIBILITIES),
        UniqueConstraint("policy_plan_id", "code", name="uq_policy_goal_code"),
        UniqueConstraint("id", "policy_plan_id", name="uq_policy_goal_plan"),
        Index("ix_policy_goal_updated_at", "updated_at", "id"),
        Index("ix_policy_goal_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "policy_plan_id code title description label search",
                "rules": {"uq_policy_goal_code": {"field": "code", "detail": CODE_IN_USE, "status": 409}},
            }
        },
    )

    policy_plan_id: Mapped[UUID] = mapped_column(ForeignKey("policy_plan.id"))
    code: Mapped[str]
    title: Mapped[dict[str, Any]] = mapped_column(LocalizedTexts)
    description: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    label: Mapped[str] = mapped_column(Computed(LABEL, persisted=True))
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of(code, title)", persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    plan: Mapped["PolicyPlan"] = relationship(lazy="raise")
