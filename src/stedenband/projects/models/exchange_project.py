"""ExchangeProject: what a city does with its partners, or alone for a glocal policy; a yearly award is one too."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Float, ForeignKey, ForeignKeyConstraint, Index, Numeric, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.lifecycle import Lifecycle
from stedenband.core.privacy import NOTE
from stedenband.core.records import NOW, VISIBILITIES, Keyed, LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.core.words import say
from stedenband.policy.models import Decision, PolicyAction

if TYPE_CHECKING:
    from stedenband.projects.models.award import Juror, Nomination
    from stedenband.projects.models.classification import (
        ProjectMarker,
        ProjectSdgGoal,
        ProjectSdgTarget,
        ProjectSector,
        ProjectTheme,
    )
    from stedenband.projects.models.participation import ParticipatingOrganization, Participation

PROJECT_KINDS = ("project", "award")

PROJECT_LIFECYCLE = Lifecycle(
    initial="pipeline",
    moves={
        "pipeline": ("implementation", "suspended", "cancelled"),
        "implementation": ("finalisation", "closed", "suspended", "cancelled"),
        "finalisation": ("implementation", "closed", "suspended", "cancelled"),
        "closed": (),
        "suspended": ("pipeline", "implementation", "finalisation", "cancelled"),
        "cancelled": (),
    },
    demands={"suspended": ("reason",), "cancelled": ("reason",)},
)
"""The activity statuses of IATI; suspension and cancellation demand a reason."""

IATI_STATUS = (
    "CASE status WHEN 'pipeline' THEN '1' WHEN 'implementation' THEN '2' WHEN 'finalisation' THEN '3'"
    " WHEN 'closed' THEN '4' WHEN 'cancelled' THEN '5' ELSE '6' END"
)
"""The code of IATI's codelist ActivityStatus."""

MOST_MONEY = 15
"""Digits of an amount, two of them behind the point."""

DAYS = ("planned_start", "planned_end", "actual_start", "actual_end", "call_opens_on", "call_closes_on")

A_DAY = say("Give a date from 1900 to 2200.")


def _between(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN '1900-01-01' AND '2200-12-31'", name=f"{column}_range")


def _wire(column: str) -> str:
    part = {"call_opens_on": "call.opensOn", "call_closes_on": "call.closesOn"}
    head, *rest = column.split("_")
    return part.get(column) or head + "".join(map(str.capitalize, rest))


class ExchangeProject(Owned, Record):
    """A project; it is never seen by more people than its link, and ends no sooner than it begins."""

    __tablename__ = "exchange_project"
    link_column = "city_link_id"
    __table_args__ = (
        plain("title", 200),
        localized("summary", 4000, lines=True),
        one_of("kind", PROJECT_KINDS),
        one_of("status", PROJECT_LIFECYCLE.states),
        one_of("visibility", VISIBILITIES),
        plain("internal_note", 4000, lines=True),
        plain("location_name", 200),
        *(_between(column) for column in DAYS),
        CheckConstraint("planned_start <= planned_end", name="planned_end"),
        CheckConstraint("actual_start <= actual_end", name="actual_end"),
        CheckConstraint("call_opens_on <= call_closes_on", name="call_closes_on"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="location"),
        CheckConstraint("amount_value >= 0", name="amount_value"),
        CheckConstraint("amount_currency ~ '^[A-Z]{3}$'", name="amount_currency"),
        CheckConstraint("(amount_value IS NULL) = (amount_currency IS NULL)", name="amount"),
        CheckConstraint(
            "kind = 'award' OR num_nonnulls(call_opens_on, call_closes_on, amount_value) = 0", name="of_awards_alone"
        ),
        CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name="shared"),
        ForeignKeyConstraint(
            ["policy_action_id", "city_id"], ["policy_action.id", "policy_action.city_id"], name="action_of_own_plan"
        ),
        Index("ix_exchange_project_city_id_title", "city_id", "title_sort", "id"),
        Index("ix_exchange_project_city_link_id", "city_link_id", "title_sort", "id"),
        Index("ix_exchange_project_visibility", "visibility", "title_sort", "id"),
        Index("ix_exchange_project_title_sort", "title_sort", "id"),
        Index("ix_exchange_project_status", "status", "title_sort", "id"),
        Index("ix_exchange_project_kind", "kind", "title_sort", "id"),
        Index("ix_exchange_project_start_date", "start_date", "id"),
        Index("ix_exchange_project_start_date_descending", text("start_date DESC NULLS LAST"), text("id DESC")),
        Index("ix_exchange_project_end_date", "end_date", "id"),
        Index("ix_exchange_project_end_date_descending", text("end_date DESC NULLS LAST"), text("id DESC")),
        Index("ix_exchange_project_policy_action_id", "policy_action_id", "city_id"),
        Index("ix_exchange_project_updated_at", "updated_at", "id"),
        Index("ix_exchange_project_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "title summary kind status iati_status city_link_id policy_action_id planned_start"
                " planned_end actual_start actual_end start_date end_date location_name latitude longitude"
                " partner_city_id call_opens_on call_closes_on amount_value amount_currency title_sort search",
                "rules": {
                    **{
                        f"ck_exchange_project_{column}_range": {"field": _wire(column), "detail": A_DAY, "status": 400}
                        for column in DAYS
                    },
                    "ck_exchange_project_planned_end": {
                        "field": "plannedEnd",
                        "detail": say("A project is planned to end on or after the day it begins."),
                        "status": 400,
                    },
                    "ck_exchange_project_actual_end": {
                        "field": "actualEnd",
                        "detail": say("A project ends on or after the day it began."),
                        "status": 400,
                    },
                    "ck_exchange_project_call_closes_on": {
                        "field": "call.closesOn",
                        "detail": say("A call closes on or after the day it opens."),
                        "status": 400,
                    },
                    "ck_exchange_project_location": {
                        "field": "location",
                        "detail": say("Give latitude and longitude together."),
                        "status": 400,
                    },
                    "ck_exchange_project_amount": {
                        "field": "amount",
                        "detail": say("Give an amount together with its currency."),
                        "status": 400,
                    },
                    "ck_exchange_project_of_awards_alone": {
                        "field": "kind",
                        "detail": say("Only an award has a call, an amount, nominations and a jury."),
                        "status": 409,
                    },
                    "ck_exchange_project_shared": {
                        "field": "cityLink",
                        "detail": say("Name in `cityLink` the link whose both sides are to see this record."),
                        "status": 400,
                    },
                    "no_actual_date_in_the_future": {
                        "field": "actualStart",
                        "detail": say("An actual date is not in the future. Give a planned date instead."),
                        "status": 400,
                    },
                    "no_actual_end_in_the_future": {
                        "field": "actualEnd",
                        "detail": say("An actual date is not in the future. Give a planned date instead."),
                        "status": 400,
                    },
                    "project_not_wider_than_link": {
                        "field": "visibility",
                        "detail": say("A project cannot be seen by more people than its link. Widen the link first."),
                        "status": 409,
                    },
                    "link_takes_projects": {
                        "field": "cityLink",
                        "detail": say("A link that is dormant or ended takes no new projects."),
                        "status": 409,
                    },
                },
            }
        },
    )

    title: Mapped[str]
    summary: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    kind: Mapped[str] = mapped_column(server_default=text("'project'"))
    status: Mapped[str] = mapped_column(server_default=text("'pipeline'"))
    iati_status: Mapped[str] = mapped_column(Computed(IATI_STATUS, persisted=True))
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    policy_action_id: Mapped[UUID | None]
    planned_start: Mapped[date | None]
    planned_end: Mapped[date | None]
    actual_start: Mapped[date | None]
    actual_end: Mapped[date | None]
    start_date: Mapped[date | None] = mapped_column(Computed("coalesce(actual_start, planned_start)", persisted=True))
    end_date: Mapped[date | None] = mapped_column(Computed("coalesce(actual_end, planned_end)", persisted=True))
    location_name: Mapped[str | None]
    latitude: Mapped[float | None] = mapped_column(Float(53))
    longitude: Mapped[float | None] = mapped_column(Float(53))
    partner_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    call_opens_on: Mapped[date | None]
    call_closes_on: Mapped[date | None]
    amount_value: Mapped[Decimal | None] = mapped_column(Numeric(MOST_MONEY, 2))
    amount_currency: Mapped[str | None]
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    title_sort: Mapped[str] = mapped_column(Computed("fold(title)", persisted=True), deferred=True)
    search: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed("words_of(title || ' ' || coalesce(location_name, ''), summary)", persisted=True),
        deferred=True,
    )

    owner: Mapped["PartnerCity | None"] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys="ExchangeProject.city_id",
        primaryjoin="ExchangeProject.city_id == PartnerCity.id",
    )
    city: Mapped["PartnerCity | None"] = relationship(lazy="raise", foreign_keys="ExchangeProject.partner_city_id")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
    policy_action: Mapped["PolicyAction | None"] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin="foreign(ExchangeProject.policy_action_id) == remote(PolicyAction.id)",
    )
    themes: Mapped[list["ProjectTheme"]] = relationship(
        lazy="raise", order_by="ProjectTheme.code", cascade="all, delete-orphan", passive_deletes=True
    )
    sectors: Mapped[list["ProjectSector"]] = relationship(
        lazy="raise",
        order_by="ProjectSector.vocabulary, ProjectSector.code",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    sdg_goals: Mapped[list["ProjectSdgGoal"]] = relationship(
        lazy="raise", order_by="ProjectSdgGoal.code", cascade="all, delete-orphan", passive_deletes=True
    )
    sdg_targets: Mapped[list["ProjectSdgTarget"]] = relationship(
        lazy="raise", order_by="ProjectSdgTarget.code", cascade="all, delete-orphan", passive_deletes=True
    )
    policy_markers: Mapped[list["ProjectMarker"]] = relationship(
        lazy="raise", order_by="ProjectMarker.code", cascade="all, delete-orphan", passive_deletes=True
    )
    participating_organizations: Mapped[list["ParticipatingOrganization"]] = relationship(
        lazy="raise",
        order_by="ParticipatingOrganization.position, ParticipatingOrganization.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    participation: Mapped[list["Participation"]] = relationship(
        lazy="raise",
        order_by="Participation.position, Participation.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    decisions: Mapped[list["ProjectDecision"]] = relationship(
        lazy="raise", order_by="ProjectDecision.decision_id", cascade="all, delete-orphan", passive_deletes=True
    )
    actions: Mapped[list[Any]] = relationship(
        "FollowUp", lazy="raise", viewonly=True, order_by="FollowUp.due_date, FollowUp.id"
    )
    """Follow-ups of delegations, which the domain above this one holds."""
    nominations: Mapped[list["Nomination"]] = relationship(
        lazy="raise", order_by="Nomination.position, Nomination.id", cascade="all, delete-orphan", passive_deletes=True
    )
    jury: Mapped[list["Juror"]] = relationship(
        lazy="raise", order_by="Juror.position, Juror.id", cascade="all, delete-orphan", passive_deletes=True
    )
    moves: Mapped[list["ProjectMove"]] = relationship(
        lazy="raise", order_by="ProjectMove.id", cascade="all, delete-orphan", passive_deletes=True
    )


class ProjectDecision(Record):
    """A decision that a project cites."""

    __tablename__ = "exchange_project_decision"
    __table_args__ = (
        Index("ix_exchange_project_decision_decision_id", "decision_id", "exchange_project_id"),
        {"info": {"impersonal": "exchange_project_id decision_id"}},
    )

    exchange_project_id: Mapped[UUID] = mapped_column(
        ForeignKey("exchange_project.id", ondelete="CASCADE"), primary_key=True
    )
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), primary_key=True)

    decision: Mapped["Decision"] = relationship(lazy="raise")


class ProjectMove(Keyed, Record):
    """A move along the lifecycle."""

    __tablename__ = "exchange_project_move"
    __table_args__ = (
        one_of("status", PROJECT_LIFECYCLE.states),
        plain("reason", 1000, lines=True),
        {"info": {"impersonal": "exchange_project_id status moved_at reason"}},
    )

    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id", ondelete="CASCADE"), index=True)
    status: Mapped[str]
    moved_at: Mapped[datetime] = mapped_column(server_default=NOW)
    reason: Mapped[str | None]
