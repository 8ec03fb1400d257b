"""An action of a policy plan on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.policy.models import PLAN_VISIBILITIES, PolicyAction
from stedenband.policy.schemas.codes import SDG_GOAL, SDG_TARGET
from stedenband.web import fields


class PolicyActionSchema(RecordSchema):
    """What the city does for a goal of its plan; seen by whoever sees the plan."""

    model = PolicyAction

    href = fields.Href("/policyPlans/{policy_plan_id}/actions/{id}")
    plan = fields.Reference("The plan that it belongs to.", "/policyPlans/{id}", dump_only=True)
    goal = fields.Reference(
        "The goal, of the same plan, that it serves.",
        "/policyPlans/{policy_plan_id}/goals/{id}",
        title="label",
        required=True,
    )
    code = fields.Text("Its code in the plan.", 50, required=True, example="2.1.3")
    title = fields.LocalizedText("Its title.", 300, required=True, example={"en": "Waste collection in Francistown"})
    description = fields.LocalizedText(
        "What is done.", 4000, lines=True, example={"en": "Exchange of experience between the waste services."}
    )
    sdg_goals = fields.Codes("The sustainable development goals that it serves.", SDG_GOAL)
    sdg_targets = fields.Codes("Their targets.", SDG_TARGET)
    visibility = fields.Code("Who sees it: whoever sees the plan.", PLAN_VISIBILITIES, dump_only=True)
