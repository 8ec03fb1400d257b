"""What acts on people's data, grounds of transfers and the processing register look like on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.core.privacy import Category, Ground
from stedenband.core.words import say
from stedenband.people.models import (
    ACT_KINDS,
    ACT_REASONS,
    FILE_NUMBER,
    PROTECTIONS,
    TRANSFER_KINDS,
    PrivacyAct,
    TransferGround,
)
from stedenband.web import fields
from stedenband.web.schema import Schema

FILED = fields.Pattern(
    "The number of the file that keeps the request; a number, so that no name is written here.",
    FILE_NUMBER,
    say("Give letters, digits, '.', '/', '_' and '-', at most 64 and no spaces."),
    example="DPO/2026-17",
)
MANY = 100_000


class SubjectSchema(Schema):
    """The record that an act was about."""

    table = fields.Text("What it is.", 64, dump_only=True, attribute="subject_table", example="contact")
    id = fields.Key("Its id.", dump_only=True, attribute="subject_id", example=fields.EXAMPLE_ID)


class PrivacyActSchema(RecordSchema):
    """An act on somebody's data: ids and counts, never a value."""

    model = PrivacyAct

    href = fields.Href("/privacyActs/{id}")
    owner = fields.Reference("The city that answers for it.", "/partnerCities/{id}", title="name", dump_only=True)
    kind = fields.Code("What was done.", ACT_KINDS, dump_only=True, required=True, example="erasure")
    reason = fields.Code("Why.", ACT_REASONS, dump_only=True, example="subjectRequest")
    file_number = fields.Pattern(
        "The number of the file.", FILE_NUMBER, FILED.hint, dump_only=True, example="DPO/2026-17"
    )
    subject = fields.Part("The record it was about.", SubjectSchema, dump_only=True)
    counts = fields.Counts("How many rows of what.", dump_only=True, required=True, example={"contact": 1})
    actor_name = fields.Text(
        "The API client that did it.", 100, dump_only=True, data_key="doneBy", example="North-South office"
    )
    visibility = fields.Code("Own staff alone see it.", ("city",), dump_only=True, required=True, example="city")


class ErasureRequestSchema(Schema):
    """Why a person is erased."""

    reason = fields.Code("Why (GDPR art. 17(1), 21).", ACT_REASONS, required=True, example="subjectRequest")
    file_number = FILED


class ReviewRequestSchema(Schema):
    """The contact is still needed and right."""

    review_on = fields.Date("When to look again: a day after today.", required=True, example="2100-01-01")


class TransferGroundSchema(RecordSchema):
    """On which ground a city's personal data goes to a partner city outside the European Economic Area."""

    model = TransferGround

    href = fields.Href("/transferGrounds/{id}")
    owner = fields.Reference("The city that sends the data.", "/partnerCities/{id}", title="name", dump_only=True)
    city = fields.Reference(
        "The partner city that gets it.", "/partnerCities/{id}", title="name", required=True, create_only=True
    )
    kind = fields.Code(
        "The ground (GDPR art. 45, 46, 49(1)); consent and contract do not serve public authorities in their public"
        " powers (art. 49(3)).",
        TRANSFER_KINDS,
        required=True,
        example="bindingInstrument",
    )
    reference = fields.Text(
        "The decision or document that it rests on.", 200, required=True, example="Council decision 2026/12"
    )
    valid_from = fields.Date("First day.", required=True, example="2020-01-01")
    valid_to = fields.Date("Last day; none: until further notice.", example="2200-12-31")
    visibility = fields.Code("Own staff alone see it.", ("city",), dump_only=True, required=True, example="city")


class SubjectAccessRequestSchema(Schema):
    """Who asks what is held on him or her: one of these is enough, more of them find more."""

    contact = fields.Reference("A contact.", "/contacts/{id}")
    email = fields.Email("An e-mail address.", example="ann.example@example.org")
    phone = fields.Phone("A telephone number.", example="+3289653600")
    name = fields.Text("Given and family name.", 201, example="Ann Example")
    file_number = FILED


class RetentionSchema(Schema):
    """How long data is kept."""

    period = fields.Text("ISO 8601 duration; none: as long as the record.", 20, dump_only=True, example="P2Y")
    since = fields.Text("What it is counted from.", 300, dump_only=True, required=True, example="The request.")


class ColumnsSchema(Schema):
    """Where the data stands."""

    table = fields.Text("The kind of record.", 64, dump_only=True, required=True, example="contact")
    names = fields.Names("Its properties.", dump_only=True, required=True)


class ProcessingSchema(Schema):
    """One processing of personal data (GDPR art. 30(1))."""

    category = fields.Code(
        "What kind of data.",
        tuple(each.value for each in Category),
        dump_only=True,
        required=True,
        example="identification",
    )
    purpose = fields.Text("What for.", 300, dump_only=True, required=True, example="Reaching people.")
    subjects = fields.Text("On whom.", 300, dump_only=True, required=True, example="Contacts of partnerships.")
    grounds = fields.Codes(
        "On which grounds: letters of GDPR art. 6(1).",
        fields.Code("A letter.", tuple(each.value for each in Ground), example="e"),
        dump_only=True,
        required=True,
    )
    retention = fields.Part("How long.", RetentionSchema, dump_only=True, required=True)
    recipients = fields.Names("Who reads it.", dump_only=True, required=True)
    places = fields.Items("Where it stands.", ColumnsSchema, dump_only=True, required=True)


class ProtectedCountrySchema(Schema):
    """A country to which data goes without further ground."""

    country_code = fields.Text("ISO 3166-1 alpha-2.", 2, dump_only=True, required=True, example="IS")
    protection = fields.Code("Why.", PROTECTIONS, dump_only=True, required=True, example="eea")
    valid_from = fields.Date("Since when.", dump_only=True, required=True, example="2018-07-20")
    valid_to = fields.Date("Until when.", dump_only=True, example="2031-12-27")
    reference = fields.Text("The decision.", 200, dump_only=True, required=True, example="Decision 2010/625/EU")


class ProcessingRegisterSchema(Schema):
    """The register of processing (GDPR art. 30), made from what every column says of itself."""

    controller = fields.Text(
        "Who answers for the data.", 300, dump_only=True, required=True, example="The city that owns the record."
    )
    processing = fields.Items("What is processed.", ProcessingSchema, dump_only=True, required=True)
    transfers = fields.Text(
        "On what condition data leaves the European Economic Area.", 500, dump_only=True, required=True, example="None."
    )
    protected_countries = fields.Items(
        "Where data goes without a recorded ground.", ProtectedCountrySchema, dump_only=True, required=True
    )
    security = fields.Names("How it is protected.", dump_only=True, required=True)


class HeldRecordSchema(Schema):
    """A record that is about the person or names it."""

    table = fields.Text("The kind of record.", 64, dump_only=True, required=True, example="contact")
    values = fields.AnyValue(
        "All that it holds, by property.", dump_only=True, required=True, example={"givenName": "Ann"}
    )


class HeldChangeSchema(Schema):
    """A change of a record on the person; values are not kept."""

    changed_at = fields.Instant("When.", dump_only=True, required=True, example="2026-02-01T09:30:00Z")
    operation = fields.Text("What.", 20, dump_only=True, required=True, example="created")
    table = fields.Text("The kind of record.", 64, dump_only=True, required=True, example="contact")
    id = fields.Key("Its id.", dump_only=True, required=True, example=fields.EXAMPLE_ID)


class HeldActSchema(Schema):
    """An earlier act on the person's data."""

    id = fields.Key("Its id.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    kind = fields.Code("What was done.", ACT_KINDS, dump_only=True, required=True, example="review")
    reason = fields.Code("Why.", ACT_REASONS, dump_only=True, example="subjectRequest")
    created_at = fields.Instant("When.", dump_only=True, required=True, example="2026-02-01T09:30:00Z")


class SubjectAccessSchema(Schema):
    """Everything that the caller's city holds on a person (GDPR art. 15)."""

    act = fields.Reference("The act that this was.", "/privacyActs/{id}", title="kind", dump_only=True, required=True)
    language = fields.Text("The language of its sentences.", 2, dump_only=True, required=True, example="en")
    made_at = fields.Instant("When it was collected.", dump_only=True, required=True, example="2026-02-01T09:30:00Z")
    controller = fields.Reference(
        "The city that answers for it.", "/partnerCities/{id}", title="name", dump_only=True, required=True
    )
    asked = fields.Part("What was looked for.", SubjectAccessRequestSchema, dump_only=True, required=True)
    records = fields.Items("The records.", HeldRecordSchema, most=MANY, dump_only=True, required=True)
    processing = fields.Items("What they are kept for.", ProcessingSchema, dump_only=True, required=True)
    changes = fields.Items("What was done with them.", HeldChangeSchema, most=MANY, dump_only=True, required=True)
    acts = fields.Items("Earlier acts.", HeldActSchema, most=MANY, dump_only=True, required=True)
    replies = fields.Integer(
        "Copies in kept replies, gone within a day.", 0, 2**31 - 1, dump_only=True, required=True, example=0
    )
    rights = fields.Names("What the person may ask.", dump_only=True, required=True)
