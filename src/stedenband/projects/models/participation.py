"""Who takes part in a project: organizations with their roles, communities and layers of the population."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.records import Keyed, Record, one_of, plain
from stedenband.core.words import say
from stedenband.people.models import Organization

ORGANISATION_ROLES = ("1", "2", "3", "4")
"""Codes of IATI's codelist OrganisationRole: funding, accountable, extending, implementing."""

POPULATION_LAYERS = (
    "adults",
    "children",
    "entrepreneurs",
    "farmers",
    "lgbtqi",
    "newcomers",
    "olderPeople",
    "peopleInPoverty",
    "peopleWithDisabilities",
    "students",
    "teachers",
    "volunteers",
    "women",
    "youngPeople",
)
"""Layers of the population that a glocal policy wants involved: our own short list."""


class ParticipatingOrganization(Keyed, Record):
    """An organization or a city in a project, in one role; at most one of them leads, and it is accountable."""

    __tablename__ = "exchange_project_organization"
    __table_args__ = (
        one_of("role", ORGANISATION_ROLES),
        CheckConstraint("num_nonnulls(organization_id, partner_city_id) = 1", name="target"),
        CheckConstraint("NOT lead OR role = '2'", name="lead"),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index(
            "uq_exchange_project_organization_role",
            "exchange_project_id",
            "role",
            "organization_id",
            "partner_city_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        ExcludeConstraint(
            ("exchange_project_id", "="),
            name="one_lead",
            using="btree",
            where=text("lead"),
            deferrable=True,
            initially="DEFERRED",
        ),
        {
            "info": {
                "impersonal": "exchange_project_id organization_id partner_city_id role lead position",
                "rules": {
                    "ck_exchange_project_organization_target": {
                        "field": "participatingOrganizations",
                        "detail": say("Name in each either an organization or a city."),
                        "status": 400,
                    },
                    "ck_exchange_project_organization_lead": {
                        "field": "participatingOrganizations",
                        "detail": say("Who leads is accountable: its role is 2."),
                        "status": 400,
                    },
                    "uq_exchange_project_organization_role": {
                        "field": "participatingOrganizations",
                        "detail": say("Name each organization or city once per role."),
                        "status": 400,
                    },
                    "one_lead": {
                        "field": "participatingOrganizations",
                        "detail": say("A project has one lead."),
                        "status": 400,
                    },
                },
            }
        },
    )

    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    partner_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    role: Mapped[str]
    lead: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int]

    organization: Mapped["Organization | None"] = relationship(lazy="raise")
    city: Mapped["PartnerCity | None"] = relationship(lazy="raise")


class Participation(Keyed, Record):
    """A community or layer of the population that took part, and how many people."""

    __tablename__ = "exchange_project_participation"
    __table_args__ = (
        plain("community", 200),
        one_of("layer", POPULATION_LAYERS),
        CheckConstraint("num_nonnulls(community, layer) > 0", name="somebody"),
        CheckConstraint("participants BETWEEN 0 AND 100000000", name="participants"),
        CheckConstraint("year BETWEEN 1900 AND 2200", name="year"),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index(
            "uq_exchange_project_participation",
            "exchange_project_id",
            "community",
            "layer",
            "partner_city_id",
            "year",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        {
            "info": {
                "impersonal": "exchange_project_id community layer partner_city_id participants year position",
                "rules": {
                    "ck_exchange_project_participation_somebody": {
                        "field": "participation",
                        "detail": say("Name in each a community, a layer of the population, or both."),
                        "status": 400,
                    },
                    "uq_exchange_project_participation": {
                        "field": "participation",
                        "detail": say("Name each community and layer once per city and year."),
                        "status": 400,
                    },
                },
            }
        },
    )

    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id", ondelete="CASCADE"), index=True)
    community: Mapped[str | None]
    layer: Mapped[str | None]
    partner_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    participants: Mapped[int | None]
    year: Mapped[int | None]
    position: Mapped[int]

    city: Mapped["PartnerCity | None"] = relationship(lazy="raise")
