"""The program of a delegation on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.core.records import VISIBILITIES
from stedenband.delegations.models import ProgramItem
from stedenband.web import fields
from stedenband.web.schema import Schema


class ProgramItemSchema(RecordSchema):
    """What a delegation does when."""

    model = ProgramItem

    href = fields.Href("/delegations/{delegation_id}/programItems/{id}")
    owner = fields.Reference("The city that owns the delegation.", "/partnerCities/{id}", title="name", dump_only=True)
    delegation = fields.Reference("The delegation it belongs to.", "/delegations/{id}", dump_only=True)
    title = fields.Text("What is done.", 200, required=True, example="Visit to the landfill (demo)")
    start = fields.Instant("When it begins.", required=True, attribute="starts_at", example="2026-03-03T07:00:00Z")
    end = fields.Instant("When it ends.", required=True, attribute="ends_at", example="2026-03-03T09:30:00Z")
    timezone = fields.TimeZone(
        "The time zone in which calendars show it: that of the host, by default, or of the city that travels.",
        example="Africa/Gaborone",
    )
    place = fields.Text("Where.", 200, example="Landfill of Francistown (demo)")
    description = fields.Text("What it is about.", 4000, lines=True, example="With the waste service (demo).")
    host_contact = fields.Reference("Who receives.", "/contacts/{id}", audience="link")
    cancelled = fields.Flag("Whether it does not take place; as the whole delegation, or alone.", example=False)
    internal_note = fields.Remark(
        "A note for the own staff.", 4000, lines=True, audience="city", example="Bring boots."
    )
    visibility = fields.Code(
        "Who sees it: own staff, both sides of the link, or everyone; never more than its delegation.", VISIBILITIES
    )


class ProgramWithinSchema(Schema):
    """An item of the program within its delegation."""

    model = ProgramItem

    id = fields.Key("Its id.", dump_only=True, example=fields.EXAMPLE_ID)
    version = fields.Integer("Counts the changes.", 1, 2**31 - 1, dump_only=True, example=1)
    updated_at = fields.Instant("When it last changed.", dump_only=True, example="2026-02-01T09:30:00Z")
    title = fields.Text("What is done.", 200, example="Visit to the landfill (demo)")
    start = fields.Instant("When it begins.", attribute="starts_at", example="2026-03-03T07:00:00Z")
    end = fields.Instant("When it ends.", attribute="ends_at", example="2026-03-03T09:30:00Z")
    timezone = fields.TimeZone("The time zone in which calendars show it.", example="Africa/Gaborone")
    place = fields.Text("Where.", 200, example="Landfill of Francistown (demo)")
    cancelled = fields.Flag("Whether it does not take place.", example=False)
