"""A decision on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.policy.models import Decision
from stedenband.policy.models.decision import DECISION_VISIBILITIES
from stedenband.web import fields
from stedenband.web.schema import Schema


class DecidedLinkSchema(Schema):
    """A link that a decision is about."""

    city_link = fields.Reference("The link.", "/cityLinks/{id}", required=True)


class DecisionRecordSchema(RecordSchema):
    """What a council, college or board decided."""

    model = Decision

    href = fields.Href("/decisions/{id}")
    owner = fields.Reference("The city whose body decided.", "/partnerCities/{id}", title="name", dump_only=True)
    body = fields.Text("Who took it.", 200, required=True, example="City council of Genk")
    date = fields.Date("When it was taken.", required=True, attribute="decided_on", example="2004-06-24")
    reference = fields.Text("Its reference.", 200, required=True, example="GR/2004/117")
    subject = fields.Text("What it is about.", 300, required=True, example="City link with Francistown")
    summary = fields.LocalizedText(
        "What was decided, in a few sentences.", 4000, lines=True, example={"en": "The council approves the agreement."}
    )
    city_links = fields.Items("The links that it is about.", DecidedLinkSchema)
    internal_note = fields.Remark("A note for the own staff.", 4000, lines=True, audience="city", example="Ask in May.")
    visibility = fields.Code("Who sees it: own staff, or everyone.", DECISION_VISIBILITIES)
