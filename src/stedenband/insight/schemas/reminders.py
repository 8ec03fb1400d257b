"""What has to be done by a day, on the wire."""

from stedenband.insight.models import REMINDER_KINDS
from stedenband.insight.schemas.entries import EntrySchema
from stedenband.web import fields
from stedenband.web.schema import Schema

MOST_REMINDERS = 500
AHEAD = 90
"""Days for which reminders look ahead where nobody says otherwise."""


class ReminderSchema(EntrySchema):
    """Something to be done by a day: where, and what it is about."""

    id = fields.Text(
        "Stays the same as long as there is the reminder; the UID of its calendar entry.",
        100,
        dump_only=True,
        required=True,
        example=f"periodReport-{fields.EXAMPLE_ID}@stedenband",
    )
    kind = fields.Code("What is to be done.", REMINDER_KINDS, dump_only=True, required=True, example="periodReport")
    on = fields.Date(
        "The day: last of the period, project, plan or agreement, or that of the review.",
        dump_only=True,
        example="2025-12-31",
    )
    until = fields.Date("The same day.", dump_only=True, example="2025-12-31")
    overdue = fields.Flag("Whether the day has passed.", dump_only=True, example=True)
    summary = fields.Text(
        "The reminder in one sentence.", 600, dump_only=True, example="Report the figures: Young people trained (demo)"
    )
    href = fields.Url(
        "The address of the record.",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/exchangeProjects/{fields.EXAMPLE_ID}/periods/{fields.EXAMPLE_ID}",
    )


class RemindersSchema(Schema):
    """What has to be done, the earliest first."""

    self_ = fields.Url(
        "These reminders.", data_key="self", dump_only=True, required=True, example=f"{fields.EXAMPLE_BASE}/reminders"
    )
    reminders = fields.Items("The reminders.", ReminderSchema, most=MOST_REMINDERS, dump_only=True, required=True)
    complete = fields.Flag("Whether these are all of them.", dump_only=True, required=True, example=True)


class RemindersQuery(Schema):
    """Which reminders."""

    kind = fields.Repeated(fields.Code("Only what is to be done of this kind.", REMINDER_KINDS))
    ahead = fields.Integer(
        "How many days to look ahead; what is overdue is always there.", 0, 730, load_default=AHEAD, example=AHEAD
    )
