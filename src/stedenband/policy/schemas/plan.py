"""A policy plan on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.policy.models import PLAN_LIFECYCLE, PLAN_VISIBILITIES, PolicyPlan
from stedenband.web import fields
from stedenband.web.schema import Schema


class PolicyPlanSchema(RecordSchema):
    """The plan of a city for a period: its mission, and the goals and actions below it."""

    model = PolicyPlan

    href = fields.Href("/policyPlans/{id}")
    owner = fields.Reference("The city whose plan it is.", "/partnerCities/{id}", title="name", dump_only=True)
    title = fields.Text("Its title.", 200, required=True, example="Strategic plan 2020–2025")
    start_date = fields.Date("First day of its period.", required=True, example="2020-01-01")
    end_date = fields.Date("Last day of its period.", required=True, example="2025-12-31")
    mission = fields.LocalizedText(
        "What the city wants to be, in a few sentences.",
        4000,
        lines=True,
        example={"en": "All communities and layers of the population take part in a global policy."},
    )
    status = fields.Code("A draft, or published; moved by transitions.", PLAN_LIFECYCLE.states, dump_only=True)
    transitions = fields.Moves(PLAN_LIFECYCLE)
    internal_note = fields.Remark("A note for the own staff.", 4000, lines=True, audience="city", example="Ask in May.")
    visibility = fields.Code(
        "Who sees it and all below it: own staff while it is a draft, everyone once it is published.",
        PLAN_VISIBILITIES,
        dump_only=True,
    )


class PlanTransitionSchema(Schema):
    """A move between draft and published."""

    to = fields.Code("The state to enter.", PLAN_LIFECYCLE.states, required=True, example="published")
