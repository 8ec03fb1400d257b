"""/policyPlans, and the goals and actions below them."""

from sqlalchemy import func, select

from stedenband.cities.models import PartnerCity
from stedenband.core.access import Permission
from stedenband.policy import rules
from stedenband.policy.models import (
    PLAN_LIFECYCLE,
    PolicyAction,
    PolicyActionSdgGoal,
    PolicyActionSdgTarget,
    PolicyGoal,
    PolicyPlan,
)
from stedenband.policy.schemas import (
    SDG_GOAL,
    SDG_TARGET,
    PlanTransitionSchema,
    PolicyActionSchema,
    PolicyGoalSchema,
    PolicyPlanSchema,
)
from stedenband.web import fields
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.search import by_words

POLICY_PLANS = Resource(
    name="policyPlans",
    noun="policy plan",
    model=PolicyPlan,
    schema=PolicyPlanSchema,
    permissions={
        "read": Permission.POLICY_PLANS_READ,
        "create": Permission.POLICY_PLANS_CREATE,
        "update": Permission.POLICY_PLANS_UPDATE,
        "delete": Permission.POLICY_PLANS_DELETE,
        "move": Permission.RECORDS_PUBLISH,
    },
    filters=(
        by_words("find_policy_plans"),
        Filter(
            "owner",
            fields.Key("The city whose plan it is: its id.", example=fields.EXAMPLE_ID),
            lambda plan, keys: plan.city_id.in_(select(PartnerCity.id).where(PartnerCity.id == func.any(keys))),
            many=True,
        ),
        Filter(
            "status",
            fields.Code("State.", PLAN_LIFECYCLE.states),
            lambda plan, states: plan.status == func.any(states),
            many=True,
        ),
        Filter(
            "validOn",
            fields.Date("Covering this day.", example="2024-06-01"),
            lambda plan, day: (plan.start_date <= day) & (plan.end_date >= day),
        ),
    ),
    sorts=(
        Sort("title", "title_sort"),
        Sort("startDate", "start_date"),
        Sort("endDate", "end_date"),
        Sort("updatedAt", "updated_at"),
    ),
    default_sort=("title",),
    lifecycle=PLAN_LIFECYCLE,
    transition=PlanTransitionSchema,
    rules=Rules(rules.create_plan, rules.change_plan, rules.delete_plan, rules.move_plan),
)

BELOW = {
    "read": Permission.POLICY_PLANS_READ,
    "create": Permission.POLICY_PLANS_UPDATE,
    "update": Permission.POLICY_PLANS_UPDATE,
    "delete": Permission.POLICY_PLANS_DELETE,
}
"""Goals and actions are the text of a plan: who may change it adds and changes them."""

GOALS = Resource(
    name="goals",
    noun="goal",
    model=PolicyGoal,
    schema=PolicyGoalSchema,
    title="label",
    parent=POLICY_PLANS,
    permissions=BELOW,
    filters=(
        by_words("find_policy_goals"),
        Filter(
            "code",
            fields.Text("Code in the plan.", 50, example="2.1"),
            lambda goal, codes: goal.code == func.any(codes),
            many=True,
        ),
    ),
    sorts=(Sort("code", "code"), Sort("updatedAt", "updated_at")),
    default_sort=("code",),
    rules=Rules(rules.create_goal, rules.change_goal, rules.delete_goal, together=True),
)

ACTIONS = Resource(
    name="actions",
    noun="action",
    model=PolicyAction,
    schema=PolicyActionSchema,
    title="label",
    parent=POLICY_PLANS,
    permissions=BELOW,
    filters=(
        by_words("find_policy_actions"),
        Filter(
            "goal",
            fields.Key("The goal: its id.", example=fields.EXAMPLE_ID),
            lambda action, keys: action.policy_goal_id == func.any(keys),
            many=True,
        ),
        Filter(
            "sdgGoal",
            SDG_GOAL,
            lambda action, codes: action.id.in_(
                select(PolicyActionSdgGoal.policy_action_id).where(PolicyActionSdgGoal.code == func.any(codes))
            ),
            many=True,
        ),
        Filter(
            "sdgTarget",
            SDG_TARGET,
            lambda action, codes: action.id.in_(
                select(PolicyActionSdgTarget.policy_action_id).where(PolicyActionSdgTarget.code == func.any(codes))
            ),
            many=True,
        ),
    ),
    sorts=(Sort("code", "code"), Sort("updatedAt", "updated_at")),
    default_sort=("code",),
    rules=Rules(rules.create_action, rules.change_action, rules.delete_action, together=True),
)
