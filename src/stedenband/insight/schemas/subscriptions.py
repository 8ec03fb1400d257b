"""Subscriptions to calendars on the wire."""

from stedenband.insight.models import ENTRY_KINDS, SPOKEN, CalendarSubscription
from stedenband.web import fields
from stedenband.web.schema import Schema

EXAMPLE_INSTANT = "2026-02-01T09:30:00Z"


class CalendarSubscriptionSchema(Schema):
    """The address under which a phone reads one calendar, without the secret in it.

    That of a city, that of a link, or, with neither, the reminders of the caller.
    """

    model = CalendarSubscription

    href = fields.Href("/calendarSubscriptions/{id}")
    id = fields.Key("The id of this subscription.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    label = fields.Text("Where it is read, to know it again.", 100, required=True, example="Phone of the office")
    city = fields.Reference("The city whose calendar it is.", "/partnerCities/{id}", title="name")
    city_link = fields.Reference("The link whose calendar it is.", "/cityLinks/{id}")
    kinds = fields.CodeArray("Only entries of these kinds; absent or empty: of all.", ENTRY_KINDS)
    language = fields.Code("The language of its entries; absent: that of this request.", SPOKEN, example="nl")
    client = fields.Key(
        "The client whose rights it has: its id.",
        attribute="api_client_id",
        dump_only=True,
        required=True,
        example=fields.EXAMPLE_ID,
    )
    last_read_on = fields.Date("The day it was last read.", dump_only=True, example="2026-02-02")
    created_at = fields.Instant("When it was made.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    updated_at = fields.Instant("When it last changed.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    version = fields.Integer(
        "Counts the changes; part of the ETag.", 1, 2**31 - 1, dump_only=True, required=True, example=1
    )


class IssuedCalendarSubscriptionSchema(CalendarSubscriptionSchema):
    """A new subscription with its address, which is shown this once."""

    address = fields.Url(
        "What the phone subscribes to: keep it like a password. With webcal:// in place of https:// phones open it.",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/calendars/cal_this-part-of-the-address-is-shown-only-once",
    )
