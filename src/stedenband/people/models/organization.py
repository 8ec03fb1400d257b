"""Organization: who takes part in a link beside the cities themselves."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.privacy import NOTE
from stedenband.core.records import VISIBILITIES, LocalizedTexts, Owned, Record, email, localized, one_of, phone, plain
from stedenband.core.words import say

ORGANIZATION_KINDS = ("10", "11", "15", "21", "22", "23", "24", "30", "40", "60", "70", "71", "72", "73", "80", "90")
"""The codes of IATI's codelist OrganisationType."""

SHARED_IN_A_LINK = "visibility <> 'link' OR city_link_id IS NOT NULL"
NAME_THE_LINK = "Name in `cityLink` the link whose both sides are to see this record."

IDENTIFIERS = (("enterprise_number", "enterpriseNumber"), ("iati_identifier", "iatiIdentifier"))


class Organization(Owned, Record):
    """An association, school, company, fund or authority; shared in one link at most."""

    __tablename__ = "organization"
    link_column = "city_link_id"
    __table_args__ = (
        plain("name", 200),
        localized("names", 200),
        one_of("kind", ORGANIZATION_KINDS),
        CheckConstraint("enterprise_number ~ '^[01][0-9]{9}$'", name="enterprise_number"),
        CheckConstraint(
            "plain_text(iati_identifier, 200, false) AND iati_identifier !~ '[/&|? ]'", name="iati_identifier"
        ),
        email("functional_mailbox"),
        phone("phone"),
        plain("website", 2000),
        plain("community", 200),
        localized("summary", 4000, lines=True),
        plain("internal_note", 4000, lines=True),
        one_of("visibility", VISIBILITIES),
        CheckConstraint(SHARED_IN_A_LINK, name="shared"),
        *(
            Index(
                f"uq_organization_{column}",
                "city_id",
                column,
                unique=True,
                postgresql_nulls_not_distinct=True,
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column, _ in IDENTIFIERS
        ),
        Index("ix_organization_enterprise_number", "enterprise_number"),
        Index("ix_organization_iati_identifier", "iati_identifier"),
        Index("ix_organization_name_sort", "name_sort", "id"),
        Index("ix_organization_kind", "kind", "name_sort", "id"),
        Index("ix_organization_visibility", "visibility", "name_sort", "id"),
        Index("ix_organization_updated_at", "updated_at", "id"),
        Index("ix_organization_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "name names kind partner_city_id city_link_id enterprise_number iati_identifier"
                " functional_mailbox phone website community summary name_sort search",
                "rules": {
                    "ck_organization_shared": {"field": "cityLink", "detail": NAME_THE_LINK, "status": 400},
                    **{
                        f"uq_organization_{column}": {
                            "field": f"identifiers.{field}",
                            "detail": say("Another organization of yours has this identifier."),
                            "status": 409,
                        }
                        for column, field in IDENTIFIERS
                    },
                },
            }
        },
    )

    name: Mapped[str]
    names: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    kind: Mapped[str]
    partner_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"), index=True)
    enterprise_number: Mapped[str | None]
    iati_identifier: Mapped[str | None]
    functional_mailbox: Mapped[str | None]
    phone: Mapped[str | None]
    website: Mapped[str | None]
    community: Mapped[str | None]
    summary: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    name_sort: Mapped[str] = mapped_column(Computed("fold(name)", persisted=True), deferred=True)
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("words_of(name || ' ' || coalesce(community, ''), names)", persisted=True), deferred=True
    )

    owner: Mapped["PartnerCity | None"] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys="Organization.city_id",
        primaryjoin="Organization.city_id == PartnerCity.id",
    )
    city: Mapped["PartnerCity | None"] = relationship(lazy="raise", foreign_keys="Organization.partner_city_id")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
