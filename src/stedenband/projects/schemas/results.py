"""Results and indicators on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.core.records import VISIBILITIES
from stedenband.projects.models import INDICATOR_MEASURES, LONGEST_FIGURE, RESULT_TYPES, Indicator, Result
from stedenband.projects.schemas.figures import Dimensions, value
from stedenband.web import fields
from stedenband.web.schema import Schema

BELOW = "/exchangeProjects/{exchange_project_id}"


class OfProjectSchema(RecordSchema):
    """What every record below a project shows of itself."""

    owner = fields.Reference("The city that owns the project.", "/partnerCities/{id}", title="name", dump_only=True)
    exchange_project = fields.Reference("The project it belongs to.", "/exchangeProjects/{id}", dump_only=True)
    internal_note = fields.Remark(
        "A note for the own staff.", 4000, lines=True, audience="city", example="Ask for the lists."
    )
    visibility = fields.Code("Who sees it: whoever sees the project.", VISIBILITIES, dump_only=True, example="link")


class ResultSchema(OfProjectSchema):
    """What a project is to bring about."""

    model = Result

    href = fields.Href(BELOW + "/results/{id}")
    type = fields.Code(
        "What it is (IATI codelist ResultType): 1 output, 2 outcome, 3 impact, 9 other.", RESULT_TYPES, required=True
    )
    title = fields.LocalizedText("Its title.", 300, required=True, example={"en": "Young people are trained (demo)"})
    description = fields.LocalizedText(
        "What it is, in a few sentences.", 4000, lines=True, example={"en": "In two workshops a year (demo)."}
    )
    position = fields.Integer("Its place among the results of the project.", 0, 199, example=1)


class BaselineSchema(Schema):
    """From where an indicator starts."""

    year = fields.Integer("The year it was measured in.", 1900, 2200, attribute="baseline_year", example=2019)
    date = fields.Date("The day it was measured on, in that year.", attribute="baseline_date", example="2019-12-31")
    value = value("baseline")
    comment = fields.LocalizedText(
        "What is said about it.", LONGEST_FIGURE, lines=True, attribute="baseline_comment", example={"en": "Demo."}
    )


class IndicatorSchema(OfProjectSchema):
    """By what a result is measured."""

    model = Indicator

    href = fields.Href(BELOW + "/indicators/{id}")
    result = fields.Reference(
        "The result that it measures.", BELOW + "/results/{id}", title="label", required=True, create_only=True
    )
    measure = fields.Code(
        "How it is measured (IATI codelist IndicatorMeasure): 1 unit, 2 percentage, 3 nominal, 4 ordinal,"
        " 5 qualitative.",
        INDICATOR_MEASURES,
        required=True,
    )
    ascending = fields.Flag("Whether more is better.", example=True)
    title = fields.LocalizedText("Its title.", 300, required=True, example={"en": "Young people trained (demo)"})
    description = fields.LocalizedText(
        "How it is counted, in a few sentences.", 4000, lines=True, example={"en": "Who attends both days (demo)."}
    )
    unit = fields.Text("In what it is counted, where the measure is 1.", 50, example="people")
    baseline = fields.Part("From where it starts.", BaselineSchema)
    dimensions = Dimensions("By what its figures may be broken down.")
    position = fields.Integer("Its place among the indicators of the result.", 0, 199, example=1)
