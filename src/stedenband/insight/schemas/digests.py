"""Subscriptions to an e-mail about what is to be done, on the wire."""

from stedenband.insight.models import (
    DIGEST_OUTCOMES,
    DIGEST_REASONS,
    DIGEST_STATUSES,
    REMINDER_KINDS,
    SPOKEN,
    DigestSubscription,
)
from stedenband.insight.schemas.subscriptions import EXAMPLE_INSTANT
from stedenband.web import fields
from stedenband.web.schema import Schema


class DigestSubscriptionSchema(Schema):
    """An address that gets an e-mail, at most one a day, when there is something new to do."""

    model = DigestSubscription

    href = fields.Href("/digestSubscriptions/{id}")
    id = fields.Key("The id of this subscription.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    label = fields.Text("Who reads it, to know it again.", 100, required=True, example="Office of partnerships")
    email = fields.Email(
        "The address it is sent to; rather the mailbox of a function than that of a person.",
        required=True,
        example="partnerships@genk.example.org",
    )
    kinds = fields.CodeArray("Only reminders of these kinds; absent or empty: of all.", REMINDER_KINDS)
    language = fields.Code("The language of the e-mail; absent: that of this request.", SPOKEN, example="nl")
    status = fields.Code("Whether it is sent.", DIGEST_STATUSES, dump_only=True, required=True, example="active")
    reason = fields.Code("Why it is sent no more.", DIGEST_REASONS, dump_only=True, example="unsubscribed")
    last_on = fields.Date("The day of the last e-mail.", dump_only=True, example="2026-02-02")
    outcome = fields.Code(
        "What came of the last e-mail: `postponed` is tried again on the same day, `begun` may have arrived.",
        DIGEST_OUTCOMES,
        dump_only=True,
        example="sent",
    )
    client = fields.Key(
        "The client whose rights it has: its id.",
        attribute="api_client_id",
        dump_only=True,
        required=True,
        example=fields.EXAMPLE_ID,
    )
    created_at = fields.Instant("When it was made.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    updated_at = fields.Instant("When it last changed.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    version = fields.Integer(
        "Counts the changes; part of the ETag.", 1, 2**31 - 1, dump_only=True, required=True, example=1
    )
