"""Delegations and their participants on the wire."""

from stedenband.cities.schemas import DecisionSchema, RecordSchema
from stedenband.core.records import VISIBILITIES
from stedenband.delegations.models import (
    CAPACITIES,
    CHECKLIST_STATES,
    DELEGATION_LIFECYCLE,
    DIRECTIONS,
    PAYERS,
    Delegation,
    Participant,
)
from stedenband.delegations.models.delegation import LONGEST_REPORT
from stedenband.delegations.schemas.attached import AttachedSchema
from stedenband.delegations.schemas.program import ProgramWithinSchema
from stedenband.delegations.schemas.records import FollowUpSchema, GiftSchema, MeetingSchema
from stedenband.delegations.schemas.travel import TravelLegSchema
from stedenband.web import fields
from stedenband.web.schema import Schema


def point(of: str) -> fields.Code:
    """Return the field of one point of a checklist."""
    return fields.Code(f"Whether the {of} is done.", CHECKLIST_STATES, example="done")


class ChecklistSchema(Schema):
    """What a participant needs to be able to travel; deleted 90 days after the return."""

    passport_valid_until = fields.Date("Last day of the passport.", example="2031-05-31")
    visa = point("visa")
    vaccination = point("vaccination")
    insurance = point("insurance")
    registration = point("registration with the foreign ministry")
    blocking = fields.Flag(
        "Whether the delegation waits for what is open; where nothing is said, it does.", example=True
    )


class TravelerSchema(Schema):
    """A person in a delegation."""

    model = Participant

    contact = fields.Reference("The person.", "/contacts/{id}", required=True, audience="link")
    city = fields.Reference(
        "The person's city: the one that travels, by default, or the one that receives.",
        "/partnerCities/{id}",
        title="name",
    )
    capacity = fields.Code("In which capacity.", CAPACITIES, required=True, example="staff")
    leader = fields.Flag("Whether the person leads the delegation.", load_default=False, example=False)
    payer = fields.Code("Who pays for the person.", PAYERS, audience="link", example="originCity")
    checklist = fields.Part(
        "What the person needs to be able to travel; for the staff of the person's city alone. One that is not sent"
        " stays as it is.",
        ChecklistSchema,
        audience="city",
    )


class AboutProjectSchema(Schema):
    """A project that the delegation is about."""

    exchange_project = fields.Reference("The project.", "/exchangeProjects/{id}", required=True)


class EstimatedCostSchema(Schema):
    """An amount of money."""

    value = fields.Amount("How much.", required=True, attribute="estimated_cost_value", example="8500.00")
    currency = fields.CurrencyCode("The currency.", required=True, attribute="estimated_cost_currency", example="EUR")


class VisitReportSchema(Schema):
    """What came of the visit."""

    what_was_done = fields.Remark("What was done.", LONGEST_REPORT, lines=True, example="Visited the landfill (demo).")
    results = fields.Remark("What came of it.", LONGEST_REPORT, lines=True, example="A joint plan (demo).")
    follow_up = fields.Remark("What follows from it.", LONGEST_REPORT, lines=True, example="A training (demo).")


class PublishedVisitReportSchema(Schema):
    """The report as everyone reads it."""

    what_was_done = fields.Remark("What was done.", LONGEST_REPORT, lines=True, attribute="public_deeds")
    results = fields.Remark("What came of it.", LONGEST_REPORT, lines=True, attribute="public_results")
    follow_up = fields.Remark("What follows from it.", LONGEST_REPORT, lines=True, attribute="public_follow_up")


class DelegationMoveSchema(Schema):
    """A move along the lifecycle."""

    status = fields.Code("The state entered.", DELEGATION_LIFECYCLE.states, dump_only=True, example="approved")
    moved_at = fields.Instant("When.", dump_only=True, example="2026-02-01T09:30:00Z")
    reason = fields.Text("The reason given.", 1000, lines=True, dump_only=True, audience="link")


class DelegationSchema(RecordSchema):
    """A visit of one city of a link to another."""

    model = Delegation

    href = fields.Href("/delegations/{id}")
    owner = fields.Reference("The city that owns the record.", "/partnerCities/{id}", title="name", dump_only=True)
    title = fields.Text("Its title.", 200, required=True, example="Waste experts to Francistown (demo)")
    city_link = fields.Reference("The link it belongs to.", "/cityLinks/{id}", required=True, create_only=True)
    origin_city = fields.Reference(
        "The member of the link that travels.", "/partnerCities/{id}", title="name", required=True
    )
    host_city = fields.Reference(
        "The member of the link that receives.", "/partnerCities/{id}", title="name", required=True
    )
    direction = fields.Code("As the owner sees it; follows from the cities.", DIRECTIONS, dump_only=True)
    purpose = fields.LocalizedText(
        "Why it travels, in a few sentences.",
        4000,
        lines=True,
        example={"en": "The waste services of both cities learn from each other (demo)."},
    )
    arrival = fields.Date("The day it arrives.", example="2026-03-02")
    departure = fields.Date("The day it leaves.", example="2026-03-08")
    estimated_cost = fields.Part("What it is expected to cost.", EstimatedCostSchema)
    status = fields.Code(
        "Where it stands in its lifecycle; moved by transitions.", DELEGATION_LIFECYCLE.states, create_only=True
    )
    decision = fields.Part("The decision by which it was approved.", DecisionSchema, create_only=True)
    returned_on = fields.Date("The day it was back.", create_only=True, example="2026-03-09")
    report_due = fields.Date("The day its report is due: 30 days later.", dump_only=True, example="2026-04-08")
    projects = fields.Items("The projects that it is about.", AboutProjectSchema, most=50)
    participants = fields.Items("Who takes part.", TravelerSchema)
    travel_legs = fields.Items("How it travels, leg by leg.", TravelLegSchema)
    follow_ups = fields.Items("What follows from it.", FollowUpSchema, audience="link")
    gifts = fields.Items("What was given and received.", GiftSchema)
    meetings = fields.Items("Whom it met.", MeetingSchema, audience="link")
    report = fields.Part("The report, for both sides of the link.", VisitReportSchema, audience="link")
    report_publishable = fields.Flag(
        "Whether everyone who sees the delegation may read its report.", audience="link", example=True
    )
    published_report = fields.Part("The report, once it is publishable.", PublishedVisitReportSchema, dump_only=True)
    program_items = fields.Items(
        "Its program; sent where `select` names it.", ProgramWithinSchema, dump_only=True, on_demand=True
    )
    documents = fields.Items(
        "Pictures and files of it; sent where `select` names them.", AttachedSchema, dump_only=True, on_demand=True
    )
    transitions = fields.Moves(DELEGATION_LIFECYCLE)
    moves = fields.Items("Its way along the lifecycle.", DelegationMoveSchema, dump_only=True)
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
        example="The border is closed.",
    )


class DelegationTransitionSchema(Schema):
    """A move along the lifecycle."""

    to = fields.Code("The state to enter.", DELEGATION_LIFECYCLE.states, required=True, example="approved")
    decision = fields.Part("The decision, where the state demands one.", DecisionSchema)
    on = fields.Date("The day of return, for `returned`. Default: today.", example="2026-03-09")
    reason = fields.Text("The reason, where the state demands one.", 1000, lines=True, example="The border is closed.")
