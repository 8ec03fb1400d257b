"""Figures on the wire: a value as a string of digits or words, a comment, and what the value is made of."""

from typing import Any

from marshmallow import ValidationError

from stedenband.core.words import Rule, say
from stedenband.projects.models import DECIMAL, DIMENSION, LONGEST_FIGURE, MOST_PARTS
from stedenband.web import fields
from stedenband.web.schema import Schema, create_schema

HINT = say("Give a word of letters and digits that begins with a small letter, such as sex or ageGroup.")
PARTS = [{"dimension": "sex", "category": "women", "value": "60"}]


def dimension(**more: Any) -> fields.Pattern:
    """Return the field of one dimension."""
    return fields.Pattern("By what figures are broken down.", DIMENSION, HINT, example="sex", **more)


def value(of: str) -> fields.Figure:
    """Return the field of a figure; `of` is the column's prefix."""
    return fields.Figure(
        "The figure: a decimal number such as 12.50, exact as written; where the measure is 5 (qualitative), words.",
        LONGEST_FIGURE,
        lines=True,
        attribute=f"{of}_value",
        example="120",
    )


def comment(of: str) -> fields.LocalizedText:
    """Return the field of what is said about a figure."""
    return fields.LocalizedText(
        "What is said about it.",
        LONGEST_FIGURE,
        lines=True,
        attribute=f"{of}_comment",
        example={"en": "Counted at the door (demo)."},
    )


class DisaggregatedSchema(Schema):
    """A part of a figure: the category of a dimension, and its number."""

    dimension = dimension(required=True)
    category = fields.Text("Which part.", 100, required=True, example="women")
    value = fields.Pattern(
        "Its number.",
        rf"(?!-[0.]+$){DECIMAL}",
        say("Give a decimal number such as 12.50: at most 15 digits before and 6 behind the point."),
        required=True,
        example="60",
    )


class Disaggregation(fields.Field):
    """What a figure is made of: numbers by dimension and category, each once; kept as a whole."""

    def __init__(self, attribute: str | None = None, **more: Any) -> None:
        """Give the column."""
        super().__init__(
            "What it is made of, by the dimensions of the indicator.", attribute=attribute, example=PARTS, **more
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> list[dict[str, str]]:  # noqa: ARG002
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_PARTS:
            raise ValidationError(say("Give a JSON array of {least} to {most} items.", least=1, most=MOST_PARTS))
        parts = list(create_schema(DisaggregatedSchema)(many=True).load(value))
        if len({(part["dimension"], part["category"]) for part in parts}) < len(parts):
            raise ValidationError(Rule(say("Give each part once.")))
        return parts

    def documented(self) -> dict[str, Any]:
        """Return an array of parts."""
        known = DisaggregatedSchema().fields
        return {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_PARTS,
            "items": {
                "title": "Disaggregated",
                "type": "object",
                "description": "A part of a figure.",
                "required": list(known),
                "properties": {
                    name: {**field.documented(), "description": field.metadata["description"]}  # type: ignore[attr-defined]
                    for name, field in known.items()
                },
            },
        }


class Dimensions(fields.Field):
    """The dimensions by which figures may be broken down, each once, in alphabetical order."""

    def __init__(self, description: str) -> None:
        """Describe them."""
        super().__init__(description, example=["ageGroup", "sex"])
        self.code = dimension()
        self.codes = fields.Codes(description, self.code, most=20)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> list[str]:  # noqa: ARG002
        return list(self.codes.deserialize(value))

    def documented(self) -> dict[str, Any]:
        """Return an array of words."""
        return self.codes.documented()


class TargetSchema(Schema):
    """What was promised."""

    value = value("target")
    comment = comment("target")
    disaggregation = Disaggregation("target_disaggregation")


class ReportSchema(Schema):
    """What is reported, until it is approved."""

    value = value("report")
    comment = comment("report")
    disaggregation = Disaggregation("report_disaggregation")


class ActualSchema(Schema):
    """What was reached, as it was approved last."""

    value = value("actual")
    comment = comment("actual")
    disaggregation = Disaggregation("actual_disaggregation")
    approved_at = fields.Instant("When it was approved.", example="2026-02-01T09:30:00Z")
