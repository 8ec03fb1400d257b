"""What organizations and contacts look like on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.core.records import VISIBILITIES
from stedenband.people.models import (
    ADDRESS_KINDS,
    CONTACT_ROLES,
    LAWFUL_BASES,
    ORGANIZATION_KINDS,
    Contact,
    ContactEmail,
    ContactPhone,
    Organization,
)
from stedenband.web import fields
from stedenband.web.schema import Schema

LANGUAGE = fields.LanguageCode("A language.", example="nl")
CURSOR = "WyJuYW1lIiwiZXhhbXBsZSBhbm4iLCIwMTk5ZjNhMC03YzFlLTdhNTItOWQ2ZS0yZjRiOGMxZDBlMzciXQ"
CURRENT = (
    "Whether it stands for somebody: neither erased nor merged into another; in vCards so, unless asked otherwise."
)
SEEN_BY = "Who sees it: own staff, both sides of the link named in `cityLink`, or everyone."


class OrganizationIdentifiersSchema(Schema):
    """The organization's keys elsewhere."""

    enterprise_number = fields.EnterpriseNumber()
    iati_identifier = fields.IatiIdentifier()


class OrganizationSchema(RecordSchema):
    """An association, school, company, fund or authority."""

    model = Organization

    href = fields.Href("/organizations/{id}")
    owner = fields.Reference("The city that owns the record.", "/partnerCities/{id}", title="name", dump_only=True)
    name = fields.Text("Its name in its own language.", 200, required=True, example="Association of cities (demo)")
    names = fields.LocalizedText("Its name in other languages.", 200, example={"fr": "Association des villes (demo)"})
    kind = fields.Code("What it is (IATI codelist OrganisationType).", ORGANIZATION_KINDS, required=True, example="22")
    city = fields.Reference("The city where it is.", "/partnerCities/{id}", title="name")
    city_link = fields.Reference("The link that it is shared in.", "/cityLinks/{id}")
    identifiers = fields.Part("Its keys elsewhere.", OrganizationIdentifiersSchema)
    functional_mailbox = fields.Email("The mailbox of the organization, nobody's own.", example="info@example.org")
    phone = fields.Phone("Its telephone number (E.164).", example="+3222110000")
    website = fields.Url("Its website.", example="https://www.example.org")
    community = fields.Text(
        "The community or layer of the population that it stands for.", 200, example="Young people of Genk North"
    )
    summary = fields.LocalizedText(
        "What it does, in a few sentences.", 4000, lines=True, example={"en": "Shares vision at conferences."}
    )
    internal_note = fields.Remark("A note for the own staff.", 4000, lines=True, audience="city", example="Ask in May.")
    visibility = fields.Code(SEEN_BY, VISIBILITIES)
    possible_duplicates = fields.Matches(
        "Other organizations of the same name in the same country, or with the same identifier.",
        "/organizations/{id}",
        "duplicates_of_organization",
        title="name",
    )


class ContactEmailSchema(Schema):
    """An e-mail address of a person."""

    model = ContactEmail

    address = fields.Email("The address.", required=True, example="ann.example@example.org")
    kind = fields.Code("Whether it is for work or private.", ADDRESS_KINDS, load_default="work")


class ContactPhoneSchema(Schema):
    """A telephone number of a person."""

    model = ContactPhone

    number = fields.Phone("The number (E.164).", required=True, example="+3289653600")
    kind = fields.Code("Whether it is for work or private.", ADDRESS_KINDS, load_default="work")


class ContactRoleSchema(Schema):
    """What a person is in an organization or in a link, and when."""

    role = fields.Code("The role.", CONTACT_ROLES, required=True, example="coordinator")
    organization = fields.Reference("The organization.", "/organizations/{id}", title="name")
    city_link = fields.Reference("Or the link.", "/cityLinks/{id}")
    valid_from = fields.Date("First day.", example="2024-01-01")
    valid_to = fields.Date("Last day; none: until further notice.", example="2030-12-31")


class ContactSchema(RecordSchema):
    """A person, or the holder of a function. The public reads the function and its mailbox, never who it is."""

    model = Contact

    href = fields.Href("/contacts/{id}")
    owner = fields.Reference("The city that owns the record.", "/partnerCities/{id}", title="name", dump_only=True)
    display_name = fields.Text("Given and family name.", 201, dump_only=True, audience="link", example="Ann Example")
    given_name = fields.Text("Given name.", 100, audience="link", example="Ann")
    family_name = fields.Text("Family name.", 100, audience="link", example="Example")
    honorific = fields.Text("How to address the person.", 50, audience="link", example="Dr.")
    organization = fields.Reference("The organization.", "/organizations/{id}", title="name")
    city = fields.Reference("The city.", "/partnerCities/{id}", title="name")
    city_link = fields.Reference("The link that it is shared in.", "/cityLinks/{id}", audience="link")
    function = fields.Text("The function, open to everyone who sees the record.", 200, example="North-South officer")
    function_mailbox = fields.Email("The mailbox of the function, nobody's own.", example="north-south@example.org")
    emails = fields.Items("E-mail addresses, the best first.", ContactEmailSchema, most=20, audience="link")
    phones = fields.Items("Telephone numbers, the best first.", ContactPhoneSchema, most=20, audience="link")
    languages = fields.Codes(
        "Languages in which one can write or speak to the person (ISO 639-1).", LANGUAGE, audience="link"
    )
    roles = fields.Items(
        "What the person is in organizations and links.",
        ContactRoleSchema,
        most=50,
        audience="link",
        example=[{"role": "coordinator", "cityLink": {"id": fields.EXAMPLE_ID}, "validFrom": "2024-01-01"}],
    )
    lawful_basis = fields.Code(
        "The lawful basis of keeping this (GDPR, article 6(1)).", LAWFUL_BASES, required=True, audience="city"
    )
    purpose = fields.Remark(
        "What it is kept for.", 500, required=True, audience="city", example="Preparing the work program of the link."
    )
    source = fields.Remark("Where the data came from.", 500, audience="city", example="The person, by e-mail.")
    review_on = fields.Date("When to look whether it is still needed and right.", audience="city", example="2100-01-01")
    note = fields.Remark("A note for the own staff.", 4000, lines=True, audience="city", example="Prefers calls.")
    visibility = fields.Code(SEEN_BY, VISIBILITIES)
    erased_at = fields.Instant(
        "When the person was erased; what is left is an empty shell that others refer to.",
        dump_only=True,
        audience="city",
        example="2026-02-01T09:30:00Z",
    )
    merged_into = fields.Reference("The contact that it was merged into.", "/contacts/{id}", dump_only=True)
    possible_duplicates = fields.Matches(
        "Other contacts with the same name, e-mail address or telephone number.",
        "/contacts/{id}",
        "duplicates_of_contact",
        audience="link",
    )


class ContactMergeRequestSchema(Schema):
    """A merge of this contact into another of the own city."""

    into = fields.Reference("The contact that stays.", "/contacts/{id}", required=True)


class ContactSearchRequestSchema(Schema):
    """Whom to look for; what is given must all be true, of several values in one property one is enough."""

    q = fields.Text(
        "Words of the name or function, each by its beginning; accents, case and a small mistake are forgiven.",
        200,
        example="exam",
    )
    name = fields.Text("The whole name, given and family name in either order.", 201, example="Ann Example")
    email = fields.Email("An e-mail address of the person or of the function.", example="ann.example@example.org")
    phone = fields.Phone("A telephone number of the person.", example="+32 89 65 36 00")
    organization = fields.Codes("Organizations: their ids.", fields.Key("An id.", example=fields.EXAMPLE_ID))
    city = fields.Codes("Cities: their ids.", fields.Key("An id.", example=fields.EXAMPLE_ID))
    city_link = fields.Codes(
        "Links in which the contact is shared or has a role: their ids.",
        fields.Key("An id.", example=fields.EXAMPLE_ID),
    )
    role = fields.Codes("Roles.", fields.Code("A role.", CONTACT_ROLES))
    language = fields.Codes("Languages.", LANGUAGE)
    review_due = fields.Flag("Whether the day of review has come.", example=False)
    review_on_from = fields.Date("To be reviewed on or after.", example="2026-01-01")
    review_on_to = fields.Date("To be reviewed on or before.", example="2026-12-31")
    current = fields.Flag("Whether it stands for somebody: neither erased nor merged into another.", example=True)
    sort = fields.Code(
        "Order; '-' for descending.",
        ("name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt"),
        load_default="name",
    )
    after = fields.Text("The `cursor` of the page before.", 4000, example=CURSOR)
    page_size = fields.Integer("Items per page.", 1, 200, load_default=50, example=50)
    total = fields.Flag("Whether to count all that match.", load_default=False, example=True)


class ContactPageSchema(Schema):
    """A page of contacts that were looked for."""

    self_ = fields.Url(
        "Where the question was sent.",
        data_key="self",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/contacts/query",
    )
    items = fields.Items("The contacts of this page.", ContactSchema, dump_only=True, required=True)
    page_size = fields.Integer("Items per page.", 1, 200, dump_only=True, required=True, example=50)
    total = fields.Integer("All that match, when asked for.", 0, 2**31 - 1, dump_only=True, example=1)
    cursor = fields.Text(
        "Where to go on: send it as `after`; absent on the last page.",
        4000,
        dump_only=True,
        example=CURSOR,
    )
