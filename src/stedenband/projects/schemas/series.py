"""The series of an indicator on the wire: per period its target and its approved figure, as they were on a day."""

from stedenband.projects.models import INDICATOR_MEASURES
from stedenband.projects.schemas.figures import Disaggregation
from stedenband.projects.schemas.results import BELOW, BaselineSchema
from stedenband.web import fields
from stedenband.web.schema import Schema


class HeldSchema(Schema):
    """A figure as it was, and since when."""

    value = fields.Text("The figure.", 2000, lines=True, dump_only=True, example="100")
    comment = fields.LocalizedText("What is said about it.", 2000, lines=True, dump_only=True, example={"en": "Demo."})
    disaggregation = Disaggregation(dump_only=True)
    recorded_at = fields.Instant("Since when.", dump_only=True, example="2024-02-01T09:30:00Z")


class SeriesFigureSchema(HeldSchema):
    """A figure as it was, since when, and, for both sides of the link, by whom and why."""

    reason = fields.Text(
        "The reason given, for both sides of the link.",
        1000,
        lines=True,
        dump_only=True,
        example="Counted twice (demo).",
    )
    recorded_by = fields.Text(
        "The API client, for both sides of the link.", 100, dump_only=True, example="Demo: office of Genk"
    )


class SeriesPeriodSchema(Schema):
    """A period with what held for it."""

    href = fields.Href(BELOW + "/periods/{id}")
    id = fields.Key("The id of the period.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    start_date = fields.Date("First day.", dump_only=True, example="2024-01-01")
    end_date = fields.Date("Last day.", dump_only=True, example="2024-12-31")


class SeriesItemSchema(SeriesPeriodSchema):
    """A period with its target and its approved figure."""

    target = fields.Part("What was promised then.", SeriesFigureSchema, dump_only=True)
    actual = fields.Part("What was reached, as approved then.", SeriesFigureSchema, dump_only=True)


class SeriesIndicatorSchema(Schema):
    """An indicator, as far as its series needs it."""

    href = fields.Href(BELOW + "/indicators/{id}")
    id = fields.Key("Its id.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    title = fields.LocalizedText("Its title.", 300, dump_only=True, example={"en": "Young people trained (demo)"})
    measure = fields.Code("How it is measured.", INDICATOR_MEASURES, dump_only=True)
    unit = fields.Text("In what it is counted.", 50, dump_only=True, example="people")
    ascending = fields.Flag("Whether more is better.", dump_only=True, example=True)
    baseline = fields.Part("From where it starts.", BaselineSchema, dump_only=True)


class SeriesSchema(Schema):
    """The series of an indicator as of a day."""

    self_ = fields.Url(
        "This series.",
        data_key="self",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/exchangeProjects/{fields.EXAMPLE_ID}/indicators/{fields.EXAMPLE_ID}/series",
    )
    as_of = fields.Date("The day; absent: now.", dump_only=True, example="2024-06-01")
    indicator = fields.Part("The indicator, as it is now.", SeriesIndicatorSchema, dump_only=True, required=True)
    periods = fields.Items("Its periods, in order.", SeriesItemSchema, dump_only=True, required=True)


class SeriesQuery(Schema):
    """The day."""

    as_of = fields.Date(
        "How it stood at the end of this day (UTC): targets and approved figures of then. None: now.",
        example="2024-06-01",
    )
