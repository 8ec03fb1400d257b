"""What stands in a calendar, on the wire."""

from stedenband.insight.models import ENTRY_KINDS, ENTRY_STATUSES
from stedenband.web import fields
from stedenband.web.schema import Schema

MOST_ENTRIES = 1000


class EntrySchema(Schema):
    """A day, or several, of a record."""

    id = fields.Text(
        "Stays the same as long as there is the entry, in every calendar; its UID (RFC 5545).",
        100,
        dump_only=True,
        required=True,
        example=f"projectStart-{fields.EXAMPLE_ID}@stedenband",
    )
    kind = fields.Code("What it is about.", ENTRY_KINDS, dump_only=True, required=True, example="projectStart")
    on = fields.Date("The day, or the first of several.", dump_only=True, example="2026-12-31")
    until = fields.Date("The last day.", dump_only=True, example="2026-12-31")
    start = fields.Instant("When it begins, where it has hours.", dump_only=True, example="2026-12-31T08:00:00Z")
    end = fields.Instant("When it ends.", dump_only=True, example="2026-12-31T10:00:00Z")
    timezone = fields.TimeZone("In which time zone calendars show it.", dump_only=True, example="Africa/Gaborone")
    place = fields.Text("Where.", 200, dump_only=True, example="Francistown")
    status = fields.Code("Whether it is certain.", ENTRY_STATUSES, dump_only=True, example="confirmed")
    sequence = fields.Integer("Grows with every change of it.", 0, 2**31 - 1, dump_only=True, example=3)
    summary = fields.Text(
        "The entry in one sentence.", 600, dump_only=True, example="The project begins: Young people trained (demo)"
    )
    href = fields.Url(
        "The address of the record.",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/exchangeProjects/{fields.EXAMPLE_ID}",
    )
    title = fields.Text(
        "The record's title; of a contact its function, never a name.",
        500,
        dump_only=True,
        example="Young people trained (demo)",
    )
    changed_at = fields.Instant("When it last changed.", dump_only=True, example="2026-02-01T09:30:00Z")


class CalendarSchema(Schema):
    """The calendar of a city or of a link: what was in the last year and what comes, the earliest first."""

    self_ = fields.Url(
        "This calendar.",
        data_key="self",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/cityLinks/{fields.EXAMPLE_ID}/calendar",
    )
    title = fields.Text("Whose it is.", 200, dump_only=True, required=True, example="Genk – Francistown")
    entries = fields.Items("What stands in it.", EntrySchema, most=MOST_ENTRIES, dump_only=True, required=True)
    complete = fields.Flag("Whether these are all of them.", dump_only=True, required=True, example=True)


class CalendarQuery(Schema):
    """Which entries."""

    kind = fields.Repeated(fields.Code("Only entries of this kind.", ENTRY_KINDS))
