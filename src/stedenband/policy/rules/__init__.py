"""The rules of policy; what concerns several rows stands in the database too."""

from stedenband.policy.rules.decisions import change_decision, create_decision, delete_decision
from stedenband.policy.rules.plans import (
    change_action,
    change_goal,
    change_plan,
    create_action,
    create_goal,
    create_plan,
    delete_action,
    delete_goal,
    delete_plan,
    move_plan,
)

__all__ = [
    "change_action",
    "change_decision",
    "change_goal",
    "change_plan",
    "create_action",
    "create_decision",
    "create_goal",
    "create_plan",
    "delete_action",
    "delete_decision",
    "delete_goal",
    "delete_plan",
    "move_plan",
]
