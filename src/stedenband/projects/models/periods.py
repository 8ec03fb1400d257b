"""Period of an indicator: what was promised for it, what is reported, and what was reached."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    and_,
    case,
    func,
    null,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.access import Permission, Relation
from stedenband.core.lifecycle import Lifecycle
from stedenband.core.privacy import AUDIT, NOTE
from stedenband.core.records import VISIBILITIES, LocalizedTexts, Owned, Record, Rule, one_of, plain
from stedenband.core.words import say
from stedenband.projects.models.exchange_project import ExchangeProject
from stedenband.projects.models.figures import Parts, figure, figure_rules
from stedenband.projects.models.indicators import Indicator
from stedenband.projects.models.period_figures import PeriodFigure

REPORT_LIFECYCLE = Lifecycle(
    initial="none",
    moves={
        "none": (),
        "draft": ("pending",),
        "pending": ("draft", "returned", "approved"),
        "returned": ("pending",),
        "approved": (),
    },
    demands={"returned": ("reason",)},
    either_side=frozenset({"draft", "pending"}),
    permissions={"returned": Permission.PERIODS_APPROVE, "approved": Permission.PERIODS_APPROVE},
)
"""How a report goes; writing one makes it a draft. Either side of the link submits it and takes it back."""

PERIOD_ACTS = ("approve", "return", "lock", "unlock")
ACT_MODES = ("allOrNothing", "perItem")
ACT_OUTCOMES = ("done", "unchanged", "failed", "notDone")
MOST_ACTS = 200
"""Periods that one call acts on."""

BY_DIMENSION = say("Break figures down by the dimensions that the indicator names.")
LOCKED = say("This period is locked. Ask a coordinator of the city that owns the project to unlock it.")

RULES: dict[str, Rule] = {
    "ck_period_end_date": {"field": "endDate", "detail": say("A period ends after it begins."), "status": 400},
    "ck_period_end_date_range": {"field": "endDate", "detail": say("Give a date from 1900 to 2200."), "status": 400},
    "ex_period_indicator": {
        "field": "startDate",
        "detail": say("Another period of this indicator covers part of this one."),
        "status": 409,
    },
    "indicator_of_same_project": {
        "field": "indicator",
        "detail": say("Name an indicator of the project that this period belongs to."),
        "status": 400,
    },
    "period_within_project": {
        "field": "startDate",
        "detail": say("A period lies within the planned or actual dates of its project."),
        "status": 409,
    },
    "periods_within_project": {
        "field": "plannedEnd",
        "detail": say("Periods of its indicators lie outside these dates. Change those first."),
        "status": 409,
    },
    "period_locked": {"field": "", "detail": LOCKED, "status": 409},
    "report_pending": {
        "field": "report",
        "detail": say("This report is pending. Take it back first, by the transition to draft."),
        "status": 409,
    },
    "report_moved": {
        "field": "to",
        "detail": say("Only a pending report is returned or approved. Read the period again."),
        "status": 409,
    },
    "approved_by_another": {
        "field": "",
        "detail": say("Another person or client than those who wrote this report approves it."),
        "status": 409,
    },
    "ck_period_report": {
        "field": "report",
        "detail": say("A report has a value, a comment or figures by dimension."),
        "status": 400,
    },
    "figures_are_kept": {
        "field": "",
        "detail": say(
            "Figures were reported for this period, or its target was revised: they are kept, so it is not deleted."
        ),
        "status": 409,
    },
    "target_reason": {
        "field": "targetReason",
        "detail": say("Say why a target that was set is changed."),
        "status": 400,
    },
    "target_dimensions": {"field": "target.disaggregation", "detail": BY_DIMENSION, "status": 400},
    "report_dimensions": {"field": "report.disaggregation", "detail": BY_DIMENSION, "status": 400},
    **figure_rules("period", "target"),
    **figure_rules("period", "report"),
}


class Period(Owned, Record):
    """A period; `report_*` is the figure under way, `actual_*` the one approved last, which the public reads.

    The database writes who reported, and `actual_*`, when a report is approved (trigger `guard_report`).
    """

    __tablename__ = "period"
    link_column = "city_link_id"
    __table_args__ = (
        CheckConstraint("start_date < end_date", name="end_date"),
        CheckConstraint("start_date BETWEEN '1900-01-01' AND '2200-12-31'", name="start_date"),
        CheckConstraint("end_date BETWEEN '1900-01-01' AND '2200-12-31'", name="end_date_range"),
        *figure("target"),
        *figure("actual"),
        *figure("report"),
        plain("target_reason", 1000, lines=True),
        plain("decision_reason", 1000, lines=True),
        plain("internal_note", 4000, lines=True),
        one_of("status", REPORT_LIFECYCLE.states),
        CheckConstraint(
            "status = 'none' OR num_nonnulls(report_value, report_comment, report_disaggregation) > 0", name="report"
        ),
        CheckConstraint("status <> 'returned' OR decision_reason IS NOT NULL", name="decision_reason_given"),
        one_of("visibility", VISIBILITIES),
        ForeignKeyConstraint(
            ["indicator_id", "exchange_project_id", "measure"],
            ["indicator.id", "indicator.exchange_project_id", "indicator.measure"],
            name="indicator_of_same_project",
            onupdate="CASCADE",
        ),
        Index("ix_period_exchange_project_id", "exchange_project_id", "start_date", "id"),
        Index("ix_period_indicator_id", "indicator_id", "start_date", "id"),
        Index("ix_period_city_link_id", "city_link_id"),
        Index("ix_period_end_date", "end_date", "id"),
        {
            "info": {
                "impersonal": "exchange_project_id city_link_id indicator_id measure start_date end_date locked status"
                " target_value target_comment target_disaggregation target_reason actual_value actual_comment"
                " actual_disaggregation approved_at report_value report_comment report_disaggregation decision_reason"
                " reported_at",
                "rules": RULES,
            }
        },
    )

    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id"))
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    indicator_id: Mapped[UUID]
    measure: Mapped[str]
    start_date: Mapped[date]
    end_date: Mapped[date]
    locked: Mapped[bool] = mapped_column(server_default=text("true"))
    target_value: Mapped[str | None]
    target_comment: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    target_disaggregation: Mapped[list[Any] | None] = mapped_column(Parts)
    target_reason: Mapped[str | None]
    actual_value: Mapped[str | None]
    actual_comment: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    actual_disaggregation: Mapped[list[Any] | None] = mapped_column(Parts)
    approved_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default=text("'none'"))
    report_value: Mapped[str | None]
    report_comment: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    report_disaggregation: Mapped[list[Any] | None] = mapped_column(Parts)
    reported_at: Mapped[datetime | None]
    reporter_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    reported_by: Mapped[str | None] = mapped_column(info=AUDIT.tag)
    decision_reason: Mapped[str | None]
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
    exchange_project: Mapped["ExchangeProject"] = relationship(lazy="raise")
    indicator: Mapped["Indicator"] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Period.indicator_id) == remote(Indicator.id)"
    )
    figures: Mapped[list["PeriodFigure"]] = relationship(
        lazy="raise", viewonly=True, order_by="PeriodFigure.recorded_at, PeriodFigure.id"
    )

    open_status: Mapped[str | None] = column_property(case((locked, null()), else_=status), deferred=True)
    """The state from which moves are open: none while it is locked."""

    @classmethod
    def relation(cls) -> ColumnElement[str]:
        """Let a member of the link report on whatever of its link it sees, also once the public sees it."""
        return case(
            (cls.written_as_owner(), Relation.OWNER.value),
            (and_(cls.seen_as_member(cls), cls.visibility != "city"), Relation.MEMBER.value),
            else_=Relation.READER.value,
        )


Period.__table__.append_constraint(  # type: ignore[attr-defined]
    ExcludeConstraint(
        (Period.__table__.c.indicator_id, "="),
        (func.daterange(Period.__table__.c.start_date, Period.__table__.c.end_date, "[]"), "&&"),
        name="ex_period_indicator",
        using="gist",
    )
)
