"""PartnerCity: every local government in the register, one's own included."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Computed, Float, ForeignKey, Index, Text, case, func, or_, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.core.access import Role
from stedenband.core.records import LocalizedTexts, Owned, Record, localized, my_city, my_role, one_of, plain
from stedenband.core.words import say

TRAVEL_WARNINGS = ("holiday", "overlap", "passport", "train")
"""What is told of a delegation that is being prepared; each informs, unless its city says that it blocks."""
FARTHEST_TRAIN = 5000
"""Kilometers; the rules of cities say 750 or 1,000."""


class PartnerCity(Owned, Record):
    """A local government. Directory data: public unless its owner keeps it back; it stands in no link itself."""

    __tablename__ = "partner_city"
    __table_args__ = (
        plain("name", 200),
        localized("names", 200),
        CheckConstraint("country_code ~ '^[A-Z]{2}$'", name="country_code"),
        plain("subdivision", 200),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="location"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("population BETWEEN 0 AND 100000000", name="population"),
        CheckConstraint(
            "population_year IS NULL OR (population IS NOT NULL AND population_year BETWEEN 1800 AND 2200)",
            name="population_year",
        ),
        plain("timezone", 64),
        plain("website", 2000),
        CheckConstraint("wikidata_id ~ '^Q[1-9][0-9]{0,11}$'", name="wikidata_id"),
        CheckConstraint("geonames_id ~ '^[1-9][0-9]{0,9}$'", name="geonames_id"),
        CheckConstraint("nis_code ~ '^[0-9]{5}$'", name="nis_code"),
        CheckConstraint("enterprise_number ~ '^[01][0-9]{9}$'", name="enterprise_number"),
        plain("iati_identifier", 200),
        CheckConstraint(f"train_below_km BETWEEN 1 AND {FARTHEST_TRAIN}", name="train_below_km"),
        CheckConstraint(f"blocking_warnings <@ '{{{','.join(TRAVEL_WARNINGS)}}}'", name="blocking_warnings"),
        one_of("visibility", ("city", "public")),
        *(
            Index(
                f"uq_partner_city_{column}",
                "city_id",
                column,
                unique=True,
                postgresql_nulls_not_distinct=True,
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column in ("wikidata_id", "geonames_id", "nis_code", "enterprise_number", "iati_identifier")
        ),
        Index("ix_partner_city_name_sort", "name_sort", "id"),
        Index("ix_partner_city_country_code", "country_code", "name_sort", "id"),
        Index("ix_partner_city_population_ascending", "population", "id"),
        Index("ix_partner_city_population", text("population DESC NULLS LAST"), text("id DESC")),
        Index("ix_partner_city_updated_at", "updated_at", "id"),
        Index("ix_partner_city_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "name names country_code subdivision latitude longitude population population_year"
                " timezone website wikidata_id geonames_id nis_code enterprise_number iati_identifier train_below_km"
                " blocking_warnings name_sort search",
                "rules": {
                    "ck_partner_city_location": {
                        "field": "location",
                        "detail": say("Give latitude and longitude together."),
                        "status": 400,
                    },
                    "ck_partner_city_population_year": {
                        "field": "population.year",
                        "detail": say("Give the year (1800 to 2200) beside a value."),
                        "status": 400,
                    },
                    **{
                        f"uq_partner_city_{column}": {
                            "field": f"identifiers.{field}",
                            "detail": say("Another city of yours has this identifier."),
                            "status": 409,
                        }
                        for column, field in (
                            ("wikidata_id", "wikidataId"),
                            ("geonames_id", "geonamesId"),
                            ("nis_code", "nisCode"),
                            ("enterprise_number", "enterpriseNumber"),
                            ("iati_identifier", "iatiIdentifier"),
                        )
                    },
                },
            }
        },
    )

    name: Mapped[str]
    names: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    country_code: Mapped[str]
    subdivision: Mapped[str | None]
    latitude: Mapped[float | None] = mapped_column(Float(53))
    longitude: Mapped[float | None] = mapped_column(Float(53))
    population: Mapped[int | None]
    population_year: Mapped[int | None]
    timezone: Mapped[str | None]
    website: Mapped[str | None]
    wikidata_id: Mapped[str | None]
    geonames_id: Mapped[str | None]
    nis_code: Mapped[str | None]
    enterprise_number: Mapped[str | None]
    iati_identifier: Mapped[str | None]
    train_below_km: Mapped[int | None]
    blocking_warnings: Mapped[list[str] | None] = mapped_column(ARRAY(Text()))
    name_sort: Mapped[str] = mapped_column(Computed("fold(name)", persisted=True), deferred=True)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of(name, names)", persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(
        lazy="raise", primaryjoin="foreign(PartnerCity.city_id) == remote(PartnerCity.id)", viewonly=True
    )
    languages: Mapped[list["PartnerCityLanguage"]] = relationship(
        lazy="raise", order_by="PartnerCityLanguage.code", cascade="all, delete-orphan", passive_deletes=True
    )

    @classmethod
    def seen_as_city(cls, entity: Any) -> ColumnElement[bool]:
        """Tell whether the caller is staff of the city that made the row, or of the city it is."""
        return or_(entity.city_id == my_city(), entity.id == my_city())

    @classmethod
    def written_as_owner(cls) -> ColumnElement[bool]:
        """Tell whether the caller may write it: its own staff, or the administrator while it has no client."""
        return case((my_role() == Role.ADMIN.value, ~func.has_client(cls.id)), else_=cls.seen_as_city(cls))


class PartnerCityLanguage(Record):
    """An official language of a city (ISO 639-1)."""

    __tablename__ = "partner_city_language"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z]{2}$'", name="code"),
        {"info": {"impersonal": "partner_city_id code"}},
    )

    partner_city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
