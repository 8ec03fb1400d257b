"""Indicator: by what a result is measured, from where it starts, and by what its figures are broken down."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.privacy import NOTE
from stedenband.core.records import VISIBILITIES, LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.core.words import say
from stedenband.projects.models.exchange_project import ExchangeProject
from stedenband.projects.models.figures import FIGURE_RULE, LONGEST_FIGURE, QUALITATIVE, figure_value
from stedenband.projects.models.results import Result

if TYPE_CHECKING:
    from stedenband.projects.models.periods import Period

INDICATOR_MEASURES = ("1", "2", "3", "4", QUALITATIVE)
"""The codes of IATI's codelist IndicatorMeasure: unit, percentage, nominal, ordinal, qualitative."""
IN_UNITS = "1"


class Indicator(Owned, Record):
    """An indicator of a result of the same project; who sees it is said by the project (trigger `inherit`)."""

    __tablename__ = "indicator"
    link_column = "city_link_id"
    __table_args__ = (
        one_of("measure", INDICATOR_MEASURES),
        localized("title", 300),
        localized("description", 4000, lines=True),
        plain("unit", 50),
        CheckConstraint(f"unit IS NULL OR measure = '{IN_UNITS}'", name="unit_of_measure"),
        CheckConstraint("baseline_year BETWEEN 1900 AND 2200", name="baseline_year"),
        CheckConstraint("baseline_date BETWEEN '1900-01-01' AND '2200-12-31'", name="baseline_date"),
        CheckConstraint("baseline_year = extract(year FROM baseline_date)", name="baseline_same_year"),
        figure_value("baseline"),
        localized("baseline_comment", LONGEST_FIGURE, lines=True),
        CheckConstraint("are_dimensions(dimensions)", name="dimensions"),
        plain("internal_note", 4000, lines=True),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        one_of("visibility", VISIBILITIES),
        ForeignKeyConstraint(
            ["result_id", "exchange_project_id"],
            ["result.id", "result.exchange_project_id"],
            name="result_of_same_project",
        ),
        UniqueConstraint("id", "exchange_project_id", "measure", name="uq_indicator_measure"),
        Index("ix_indicator_exchange_project_id", "exchange_project_id", "position", "id"),
        Index("ix_indicator_result_id", "result_id", "position", "id"),
        Index("ix_indicator_city_link_id", "city_link_id"),
        Index("ix_indicator_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "exchange_project_id city_link_id result_id measure ascending title description unit"
                " baseline_year baseline_date baseline_value baseline_comment dimensions position label search",
                "rules": {
                    "ck_indicator_unit_of_measure": {
                        "field": "unit",
                        "detail": say("Only what is measured in units (1) has a unit."),
                        "status": 400,
                    },
                    "ck_indicator_baseline_same_year": {
                        "field": "baseline.year",
                        "detail": say("Give the year of the date, or one of the two."),
                        "status": 400,
                    },
                    "ck_indicator_baseline_value": {**FIGURE_RULE, "field": "baseline.value"},
                    "used_dimensions": {
                        "field": "dimensions",
                        "detail": say("A period has figures by a dimension that you take away."),
                        "status": 409,
                    },
                    "result_of_same_project": {
                        "field": "result",
                        "detail": say("Name a result of the project that this indicator belongs to."),
                        "status": 400,
                    },
                },
            }
        },
    )

    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id"))
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    result_id: Mapped[UUID]
    measure: Mapped[str]
    ascending: Mapped[bool] = mapped_column(server_default=text("true"))
    title: Mapped[dict[str, Any]] = mapped_column(LocalizedTexts)
    description: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    unit: Mapped[str | None]
    baseline_year: Mapped[int | None]
    baseline_date: Mapped[date | None]
    baseline_value: Mapped[str | None]
    baseline_comment: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    dimensions: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default=text("'{}'"))
    position: Mapped[int] = mapped_column(server_default=text("0"))
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    label: Mapped[str] = mapped_column(Computed("one_text(title)", persisted=True))
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of('', title)", persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
    exchange_project: Mapped["ExchangeProject"] = relationship(lazy="raise")
    result: Mapped["Result"] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Indicator.result_id) == remote(Result.id)"
    )
    periods: Mapped[list["Period"]] = relationship(lazy="raise", viewonly=True, order_by="Period.start_date, Period.id")
