"""Periods on the wire: what the public reads is what was promised and approved; the rest is for both sides."""

from stedenband.projects.models import (
    FIGURE_KINDS,
    INDICATOR_MEASURES,
    REPORT_LIFECYCLE,
    Period,
    PeriodFigure,
)
from stedenband.projects.schemas.figures import (
    ActualSchema,
    Disaggregation,
    ReportSchema,
    TargetSchema,
)
from stedenband.projects.schemas.results import BELOW, OfProjectSchema
from stedenband.web import fields
from stedenband.web.schema import Schema

WHY_NOW = "It was counted twice (demo)."


class PeriodFigureSchema(Schema):
    """A figure as it was, with when, by whom and why."""

    model = PeriodFigure

    kind = fields.Code("What it is.", FIGURE_KINDS, dump_only=True, example="target")
    value = fields.Text("The figure.", 2000, lines=True, dump_only=True, example="100")
    comment = fields.LocalizedText("What is said about it.", 2000, lines=True, dump_only=True, example={"en": "Demo."})
    disaggregation = Disaggregation(dump_only=True)
    reason = fields.Text("The reason given.", 1000, lines=True, dump_only=True, audience="link", example=WHY_NOW)
    recorded_at = fields.Instant("When.", dump_only=True, example="2026-02-01T09:30:00Z")
    recorded_by = fields.Text("The API client.", 100, dump_only=True, audience="link", example="Demo: office of Genk")


class PeriodSchema(OfProjectSchema):
    """A period of an indicator: what was promised for it, what is reported, what was reached."""

    model = Period

    href = fields.Href(BELOW + "/periods/{id}")
    indicator = fields.Reference(
        "The indicator.", BELOW + "/indicators/{id}", title="label", required=True, create_only=True
    )
    measure = fields.Code("How the indicator is measured.", INDICATOR_MEASURES, dump_only=True)
    start_date = fields.Date("First day.", required=True, example="2024-01-01")
    end_date = fields.Date("Last day.", required=True, example="2024-12-31")
    target = fields.Part("What was promised.", TargetSchema)
    target_reason = fields.Text(
        "Why the target was changed; asked for when one that was set is changed.",
        1000,
        lines=True,
        audience="link",
        example="The school takes part later (demo).",
    )
    actual = fields.Part("What was reached, as approved last.", ActualSchema, dump_only=True)
    locked = fields.Flag("Whether nothing can be reported now.", audience="link", example=True)
    status = fields.Code(
        "Where the report stands; moved by transitions.",
        REPORT_LIFECYCLE.states,
        dump_only=True,
        audience="link",
        example="approved",
    )
    report = fields.Part("What is reported; writing it makes it a draft.", ReportSchema, audience="link")
    reported_by = fields.Text(
        "The API client that wrote the report.", 100, dump_only=True, audience="link", example="Demo: Francistown"
    )
    reported_at = fields.Instant(
        "When the report was last written.", dump_only=True, audience="link", example="2025-01-15T09:30:00Z"
    )
    decision_reason = fields.Text(
        "The reason given when it was returned, approved, locked or unlocked last.",
        1000,
        lines=True,
        dump_only=True,
        audience="link",
        example=WHY_NOW,
    )
    transitions = fields.Moves(REPORT_LIFECYCLE, attribute="open_status")
    figures = fields.Items(
        "Every figure that was promised, submitted, returned or approved, in order; sent where `select` names it.",
        PeriodFigureSchema,
        dump_only=True,
        on_demand=True,
    )


class PeriodTransitionSchema(Schema):
    """A move of the report: submitted (pending), taken back (draft), returned or approved."""

    to = fields.Code("The state to enter.", REPORT_LIFECYCLE.states, required=True, example="pending")
    reason = fields.Text("The reason; demanded when a report is returned.", 1000, lines=True, example=WHY_NOW)
