"""The policy plan of the demo data: the mission is public knowledge, its goals, actions and decision are invented."""

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from stedenband.policy.models import (
    Decision,
    DecisionCityLink,
    PolicyAction,
    PolicyActionSdgGoal,
    PolicyActionSdgTarget,
    PolicyGoal,
    PolicyPlan,
)

INVENTED = "Demo: this record is invented."


@cache
def known() -> dict[str, Any]:
    """Return what the file of the demo says of the plan and the projects."""
    text = files("stedenband.transfer").joinpath("data", "demo.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def fill(session: Session, link: UUID, genk: UUID) -> tuple[dict[str, UUID], UUID]:
    """Add the plan of Genk and a decision on its link; return the actions by code, and the decision."""
    plan = PolicyPlan(
        city_id=genk,
        title="Strategic plan of Genk 2020–2025 (demo)",
        start_date=date(2020, 1, 1),
        end_date=date(2025, 12, 31),
        mission=known()["mission"],
        status="published",
        visibility="public",
        internal_note=INVENTED,
    )
    decision = Decision(
        city_id=genk,
        body="City council of Genk",
        decided_on=date(2019, 11, 21),
        reference="DEMO/2019/1",
        subject="Demo: memorandum of understanding with Francistown 2020–2025",
        visibility="public",
        internal_note=INVENTED,
        city_links=[DecisionCityLink(city_link_id=link)],
    )
    session.add_all((plan, decision))
    session.flush()
    goals = {}
    for each in known()["goals"]:
        goal = PolicyGoal(policy_plan_id=plan.id, code=each["code"], title=each["title"])
        session.add(goal)
        session.flush()
        goals[each["code"]] = goal.id
    actions = {}
    for each in known()["actions"]:
        action = PolicyAction(
            policy_plan_id=plan.id,
            policy_goal_id=goals[each["goal"]],
            code=each["code"],
            title=each["title"],
            sdg_goals=[PolicyActionSdgGoal(code=code) for code in each["sdgs"]],
            sdg_targets=[PolicyActionSdgTarget(code=code) for code in each["targets"]],
        )
        session.add(action)
        session.flush()
        actions[each["code"]] = action.id
    return actions, decision.id
