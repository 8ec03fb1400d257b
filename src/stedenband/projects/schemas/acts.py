"""One act on many periods: what is asked, and what came of it for each."""

from typing import Any

from stedenband.projects.models import ACT_MODES, ACT_OUTCOMES, MOST_ACTS, PERIOD_ACTS
from stedenband.projects.schemas.results import BELOW
from stedenband.web import fields
from stedenband.web.schema import Schema

AN_ACT = "What is done: a report is approved or returned, a period is locked or unlocked."
REASON = "It agrees with the lists of attendance (demo)."


class PeriodActItemSchema(Schema):
    """A period that is acted on."""

    period = fields.Reference("The period.", BELOW + "/periods/{id}", title="label", required=True)
    version = fields.Integer(
        "Its version as it was read; asked for when a report is approved or returned.", 1, 2**31 - 1, example=3
    )
    reason = fields.Text("The reason, where it is another than that of the rest.", 1000, lines=True, example=REASON)


class PeriodActsRequestSchema(Schema):
    """An act on many periods of a project."""

    act = fields.Code(AN_ACT, PERIOD_ACTS, required=True)
    mode = fields.Code(
        "Whether all is undone where one fails, or each period stands for itself.",
        ACT_MODES,
        load_default=ACT_MODES[0],
    )
    reason = fields.Text("The reason; demanded when reports are returned.", 1000, lines=True, example=REASON)
    items = fields.Items("The periods, each once.", PeriodActItemSchema, least=1, most=MOST_ACTS, required=True)


class ProblemOf(fields.Field):
    """A problem document."""

    def documented(self) -> dict[str, Any]:
        """Return the component that all errors share."""
        return {"$ref": "#/components/schemas/Problem"}


class PeriodOutcomeSchema(Schema):
    """What came of it for one period."""

    href = fields.Url(
        "The address of the period.",
        dump_only=True,
        example=f"{fields.EXAMPLE_BASE}/exchangeProjects/{fields.EXAMPLE_ID}/periods/{fields.EXAMPLE_ID}",
    )
    id = fields.Key("The id of the period.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    outcome = fields.Code(
        "Done; unchanged, as it was so already; failed; or not done, as another failed.",
        ACT_OUTCOMES,
        dump_only=True,
        required=True,
    )
    version = fields.Integer("Its version now.", 1, 2**31 - 1, dump_only=True, example=4)
    problem = ProblemOf("Why it failed.", dump_only=True)


class PeriodActsSchema(Schema):
    """What came of an act on many periods."""

    act = fields.Code(AN_ACT, PERIOD_ACTS, dump_only=True, required=True)
    done = fields.Integer("How many periods were changed.", 0, MOST_ACTS, dump_only=True, required=True, example=1)
    failed = fields.Integer("How many failed.", 0, MOST_ACTS, dump_only=True, required=True, example=0)
    items = fields.Items(
        "What came of it for each period, in the order asked for.", PeriodOutcomeSchema, dump_only=True, required=True
    )
