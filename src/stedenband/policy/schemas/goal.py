"""A goal of a policy plan on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.policy.models import PLAN_VISIBILITIES, PolicyGoal
from stedenband.web import fields


class PolicyGoalSchema(RecordSchema):
    """What a plan wants to reach; seen by whoever sees the plan."""

    model = PolicyGoal

    href = fields.Href("/policyPlans/{policy_plan_id}/goals/{id}")
    plan = fields.Reference("The plan that it belongs to.", "/policyPlans/{id}", dump_only=True)
    code = fields.Text("Its code in the plan.", 50, required=True, example="2.1")
    title = fields.LocalizedText("Its title.", 300, required=True, example={"en": "Genk meets the world"})
    description = fields.LocalizedText(
        "What is to be reached.", 4000, lines=True, example={"en": "Citizens of both cities learn from each other."}
    )
    visibility = fields.Code("Who sees it: whoever sees the plan.", PLAN_VISIBILITIES, dump_only=True)
