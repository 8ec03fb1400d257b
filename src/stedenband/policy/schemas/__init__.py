"""What policy plans, goals, actions and decisions look like on the wire."""

from stedenband.policy.schemas.action import PolicyActionSchema
from stedenband.policy.schemas.codes import SDG_GOAL, SDG_TARGET
from stedenband.policy.schemas.decision import DecisionRecordSchema
from stedenband.policy.schemas.goal import PolicyGoalSchema
from stedenband.policy.schemas.plan import PlanTransitionSchema, PolicyPlanSchema

__all__ = [
    "SDG_GOAL",
    "SDG_TARGET",
    "DecisionRecordSchema",
    "PlanTransitionSchema",
    "PolicyActionSchema",
    "PolicyGoalSchema",
    "PolicyPlanSchema",
]
