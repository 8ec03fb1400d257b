"""The codes of the sustainable development goals, as callers send them."""

from stedenband.web import fields

SDG_GOAL = fields.ListedCode("A sustainable development goal.", "sdgGoals", form="([1-9]|1[0-7])", example="12")
SDG_TARGET = fields.ListedCode(
    "A target of a sustainable development goal.",
    "sdgTargets",
    form=r"([1-9]|1[0-7])\.([1-9][0-9]?|[a-d])",
    example="12.5",
)
