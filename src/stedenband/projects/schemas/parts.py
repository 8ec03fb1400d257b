"""The parts of an exchange project on the wire."""

from stedenband.projects.models import (
    ORGANISATION_ROLES,
    POPULATION_LAYERS,
    PROJECT_LIFECYCLE,
    SECTOR_VOCABULARIES,
    SIGNIFICANCES,
    Juror,
    Nomination,
    ParticipatingOrganization,
    Participation,
    ProjectSector,
)
from stedenband.web import fields
from stedenband.web.schema import Schema

SECTOR = fields.ListedCode(
    "The sector.", "dacSectors", "dacSectorCategories", form="[0-9]{3}([0-9]{2})?", required=True, example="14050"
)
MARKERS = tuple(str(number) for number in range(1, 13))
"""Codes of IATI's codelist PolicyMarker."""


class SectorSchema(Schema):
    """A sector and its share of the project."""

    model = ProjectSector

    vocabulary = fields.Code(
        "1: five-digit DAC sectors, 2: three-digit DAC categories (IATI codelist SectorVocabulary).",
        SECTOR_VOCABULARIES,
        load_default="1",
    )
    code = SECTOR
    percentage = fields.Number(
        "Its share; the shares of one vocabulary are 100 together.",
        0.01,
        100,
        decimals=2,
        load_default=100.0,
        example=100.0,
    )


class MarkerSchema(Schema):
    """How far the project pursues a policy; a policy that is absent was not screened."""

    code = fields.Code("The policy (IATI codelist PolicyMarker).", MARKERS, required=True)
    significance = fields.Code(
        "0: screened and not targeted, 1: significant, 2: principal (IATI codelist PolicySignificance).",
        SIGNIFICANCES,
        required=True,
        example="1",
    )


class ParticipatingOrganizationSchema(Schema):
    """An organization or a city in the project, in one role."""

    model = ParticipatingOrganization

    organization = fields.Reference("The organization.", "/organizations/{id}", title="name")
    city = fields.Reference("Or the city.", "/partnerCities/{id}", title="name")
    role = fields.Code(
        "1: funding, 2: accountable, 3: extending, 4: implementing (IATI codelist OrganisationRole).",
        ORGANISATION_ROLES,
        required=True,
        example="2",
    )
    lead = fields.Flag("Whether it leads the project; who leads is accountable.", load_default=False, example=False)


class ParticipationSchema(Schema):
    """A community or layer of the population that took part."""

    model = Participation

    community = fields.Text("The community.", 200, example="Women of the Block 5 ward (demo)")
    layer = fields.Code("The layer of the population.", POPULATION_LAYERS, example="women")
    city = fields.Reference("Of which city.", "/partnerCities/{id}", title="name")
    participants = fields.Integer("How many people took part.", 0, 100_000_000, example=40)
    year = fields.Integer("In which year.", 1900, 2200, example=2022)


class CitedDecisionSchema(Schema):
    """A decision that the project cites."""

    decision = fields.Reference("The decision.", "/decisions/{id}", title="subject", required=True)


class NominationSchema(Schema):
    """A ward, community or organization that was nominated."""

    model = Nomination

    name = fields.Text("The ward, community or organization; never a person.", 200, required=True, example="Block 5")
    organization = fields.Reference("The organization, where it has a record.", "/organizations/{id}", title="name")
    motivation = fields.Text("Why it was nominated.", 1000, lines=True, audience="link", example="Cleanest ward.")
    winner = fields.Flag("Whether it won.", load_default=False, example=False)


class JurorSchema(Schema):
    """Who judges the nominations. A name is for the own staff; both sides of a link know a person as a contact."""

    model = Juror

    function = fields.Text("In which function.", 200, required=True, example="City councilor")
    name = fields.Text("The name, where there is no contact.", 200, audience="city", example="An Example")
    contact = fields.Reference("The person, where it has a record.", "/contacts/{id}", audience="link")
    city = fields.Reference("For which city.", "/partnerCities/{id}", title="name")


class ProjectMoveSchema(Schema):
    """A move along the lifecycle."""

    status = fields.Code("The state entered.", PROJECT_LIFECYCLE.states, dump_only=True, example="implementation")
    moved_at = fields.Instant("When.", dump_only=True, example="2026-02-01T09:30:00Z")
    reason = fields.Text("The reason given.", 1000, lines=True, dump_only=True, audience="link")
