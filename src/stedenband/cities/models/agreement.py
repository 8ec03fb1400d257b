"""Agreement of a city link: a memorandum of understanding, its renewal, or a work program."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, and_, false, func, select, text
from sqlalchemy.dialects.postgresql import TSVECTOR, ExcludeConstraint
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from stedenband.cities.models.city_link import CityLink
from stedenband.cities.models.partner_city import PartnerCity
from stedenband.cities.models.themes import THEMES
from stedenband.core.privacy import NOTE, WITH_RECORD, Category, Personal
from stedenband.core.records import VISIBILITIES, Keyed, Owned, Record, one_of, plain
from stedenband.core.words import say

AGREEMENT_KINDS = ("memorandumOfUnderstanding", "renewal", "workProgram")
AGREEMENT_STATUSES = ("draft", "signed")

SIGNATURE = Personal(
    Category.SIGNATURE,
    say("People who signed an agreement for a city."),
    say("Showing who signed an agreement, for which city and in which function."),
    WITH_RECORD,
    shared=True,
)


class Agreement(Owned, Record):
    """An agreement; it belongs to the city that owns its link and is never seen by more people than the link."""

    __tablename__ = "agreement"
    link_column = "city_link_id"
    __table_args__ = (
        plain("title", 200),
        one_of("kind", AGREEMENT_KINDS),
        one_of("visibility", VISIBILITIES),
        plain("internal_note", 4000, lines=True),
        CheckConstraint("valid_from < valid_to", name="valid_to"),
        CheckConstraint("valid_from BETWEEN '1900-01-01' AND '2200-12-31'", name="valid_from"),
        CheckConstraint("valid_to BETWEEN '1900-01-01' AND '2200-12-31'", name="valid_to_range"),
        CheckConstraint("signed_on BETWEEN '1900-01-01' AND '2200-12-31'", name="signed_on"),
        Index("ix_agreement_city_link_id", "city_link_id", "valid_from", "id"),
        Index("ix_agreement_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "city_link_id title kind valid_from valid_to signed_on status search",
                "rules": {
                    "ck_agreement_valid_to": {
                        "field": "validTo",
                        "detail": say("An agreement ends after it begins."),
                        "status": 400,
                    },
                    "ck_agreement_valid_to_range": {
                        "field": "validTo",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                    "ex_agreement_period": {
                        "field": "validFrom",
                        "status": 409,
                        "detail": say("Another agreement of this kind in this link covers part of this period."),
                    },
                    "not_wider_than_link": {
                        "field": "visibility",
                        "status": 409,
                        "detail": say(
                            "An agreement cannot be seen by more people than its link. Widen the link first."
                        ),
                    },
                },
            }
        },
    )

    city_link_id: Mapped[UUID] = mapped_column(ForeignKey("city_link.id"))
    title: Mapped[str]
    kind: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    signed_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(
        Computed("CASE WHEN signed_on IS NULL THEN 'draft' ELSE 'signed' END", persisted=True)
    )
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of(title, NULL)", persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    city_link: Mapped["CityLink"] = relationship(lazy="raise")
    themes: Mapped[list["AgreementTheme"]] = relationship(
        lazy="raise", order_by="AgreementTheme.code", cascade="all, delete-orphan", passive_deletes=True
    )
    signatories: Mapped[list["AgreementSignatory"]] = relationship(
        lazy="raise",
        order_by="AgreementSignatory.position, AgreementSignatory.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


Agreement.__table__.append_constraint(  # type: ignore[attr-defined]
    ExcludeConstraint(
        (Agreement.__table__.c.city_link_id, "="),
        (Agreement.__table__.c.kind, "="),
        (func.daterange(Agreement.__table__.c.valid_from, Agreement.__table__.c.valid_to, "[]"), "&&"),
        name="ex_agreement_period",
        using="gist",
    )
)


class AgreementTheme(Record):
    """A theme of an agreement."""

    __tablename__ = "agreement_theme"
    __table_args__ = (
        one_of("code", THEMES),
        Index("ix_agreement_theme_code", "code", "agreement_id"),
        {"info": {"impersonal": "agreement_id code"}},
    )

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class AgreementSignatory(Keyed, Record):
    """Who signed, for which city, in which function. The name is personal data: changes leave no value of it."""

    __tablename__ = "agreement_signatory"
    __table_args__ = (
        plain("name", 200),
        plain("function", 200),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        {"info": {"impersonal": "agreement_id partner_city_id function position"}},
    )

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"), index=True)
    partner_city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), index=True)
    name: Mapped[str | None] = mapped_column(info=SIGNATURE.tag)
    function: Mapped[str]
    position: Mapped[int] = mapped_column(server_default=text("0"))

    city: Mapped["PartnerCity"] = relationship(lazy="raise")


RENEWAL_AHEAD = text("interval '12 months'")
"""How long before the end of the last agreement a link is due for renewal."""

_last_day = (
    select(func.max(Agreement.valid_to))
    .where(Agreement.city_link_id == CityLink.id, Agreement.status == "signed")
    .correlate_except(Agreement)
    .scalar_subquery()
)
CityLink.renewal_due = column_property(
    and_(CityLink.status != "ended", func.coalesce(_last_day <= func.current_date() + RENEWAL_AHEAD, false())),
    deferred=True,
)
