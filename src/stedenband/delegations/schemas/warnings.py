"""Warnings on the wire."""

from stedenband.cities.models import TRAVEL_WARNINGS
from stedenband.web import fields
from stedenband.web.schema import Schema


class WarnedOfSchema(Schema):
    """Another delegation."""

    href = fields.Url("Its address.", required=True, example=f"{fields.EXAMPLE_BASE}/delegations/{fields.EXAMPLE_ID}")
    id = fields.Key("Its id.", required=True, example=fields.EXAMPLE_ID)
    title = fields.Text("Its title.", 200, required=True, example="Youth workers to Francistown (demo)")


class WarningSchema(Schema):
    """A warning."""

    kind = fields.Code("What it is about.", TRAVEL_WARNINGS, required=True, example="train")
    name = fields.Text("The property of the delegation.", 200, required=True, example="travelLegs[0].mode")
    detail = fields.Text(
        "What is to be known, in the language of the reply.",
        1000,
        required=True,
        example="This flight is 320 km. Your city takes the train below 750 km.",
    )
    blocking = fields.Flag(
        "Whether it blocks, by the `travelRules` of the city that owns the delegation.", required=True, example=False
    )
    date = fields.Date("The day that it is about.", required=True, example="2026-03-01")
    delegation = fields.Part("The other visit of a person.", WarnedOfSchema)


class WarningsSchema(Schema):
    """What is to be known before a delegation travels; nothing more once it is back."""

    self_ = fields.Url(
        "These warnings.",
        data_key="self",
        required=True,
        example=f"{fields.EXAMPLE_BASE}/delegations/{fields.EXAMPLE_ID}/warnings",
    )
    warnings = fields.Items("The warnings, by kind.", WarningSchema, required=True)
