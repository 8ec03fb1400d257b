"""PolicyAction: what a city does for a goal of its plan; Flemish plans hang the SDGs on actions."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.records import LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.policy.models.goal import CODE_IN_USE, LABEL, PolicyGoal
from stedenband.policy.models.plan import PLAN_VISIBILITIES, PolicyPlan
from stedenband.policy.models.sdg import SDG_GOAL, SDG_TARGET


class PolicyAction(Owned, Record):
    """An action under a goal of the same plan; who owns and who sees it is said by the plan (trigger `inherit`)."""

    __tablename__ = "policy_action"
    __table_args__ = (
        plain("code", 50),
        localized("title", 300),
        localized("description", 4000, lines=True),
        one_of("visibility", PLAN_VISIBILITIES),
        ForeignKeyConstraint(
            ["policy_goal_id", "policy_plan_id"],
            ["policy_goal.id", "policy_goal.policy_plan_id"],
            name="goal_of_same_plan",
        ),
        UniqueConstraint("policy_plan_id", "code", name="uq_policy_action_code"),
        UniqueConstraint("id", "city_id", name="uq_policy_action_city"),
        Index("ix_policy_action_policy_goal_id", "policy_goal_id", "code"),
        Index("ix_policy_action_updated_at", "updated_at", "id"),
        Index("ix_policy_action_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "policy_plan_id policy_goal_id code title description label search",
                "rules": {
                    "uq_policy_action_code": {"field": "code", "detail": CODE_IN_USE, "status": 409},
                },
            }
        },
    )

    policy_plan_id: Mapped[UUID] = mapped_column(ForeignKey("policy_plan.id"))
    policy_goal_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[dict[str, Any]] = mapped_column(LocalizedTexts)
    description: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    label: Mapped[str] = mapped_column(Computed(LABEL, persisted=True))
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of(code, title)", persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    plan: Mapped["PolicyPlan"] = relationship(lazy="raise", foreign_keys="PolicyAction.policy_plan_id")
    goal: Mapped["PolicyGoal"] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(PolicyAction.policy_goal_id) == remote(PolicyGoal.id)"
    )
    sdg_goals: Mapped[list["PolicyActionSdgGoal"]] = relationship(
        lazy="raise", order_by="PolicyActionSdgGoal.code", cascade="all, delete-orphan", passive_deletes=True
    )
    sdg_targets: Mapped[list["PolicyActionSdgTarget"]] = relationship(
        lazy="raise", order_by="PolicyActionSdgTarget.code", cascade="all, delete-orphan", passive_deletes=True
    )


class PolicyActionSdgGoal(Record):
    """A sustainable development goal that an action serves."""

    __tablename__ = "policy_action_sdg_goal"
    __table_args__ = (
        CheckConstraint(SDG_GOAL, name="code"),
        Index("ix_policy_action_sdg_goal_code", "code", "policy_action_id"),
        {"info": {"impersonal": "policy_action_id code"}},
    )

    policy_action_id: Mapped[UUID] = mapped_column(ForeignKey("policy_action.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class PolicyActionSdgTarget(Record):
    """A target of the sustainable development goals that an action serves."""

    __tablename__ = "policy_action_sdg_target"
    __table_args__ = (
        CheckConstraint(SDG_TARGET, name="code"),
        Index("ix_policy_action_sdg_target_code", "code", "policy_action_id"),
        {"info": {"impersonal": "policy_action_id code"}},
    )

    policy_action_id: Mapped[UUID] = mapped_column(ForeignKey("policy_action.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
