"""Policy plans, goals, actions and decisions, as they are stored."""

from stedenband.policy.models.action import PolicyAction, PolicyActionSdgGoal, PolicyActionSdgTarget
from stedenband.policy.models.decision import Decision, DecisionCityLink
from stedenband.policy.models.goal import PolicyGoal
from stedenband.policy.models.plan import PLAN_LIFECYCLE, PLAN_VISIBILITIES, PolicyPlan
from stedenband.policy.models.sdg import SDG_GOAL, SDG_TARGET

__all__ = [
    "PLAN_LIFECYCLE",
    "PLAN_VISIBILITIES",
    "SDG_GOAL",
    "SDG_TARGET",
    "Decision",
    "DecisionCityLink",
    "PolicyAction",
    "PolicyActionSdgGoal",
    "PolicyActionSdgTarget",
    "PolicyGoal",
    "PolicyPlan",
]
