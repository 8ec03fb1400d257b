"""Policy over HTTP: /policyPlans with goals and actions, /decisions."""

from stedenband.policy.models import PLAN_LIFECYCLE
from stedenband.policy.routes.decisions import DECISIONS
from stedenband.policy.routes.plans import ACTIONS, GOALS, POLICY_PLANS
from stedenband.web.declare import StrictBlueprint
from stedenband.web.mount import mount

RESOURCES = (POLICY_PLANS, GOALS, ACTIONS, DECISIONS)
CODE_LISTS = {"planStatuses": PLAN_LIFECYCLE.states}

blueprint = StrictBlueprint("policy", __name__, url_prefix="/v1", description="Policy plans and decisions")
for resource in RESOURCES:
    mount(blueprint, resource)
