"""An exchange project on the wire."""

from stedenband.cities.models import THEMES
from stedenband.cities.schemas import LocationSchema, RecordSchema
from stedenband.core.records import VISIBILITIES
from stedenband.policy.schemas import SDG_GOAL, SDG_TARGET
from stedenband.projects.models import PROJECT_KINDS, PROJECT_LIFECYCLE, ExchangeProject
from stedenband.projects.schemas.actions import ACTIONS
from stedenband.projects.schemas.parts import (
    CitedDecisionSchema,
    JurorSchema,
    MarkerSchema,
    NominationSchema,
    ParticipatingOrganizationSchema,
    ParticipationSchema,
    ProjectMoveSchema,
    SectorSchema,
)
from stedenband.projects.schemas.within import RESULTS
from stedenband.web import fields
from stedenband.web.schema import Schema

IATI_STATUSES = ("1", "2", "3", "4", "5", "6")


class ProjectLocationSchema(LocationSchema):
    """Where it takes place (WGS 84)."""

    name = fields.Text("What the place is called.", 200, attribute="location_name", example="Block 5")
    latitude = fields.Number("Degrees north.", -90, 90, example=-21.17)
    longitude = fields.Number("Degrees east.", -180, 180, example=27.51)


class CallSchema(Schema):
    """The call for nominations of an award."""

    opens_on = fields.Date("First day.", attribute="call_opens_on", example="2022-09-01")
    closes_on = fields.Date("Last day.", attribute="call_closes_on", example="2022-11-30")


class AmountSchema(Schema):
    """An amount of money."""

    value = fields.Amount("How much.", required=True, attribute="amount_value", example="2500.00")
    currency = fields.CurrencyCode("The currency.", required=True, attribute="amount_currency", example="EUR")


class ExchangeProjectSchema(RecordSchema):
    """What a city does with its partners, or alone for a glocal policy; a yearly award is a project too."""

    model = ExchangeProject

    href = fields.Href("/exchangeProjects/{id}")
    owner = fields.Reference("The city that owns the record.", "/partnerCities/{id}", title="name", dump_only=True)
    title = fields.Text("Its title.", 200, required=True, example="Waste collection in Francistown (demo)")
    summary = fields.LocalizedText(
        "What it is, in a few sentences.",
        4000,
        lines=True,
        example={"en": "The waste services of both cities learn from each other."},
    )
    kind = fields.Code("A project, or a yearly award.", PROJECT_KINDS, load_default="project")
    status = fields.Code(
        "Where it stands in its lifecycle; moved by transitions.", PROJECT_LIFECYCLE.states, create_only=True
    )
    iati_status = fields.Code(
        "The same as a code of IATI's codelist ActivityStatus.", IATI_STATUSES, dump_only=True, example="2"
    )
    city_link = fields.Reference("The link it belongs to; none: a local action of the city.", "/cityLinks/{id}")
    policy_action = fields.Reference(
        "The action of the city's own policy plan that it serves.",
        "/policyPlans/{policy_plan_id}/actions/{id}",
        title="label",
    )
    planned_start = fields.Date("The day it is planned to begin.", example="2022-01-01")
    planned_end = fields.Date("The day it is planned to end.", example="2024-12-31")
    actual_start = fields.Date("The day it began; never in the future.", example="2022-02-01")
    actual_end = fields.Date("The day it ended; never in the future.", example="2024-12-31")
    start_date = fields.Date("The actual start, else the planned one.", dump_only=True, example="2022-02-01")
    end_date = fields.Date("The actual end, else the planned one.", dump_only=True, example="2024-12-31")
    location = fields.Part("Where it takes place.", ProjectLocationSchema)
    city = fields.Reference("The city where it takes place.", "/partnerCities/{id}", title="name")
    themes = fields.Codes("What it is about.", fields.Code("A theme.", THEMES, example="waste"))
    sectors = fields.Items("Its sectors with their shares.", SectorSchema, most=50)
    sdg_goals = fields.Codes("The sustainable development goals that it serves.", SDG_GOAL)
    sdg_targets = fields.Codes("Their targets.", SDG_TARGET)
    policy_markers = fields.Items("The policies it was screened for.", MarkerSchema, most=12)
    participating_organizations = fields.Items("Who takes part, the first first.", ParticipatingOrganizationSchema)
    participation = fields.Items("Which communities and layers of the population took part.", ParticipationSchema)
    decisions = fields.Items("The decisions that it cites.", CitedDecisionSchema, most=50)
    call = fields.Part("The call for nominations; of an award alone.", CallSchema)
    amount = fields.Part("What the winner gets; of an award alone.", AmountSchema)
    nominations = fields.Items("Who was nominated; of an award alone.", NominationSchema)
    jury = fields.Items("Who judges the nominations; of an award alone.", JurorSchema, most=50)
    results = RESULTS
    actions = ACTIONS
    transitions = fields.Moves(PROJECT_LIFECYCLE)
    moves = fields.Items("Its way along the lifecycle.", ProjectMoveSchema, dump_only=True)
    internal_note = fields.Remark("A note for the own staff.", 4000, lines=True, audience="city", example="Ask in May.")
    visibility = fields.Code(
        "Who sees it: own staff, both sides of the link, or everyone; never more than its link.", VISIBILITIES
    )
    reason = fields.Text(
        "The reason that `status` demands.",
        1000,
        lines=True,
        load_only=True,
        create_only=True,
        example="Waiting for the rains to end.",
    )


class ProjectTransitionSchema(Schema):
    """A move along the lifecycle."""

    to = fields.Code("The state to enter.", PROJECT_LIFECYCLE.states, required=True, example="implementation")
    on = fields.Date(
        "The day it happened; it becomes the actual start or end where there is none yet. Default: today.",
        example="2022-02-01",
    )
    reason = fields.Text(
        "The reason, where the state demands one.", 1000, lines=True, example="Waiting for the rains to end."
    )
