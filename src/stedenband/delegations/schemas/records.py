"""Follow-up actions, gifts and meetings on the wire."""

from stedenband.delegations.models.records import GIFT_DIRECTIONS, FollowUp, Gift, Meeting
from stedenband.web import fields
from stedenband.web.schema import Schema


class FollowUpSchema(Schema):
    """An action that follows from a visit."""

    model = FollowUp

    action = fields.Remark("What is to be done.", 1000, lines=True, required=True, example="Send the manual (demo).")
    city = fields.Reference("Which city does it.", "/partnerCities/{id}", title="name")
    contact = fields.Reference("Who does it.", "/contacts/{id}")
    exchange_project = fields.Reference(
        "The project of the link that it is an action of: there it stands in `actions`.", "/exchangeProjects/{id}"
    )
    due_date = fields.Date("By when; `/reminders` tells it.", example="2026-05-01")
    done = fields.Flag("Whether it is done.", load_default=False, example=False)


class GiftValueSchema(Schema):
    """What a gift is worth."""

    value = fields.Amount("How much.", required=True, attribute="amount_value", example="25.00")
    currency = fields.CurrencyCode("The currency.", required=True, attribute="amount_currency", example="EUR")


class GiftSchema(Schema):
    """A gift."""

    model = Gift

    direction = fields.Code("As the city that owns the record sees it.", GIFT_DIRECTIONS, required=True)
    description = fields.Text("What it is.", 500, required=True, example="A basket (demo)")
    value = fields.Part("What it is worth.", GiftValueSchema)
    giver = fields.Remark("Who gave it.", 200, audience="link", example="An Example")
    receiver = fields.Remark("Who received it.", 200, audience="link", example="Another Example")


class MeetingSchema(Schema):
    """A meeting with an organization, a person, or both."""

    model = Meeting

    contact = fields.Reference("The person.", "/contacts/{id}")
    organization = fields.Reference("The organization.", "/organizations/{id}", title="name")
    program_item = fields.Reference(
        "The item of the program.", "/delegations/{delegation_id}/programItems/{id}", title="title"
    )
    summary = fields.Remark("What was said.", 4000, lines=True, example="Both want a joint training (demo).")
