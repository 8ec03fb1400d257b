"""The rules of policy plans, their goals and actions. A goal and an action are seen by whoever sees their plan."""

from typing import Any

from sqlalchemy.orm import Session

from stedenband.cities.rules import may_publish, never_published
from stedenband.core.access import Actor
from stedenband.core.errors import BadRequest
from stedenband.core.lifecycle import Transition
from stedenband.core.parts import assign, referred, replace_parts, store
from stedenband.core.words import Rule, say
from stedenband.policy.models import PolicyAction, PolicyActionSdgGoal, PolicyActionSdgTarget, PolicyGoal, PolicyPlan

Data = dict[str, Any]

SEEN_BY = {"draft": "city", "published": "public"}
"""A plan is public exactly while it is published."""


def create_plan(session: Session, actor: Actor, data: Data) -> PolicyPlan:
    """Begin a plan of the caller's city, as a draft."""
    plan = PolicyPlan(city_id=actor.city_id)
    change_plan(session, actor, plan, data)
    return plan


def change_plan(session: Session, _actor: Actor, plan: PolicyPlan, data: Data) -> None:
    """Fill or change a plan."""
    assign(plan, data)
    store(session, plan)


def delete_plan(_session: Session, _actor: Actor, plan: PolicyPlan) -> None:
    """Delete a plan that was never published and has neither goals nor actions."""
    never_published(plan)


def move_plan(_session: Session, actor: Actor, plan: PolicyPlan, move: Transition) -> None:
    """Publish a plan with all below it, or take it back to be drawn up anew."""
    may_publish(actor, plan, {"visibility": SEEN_BY[move.to]})
    plan.status = move.to
    plan.visibility = SEEN_BY[move.to]


def create_goal(session: Session, actor: Actor, data: Data) -> PolicyGoal:
    """Add a goal to a plan of the caller's city."""
    goal = PolicyGoal(city_id=actor.city_id, policy_plan_id=data["policy_plan_id"])
    change_goal(session, actor, goal, data)
    return goal


def change_goal(session: Session, _actor: Actor, goal: PolicyGoal, data: Data) -> None:
    """Fill or change a goal."""
    assign(goal, data)
    store(session, goal)


def delete_goal(_session: Session, _actor: Actor, goal: PolicyGoal) -> None:
    """Delete a goal that was never published and that no action serves."""
    never_published(goal)


def create_action(session: Session, actor: Actor, data: Data) -> PolicyAction:
    """Add an action to a plan of the caller's city."""
    action = PolicyAction(city_id=actor.city_id, policy_plan_id=data["policy_plan_id"])
    change_action(session, actor, action, data)
    return action


def change_action(session: Session, _actor: Actor, action: PolicyAction, data: Data) -> None:
    """Fill or change an action; its goal is one of the same plan (in the database: key `goal_of_same_plan`)."""
    if "goal" in data:
        goal = referred(session, PolicyGoal, data["goal"], "goal")
        if goal.policy_plan_id != action.policy_plan_id:
            raise BadRequest.at("body", "goal", Rule(say("Name a goal of the plan that this action belongs to.")))
        action.policy_goal_id = goal.id
    assign(action, data)
    store(session, action)
    owner = {"policy_action_id": action.id}
    for name, kind in (("sdg_goals", PolicyActionSdgGoal), ("sdg_targets", PolicyActionSdgTarget)):
        if name in data:
            replace_parts(session, kind, owner, [{"code": code} for code in data[name] or ()], ["code"])


def delete_action(_session: Session, _actor: Actor, action: PolicyAction) -> None:
    """Delete an action that was never published and that no project serves."""
    never_published(action)
