"""Result: what a project is to bring about; IATI's output, outcome and impact."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.privacy import NOTE
from stedenband.core.records import VISIBILITIES, LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.projects.models.exchange_project import ExchangeProject

if TYPE_CHECKING:
    from stedenband.projects.models.indicators import Indicator

RESULT_TYPES = ("1", "2", "3", "9")
"""The codes of IATI's codelist ResultType: output, outcome, impact, other."""


class Result(Owned, Record):
    """A result of a project; who owns it and who sees it is said by the project (trigger `inherit`)."""

    __tablename__ = "result"
    link_column = "city_link_id"
    __table_args__ = (
        one_of("type", RESULT_TYPES),
        localized("title", 300),
        localized("description", 4000, lines=True),
        plain("internal_note", 4000, lines=True),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        one_of("visibility", VISIBILITIES),
        UniqueConstraint("id", "exchange_project_id", name="uq_result_project"),
        Index("ix_result_exchange_project_id", "exchange_project_id", "position", "id"),
        Index("ix_result_city_link_id", "city_link_id"),
        Index("ix_result_search", "search", postgresql_using="gin"),
        {"info": {"impersonal": "exchange_project_id city_link_id type title description position label search"}},
    )

    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id"))
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    type: Mapped[str]
    title: Mapped[dict[str, Any]] = mapped_column(LocalizedTexts)
    description: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    position: Mapped[int] = mapped_column(server_default=text("0"))
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    label: Mapped[str] = mapped_column(Computed("one_text(title)", persisted=True))
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of('', title)", persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
    exchange_project: Mapped["ExchangeProject"] = relationship(lazy="raise")
    indicators: Mapped[list["Indicator"]] = relationship(
        lazy="raise", viewonly=True, order_by="Indicator.position, Indicator.id"
    )


ExchangeProject.__mapper__.add_property(
    "results", relationship(Result, lazy="raise", viewonly=True, order_by=(Result.position, Result.id))
)
