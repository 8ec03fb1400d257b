"""What the register looks like on the wire."""

from stedenband.cities.models import (
    AGREEMENT_KINDS,
    AGREEMENT_STATUSES,
    LINK_KINDS,
    LINK_LIFECYCLE,
    MEMBER_ROLES,
    THEMES,
    TRAVEL_WARNINGS,
    Agreement,
    CityLink,
    PartnerCity,
)
from stedenband.cities.models.partner_city import FARTHEST_TRAIN
from stedenband.core.records import VISIBILITIES
from stedenband.core.words import say
from stedenband.web import fields
from stedenband.web.schema import Schema


class LocationSchema(Schema):
    """Where a city lies (WGS 84)."""

    latitude = fields.Number("Degrees north.", -90, 90, required=True, example=50.9667)
    longitude = fields.Number("Degrees east.", -180, 180, required=True, example=5.5)


class PopulationSchema(Schema):
    """How many people live there."""

    value = fields.Integer("Number of people.", 0, 100_000_000, required=True, attribute="population", example=65691)
    year = fields.Integer("Year of the count.", 1800, 2200, attribute="population_year", example=2017)


class IdentifiersSchema(Schema):
    """The city's keys elsewhere."""

    wikidata_id = fields.Pattern(
        "Wikidata item.", "Q[1-9][0-9]{0,11}", say("Give a Wikidata item such as Q12996."), example="Q12996"
    )
    geonames_id = fields.Pattern(
        "GeoNames id.", "[1-9][0-9]{0,9}", say("Give a GeoNames id: up to ten digits."), example="2796542"
    )
    nis_code = fields.Pattern(
        "NIS code (Statbel).", "[0-9]{5}", say("Give the five digits of a NIS code."), example="71016"
    )
    enterprise_number = fields.EnterpriseNumber()
    iati_identifier = fields.IatiIdentifier()


class TravelRulesSchema(Schema):
    """What a city has agreed on for the delegations that it owns."""

    train_below_km = fields.Integer(
        "Below how many kilometers nobody flies: a shorter flight is warned about.", 1, FARTHEST_TRAIN, example=750
    )
    blocking_warnings = fields.CodeArray(
        "Which warnings of its delegations block, and do not only inform: all when they travel, and all but a short"
        " passport when they are approved.",
        TRAVEL_WARNINGS,
    )


class RecordSchema(Schema):
    """What every record shows of itself."""

    id = fields.Key(
        "The id of this record.", dump_only=True, required=True, example="0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
    )
    created_at = fields.Instant("When it was made.", dump_only=True, required=True, example="2026-02-01T09:30:00Z")
    updated_at = fields.Instant("When it last changed.", dump_only=True, required=True, example="2026-02-01T09:30:00Z")
    published_at = fields.Instant("When it first became public.", dump_only=True, example="2026-02-01T09:30:00Z")
    version = fields.Integer(
        "Counts the changes; part of the ETag.", 1, 2**31 - 1, dump_only=True, required=True, example=1
    )


class PartnerCitySchema(RecordSchema):
    """A local government in the register, one's own included."""

    model = PartnerCity

    href = fields.Href("/partnerCities/{id}")
    owner = fields.Reference(
        "The city that owns the record; none: it belongs to the register.",
        "/partnerCities/{id}",
        title="name",
        dump_only=True,
    )
    name = fields.Text("Its name in its own language.", 200, required=True, example="Genk")
    names = fields.LocalizedText("Its name in other languages.", 200, example={"fr": "Genk"})
    country_code = fields.CountryCode("Its country.", required=True, example="BE")
    subdivision = fields.Text("Province, district or state.", 200, example="Limburg")
    location = fields.Part("Where it lies.", LocationSchema)
    population = fields.Part("How many people live there.", PopulationSchema)
    timezone = fields.TimeZone("IANA time zone.", example="Europe/Brussels")
    languages = fields.Codes(
        "Official languages (ISO 639-1; listed in /refData/languages).",
        fields.LanguageCode("A language.", example="nl"),
    )
    website = fields.Url("The city's website.", example="https://www.genk.be")
    identifiers = fields.Part("The city's keys elsewhere.", IdentifiersSchema)
    travel_rules = fields.Part("What it has agreed on for its delegations.", TravelRulesSchema)
    visibility = fields.Code(
        "Who sees it: own staff, or everyone. Public unless the caller may not publish.",
        ("city", "public"),
        example="public",
    )
    possible_duplicates = fields.Matches(
        "Other cities that may be the same.", "/partnerCities/{id}", "duplicates_of_partner_city", title="name"
    )


class MemberSchema(Schema):
    """A city in a link."""

    city = fields.Reference("The city.", "/partnerCities/{id}", title="name", required=True)
    role = fields.Code("Its role.", MEMBER_ROLES, load_default="partner", example="partner")


class DecisionSchema(Schema):
    """A decision of a council or college, as values."""

    date = fields.Date("When it was taken.", required=True, attribute="decision_date", example="2004-06-24")
    body = fields.Text("Who took it.", 200, required=True, attribute="decision_body", example="City council of Genk")
    reference = fields.Text("Its reference.", 200, required=True, attribute="decision_reference", example="GR/2004/117")


class MoveSchema(Schema):
    """A move along the lifecycle."""

    status = fields.Code("The state entered.", LINK_LIFECYCLE.states, dump_only=True, example="active")
    moved_at = fields.Instant("When.", dump_only=True, example="2026-02-01T09:30:00Z")
    decision = fields.Part("The decision it named.", DecisionSchema, dump_only=True)
    reason = fields.Text("The reason given.", 1000, lines=True, dump_only=True, audience="link")


class MergeSchema(Schema):
    """A city's word that this link is to be merged into another."""

    city = fields.Reference("The city that said so.", "/partnerCities/{id}", title="name", dump_only=True)
    into = fields.Reference("The link that is to stay.", "/cityLinks/{id}", dump_only=True)


class CityLinkSchema(RecordSchema):
    """A lasting link between two or more local governments."""

    model = CityLink

    href = fields.Href("/cityLinks/{id}")
    owner = fields.Reference(
        "The city that owns the record; none: it belongs to the register.",
        "/partnerCities/{id}",
        title="name",
        dump_only=True,
    )
    title = fields.Text("Its title; by default the names of its members.", 200, example="Genk – Francistown")
    kind = fields.Code("North-South link, twinning, SDG partnership, network or friendship.", LINK_KINDS, required=True)
    status = fields.Code(
        "Where it stands in its lifecycle; moved by transitions.",
        LINK_LIFECYCLE.states,
        create_only=True,
        example="active",
    )
    members = fields.Items("Its cities, in order.", MemberSchema, least=2, required=True)
    themes = fields.Codes("What it is about.", fields.Code("A theme.", THEMES, example="waste"))
    summary = fields.LocalizedText(
        "What it is, in a few sentences.",
        4000,
        lines=True,
        example={"en": "City link of Genk and Francistown since 2004."},
    )
    internal_note = fields.Remark(
        "A note for the own staff.", 4000, lines=True, audience="city", example="Renewal due."
    )
    start_date = fields.Date("When it began.", example="2004-06-24")
    end_date = fields.Date("When it ended.", example="2025-12-31")
    renewal_due = fields.Flag(
        "Whether its last signed agreement has ended or ends within 12 months.", dump_only=True, example=True
    )
    merged_into = fields.Reference("The link it was merged into.", "/cityLinks/{id}", dump_only=True)
    merge_confirmations = fields.Items(
        "Which cities want it merged into another link.", MergeSchema, dump_only=True, audience="link"
    )
    possible_duplicates = fields.Matches(
        "Open links of the same kind and members, of other owners.", "/cityLinks/{id}", "duplicates_of_city_link"
    )
    transitions = fields.Moves(LINK_LIFECYCLE)
    moves = fields.Items("Its way along the lifecycle.", MoveSchema, dump_only=True)
    visibility = fields.Code("Who sees it: own staff, both sides of the link, or everyone.", VISIBILITIES)
    decision = fields.Part("The decision that `status` demands.", DecisionSchema, load_only=True, create_only=True)
    reason = fields.Text(
        "The reason that `status` demands.",
        1000,
        lines=True,
        load_only=True,
        create_only=True,
        example="Both sides agreed.",
    )


class TransitionSchema(Schema):
    """A move along the lifecycle."""

    to = fields.Code("The state to enter.", LINK_LIFECYCLE.states, required=True, example="dormant")
    decision = fields.Part("The decision, where the state demands one.", DecisionSchema)
    reason = fields.Text(
        "The reason, where the state demands one.", 1000, lines=True, example="No activity since 2022."
    )


class MergeRequestSchema(Schema):
    """A merge of this link into another; it happens once the owners of both have said so."""

    into = fields.Reference("The link that stays: same kind, same members.", "/cityLinks/{id}", required=True)


class SignatorySchema(Schema):
    """Who signed, for which city."""

    city = fields.Reference("The city signed for.", "/partnerCities/{id}", title="name", required=True)
    function = fields.Text("In which function.", 200, required=True, example="Mayor")
    name = fields.Text("The name, for both sides of the link.", 200, audience="link", example="An Example")


class AgreementSchema(RecordSchema):
    """A memorandum of understanding, its renewal, or a work program."""

    model = Agreement

    href = fields.Href("/cityLinks/{city_link_id}/agreements/{id}")
    owner = fields.Reference(
        "The city that owns the record; none: it belongs to the register.",
        "/partnerCities/{id}",
        title="name",
        dump_only=True,
    )
    city_link = fields.Reference("The link it belongs to.", "/cityLinks/{id}", dump_only=True)
    title = fields.Text("Its title.", 200, required=True, example="Memorandum of understanding 2020–2025")
    kind = fields.Code("What it is.", AGREEMENT_KINDS, required=True)
    status = fields.Code("Signed once `signedOn` is given.", AGREEMENT_STATUSES, dump_only=True, example="signed")
    valid_from = fields.Date("First day.", required=True, example="2020-01-01")
    valid_to = fields.Date("Last day.", required=True, example="2025-12-31")
    signed_on = fields.Date("When it was signed; none: a draft.", example="2019-11-18")
    themes = fields.Codes("What it is about.", fields.Code("A theme.", THEMES, example="waste"))
    signatories = fields.Items("Who signed.", SignatorySchema)
    internal_note = fields.Remark(
        "A note for the own staff.", 4000, lines=True, audience="city", example="Ask the archive."
    )
    visibility = fields.Code("Who sees it; never more people than its link.", VISIBILITIES)
