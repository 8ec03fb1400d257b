"""Figures: exact decimals kept as they were written, or words where a measure is qualitative; never a float."""

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB

from stedenband.core.records import Rule, localized
from stedenband.core.words import say

DECIMAL = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?"
"""At most 15 digits before and 6 behind the point: 1500, 12.50, -0.5."""
QUALITATIVE = "5"
DIMENSION = "[a-z][A-Za-z0-9]{0,39}"
"""A dimension by which figures are broken down: a word such as sex or ageGroup."""
MOST_PARTS = 100
LONGEST_FIGURE = 2000
"""Code points of a figure in words."""

Parts = JSONB(none_as_null=True)
"""What a figure is made of: an array of {dimension, category, value}."""

FIGURE_RULE: Rule = {
    "field": "",
    "detail": say("Give a decimal number such as 12.50, or words where the measure is 5 (qualitative)."),
    "status": 400,
}
PARTS_RULE: Rule = {
    "field": "",
    "detail": say("Only figures that are numbers are broken down, each part once."),
    "status": 400,
}


def figure_value(name: str) -> CheckConstraint:
    """Allow in `<name>_value` what the measure of the row asks for."""
    number = f"(measure = '{QUALITATIVE}' OR is_decimal({name}_value))"
    return CheckConstraint(f"plain_text({name}_value, {LONGEST_FIGURE}, true) AND {number}", name=f"{name}_value")


def figure(name: str) -> tuple[CheckConstraint, ...]:
    """Allow such a value, with a comment and what it is made of beside it."""
    parts = f"{name}_disaggregation"
    return (
        figure_value(name),
        localized(f"{name}_comment", LONGEST_FIGURE, lines=True),
        CheckConstraint(f"{parts} IS NULL OR (is_disaggregation({parts}) AND measure <> '{QUALITATIVE}')", name=parts),
    )


def figure_rules(table: str, name: str) -> dict[str, Rule]:
    """Return what the caller is told of such a figure."""
    return {
        f"ck_{table}_{name}_value": {**FIGURE_RULE, "field": f"{name}.value"},
        f"ck_{table}_{name}_disaggregation": {**PARTS_RULE, "field": f"{name}.disaggregation"},
    }
