"""What the record of change looks like on the wire."""

from stedenband.changes.models import OPERATIONS
from stedenband.core.words import say
from stedenband.web import fields
from stedenband.web.schema import Schema


class EntrySchema(Schema):
    """What every entry says: what happened to which record, and when."""

    href = fields.Url(
        "The address of the record.",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/cityLinks/{fields.EXAMPLE_ID}",
    )
    id = fields.Key("The id of the record.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    operation = fields.Code(
        "What happened; `withdrawn`: it left what you may see.", OPERATIONS, dump_only=True, required=True
    )
    version = fields.Integer(
        "The version it left the record at.", 1, 2**31 - 1, dump_only=True, required=True, example=2
    )
    changed_at = fields.Instant("When.", dump_only=True, required=True, example="2026-02-01T09:30:00Z")


class ChangeSchema(EntrySchema):
    """A change in the feed: what happened to which record, without values."""

    resource = fields.Text("The collection it belongs to.", 40, dump_only=True, required=True, example="cityLinks")
    fields_ = fields.Names(
        "The properties that changed, as far as you may read them.", data_key="fields", dump_only=True
    )


class ValuesSchema(Schema):
    """A property before and after."""

    old = fields.AnyValue("The value before; absent: none.", example="Genk")
    new = fields.AnyValue("The value after; absent: none.", example="Genk – Francistown")


class HistoryEntrySchema(EntrySchema):
    """A change of one record, with the values that the caller may read."""

    changed_by = fields.Text(
        "The API client, for both sides of the link.", 100, dump_only=True, example="North-South office"
    )
    changes = fields.ValuesByName("Per property the value before and after.", ValuesSchema, dump_only=True)


class SealSchema(Schema):
    """A seal: it tells whether the entries of the record of change up to it are as they were."""

    href = fields.Url(
        "The address of the list that begins with it.",
        required=True,
        example=f"{fields.EXAMPLE_BASE}/changes/seals?after=13",
    )
    id = fields.Text("Its number; each follows the one before.", 19, required=True, example="12")
    changes = fields.Integer("How many entries it is the first to hold.", 1, 2**53 - 1, required=True, example=57)
    digest = fields.Pattern(
        "SHA-256 of the seal before it and of those entries.",
        "[0-9a-f]{64}",
        say("Give 64 hexadecimal digits."),
        required=True,
        example="2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    )
    sealed_at = fields.Instant("When it was made.", required=True, example="2026-02-01T03:00:00Z")


class FeedQuery(Schema):
    """Parameters of the feed."""

    after = fields.Text("The cursor of the last page you have, taken from `next`; none: from the beginning.", 200)
    page_size = fields.Integer("Entries per page.", 1, 200, load_default=50, example=50)
