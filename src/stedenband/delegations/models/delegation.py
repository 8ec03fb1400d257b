"""Delegation: a visit of one city of a link to another, from first idea to published report."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    Numeric,
    and_,
    case,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.access import Permission, Relation
from stedenband.core.lifecycle import Lifecycle
from stedenband.core.privacy import NOTE
from stedenband.core.records import NOW, VISIBILITIES, Keyed, LocalizedTexts, Owned, Record, localized, one_of, plain
from stedenband.core.words import say
from stedenband.delegations.models.tags import REPORTED
from stedenband.projects.models import ExchangeProject

if TYPE_CHECKING:
    from stedenband.delegations.models.participants import Participant
    from stedenband.delegations.models.program import ProgramItem
    from stedenband.delegations.models.records import FollowUp, Gift, Meeting
    from stedenband.delegations.models.travel import TravelLeg

DIRECTIONS = ("outbound", "inbound", "other")
"""Seen from the city that owns the record; 'other': between two other members of its link."""

DELEGATION_LIFECYCLE = Lifecycle(
    initial="draft",
    moves={
        "draft": ("approved", "cancelled"),
        "approved": ("travelling", "cancelled"),
        "travelling": ("returned",),
        "returned": ("reported",),
        "reported": ("closed",),
        "closed": (),
        "cancelled": (),
    },
    demands={"approved": ("decision",), "cancelled": ("reason",)},
    permissions={"approved": Permission.DELEGATIONS_APPROVE},
)
"""What a record itself must have to be in a state stands in `rules.delegations` and in the checks of the table."""

TRAVELED = ("returned", "reported", "closed")
"""States of a delegation that has been there."""
DAYS_TO_REPORT = 30
"""After its return (proposal of the project: a report is due within a month)."""
LONGEST_REPORT = 10_000

DAYS = ("arrival", "departure", "decision_date", "returned_on")
A_DAY = say("Give a date from 1900 to 2200.")
SIDES = say("Name two member cities of the link, one that travels and one that receives.")


def _day(column: str) -> dict[str, Any]:
    head, *rest = column.split("_")
    wire = {"decision_date": "decision.date"}.get(column) or head + "".join(map(str.capitalize, rest))
    return {"field": wire, "detail": A_DAY, "status": 400}


class Delegation(Owned, Record):
    """A visit; it is never seen by more people than its link, and in each state has what the state demands."""

    __tablename__ = "delegation"
    link_column = "city_link_id"
    __table_args__ = (
        plain("title", 200),
        localized("purpose", 4000, lines=True),
        one_of("status", DELEGATION_LIFECYCLE.states),
        one_of("visibility", VISIBILITIES),
        plain("decision_body", 200),
        plain("decision_reference", 200),
        *(plain(column, LONGEST_REPORT, lines=True) for column in ("what_was_done", "results", "follow_up")),
        plain("internal_note", 4000, lines=True),
        *(CheckConstraint(f"{day} BETWEEN '1900-01-01' AND '2200-12-31'", name=f"{day}_range") for day in DAYS),
        CheckConstraint("arrival <= departure", name="departure"),
        CheckConstraint("arrival <= returned_on", name="returned_on"),
        CheckConstraint("origin_city_id <> host_city_id", name="two_cities"),
        CheckConstraint("estimated_cost_value >= 0", name="estimated_cost_value"),
        CheckConstraint("estimated_cost_currency ~ '^[A-Z]{3}$'", name="estimated_cost_currency"),
        CheckConstraint("(estimated_cost_value IS NULL) = (estimated_cost_currency IS NULL)", name="estimated_cost"),
        CheckConstraint(
            "(decision_date IS NULL) = (decision_body IS NULL)"
            " AND (decision_date IS NULL) = (decision_reference IS NULL)",
            name="decision",
        ),
        CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name="shared"),
        CheckConstraint(
            "status = ANY ('{draft,cancelled}')"
            " OR num_nonnulls(purpose, arrival, departure, estimated_cost_value, decision_date) = 5",
            name="approved",
        ),
        CheckConstraint("status <> ALL ('{returned,reported,closed}') OR returned_on IS NOT NULL", name="returned"),
        CheckConstraint("status <> ALL ('{reported,closed}') OR what_was_done IS NOT NULL", name="reported"),
        Index("ix_delegation_city_id_arrival", "city_id", "arrival", "id"),
        Index("ix_delegation_city_link_id", "city_link_id", "arrival", "id"),
        Index("ix_delegation_visibility", "visibility", "arrival", "id"),
        Index("ix_delegation_arrival", "arrival", "id"),
        Index("ix_delegation_arrival_descending", text("arrival DESC NULLS LAST"), text("id DESC")),
        Index("ix_delegation_title_sort", "title_sort", "id"),
        Index("ix_delegation_status", "status", "arrival", "id"),
        Index("ix_delegation_report_due", "report_due", "id"),
        Index("ix_delegation_updated_at", "updated_at", "id"),
        Index("ix_delegation_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "title purpose status city_link_id origin_city_id host_city_id direction arrival"
                " departure estimated_cost_value estimated_cost_currency decision_date decision_body"
                " decision_reference returned_on report_due report_publishable title_sort search",
                "rules": {
                    **{f"ck_delegation_{day}_range": _day(day) for day in DAYS},
                    "ck_delegation_departure": {
                        "field": "departure",
                        "detail": say("A delegation leaves on or after the day it arrives."),
                        "status": 400,
                    },
                    "ck_delegation_returned_on": {
                        "field": "returnedOn",
                        "detail": say("A delegation returns on or after the day it arrives."),
                        "status": 400,
                    },
                    "ck_delegation_two_cities": {"field": "hostCity", "detail": SIDES, "status": 400},
                    "cities_of_the_link": {"field": "hostCity", "detail": SIDES, "status": 400},
                    "ck_delegation_estimated_cost": {
                        "field": "estimatedCost",
                        "detail": say("Give an amount together with its currency."),
                        "status": 400,
                    },
                    "ck_delegation_shared": {
                        "field": "visibility",
                        "detail": say("Only what stands in a link is shared with both its sides."),
                        "status": 409,
                    },
                    "ck_delegation_approved": {
                        "field": "status",
                        "detail": say(
                            "An approved delegation has a purpose, days, an estimated cost and the decision on it."
                        ),
                        "status": 409,
                    },
                    "ck_delegation_returned": {
                        "field": "status",
                        "detail": say("A delegation that is back has a day of return."),
                        "status": 409,
                    },
                    "ck_delegation_reported": {
                        "field": "report",
                        "detail": say("A delegation that is reported or closed has a report that says what was done."),
                        "status": 409,
                    },
                    "delegation_moves_on": {
                        "field": "to",
                        "detail": say("This state does not follow the one that the delegation is in."),
                        "status": 409,
                    },
                    "checklist_is_done": {
                        "field": "to",
                        "detail": say("A blocking point of a participant's checklist is open."),
                        "status": 409,
                    },
                    "delegation_not_wider_than_link": {
                        "field": "visibility",
                        "detail": say(
                            "A delegation cannot be seen by more people than its link. Widen the link first."
                        ),
                        "status": 409,
                    },
                    "return_in_the_future": {
                        "field": "on",
                        "detail": say("A day of return is not in the future."),
                        "status": 400,
                    },
                },
            }
        },
    )

    title: Mapped[str]
    purpose: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    status: Mapped[str] = mapped_column(server_default=text("'draft'"))
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    origin_city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), index=True)
    host_city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), index=True)
    direction: Mapped[str] = mapped_column(
        Computed(
            "CASE city_id WHEN origin_city_id THEN 'outbound' WHEN host_city_id THEN 'inbound' ELSE 'other' END",
            persisted=True,
        )
    )
    arrival: Mapped[date | None]
    departure: Mapped[date | None]
    estimated_cost_value: Mapped[Decimal | None] = mapped_column(Numeric(15, 2))
    estimated_cost_currency: Mapped[str | None]
    decision_date: Mapped[date | None]
    decision_body: Mapped[str | None]
    decision_reference: Mapped[str | None]
    returned_on: Mapped[date | None]
    report_due: Mapped[date | None] = mapped_column(Computed(f"returned_on + {DAYS_TO_REPORT}", persisted=True))
    what_was_done: Mapped[str | None] = mapped_column(info=REPORTED.tag)
    results: Mapped[str | None] = mapped_column(info=REPORTED.tag)
    follow_up: Mapped[str | None] = mapped_column(info=REPORTED.tag)
    report_publishable: Mapped[bool] = mapped_column(server_default=text("false"))
    internal_note: Mapped[str | None] = mapped_column(info=NOTE.tag)
    title_sort: Mapped[str] = mapped_column(Computed("fold(title)", persisted=True), deferred=True)
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of(title, purpose)", persisted=True), deferred=True)

    public_deeds: Mapped[str | None] = column_property(case((report_publishable, what_was_done)), deferred=True)
    public_results: Mapped[str | None] = column_property(case((report_publishable, results)), deferred=True)
    public_follow_up: Mapped[str | None] = column_property(case((report_publishable, follow_up)), deferred=True)
    """The report as far as everyone reads it who sees the delegation: not before it is publishable."""

    owner: Mapped["PartnerCity | None"] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys="Delegation.city_id",
        primaryjoin="Delegation.city_id == PartnerCity.id",
    )
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
    origin_city: Mapped["PartnerCity"] = relationship(lazy="raise", foreign_keys="Delegation.origin_city_id")
    host_city: Mapped["PartnerCity"] = relationship(lazy="raise", foreign_keys="Delegation.host_city_id")
    projects: Mapped[list["DelegationProject"]] = relationship(
        lazy="raise",
        order_by="DelegationProject.exchange_project_id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    participants: Mapped[list["Participant"]] = relationship(
        lazy="raise",
        order_by="Participant.position, Participant.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    program_items: Mapped[list["ProgramItem"]] = relationship(
        lazy="raise", viewonly=True, order_by="ProgramItem.starts_at, ProgramItem.id"
    )
    travel_legs: Mapped[list["TravelLeg"]] = relationship(
        lazy="raise", order_by="TravelLeg.position", cascade="all, delete-orphan", passive_deletes=True
    )
    follow_ups: Mapped[list["FollowUp"]] = relationship(
        lazy="raise", order_by="FollowUp.position, FollowUp.id", cascade="all, delete-orphan", passive_deletes=True
    )
    gifts: Mapped[list["Gift"]] = relationship(
        lazy="raise", order_by="Gift.position, Gift.id", cascade="all, delete-orphan", passive_deletes=True
    )
    meetings: Mapped[list["Meeting"]] = relationship(
        lazy="raise", order_by="Meeting.position, Meeting.id", cascade="all, delete-orphan", passive_deletes=True
    )
    documents: Mapped[list[Any]] = relationship(
        "Document", lazy="raise", viewonly=True, order_by="Document.title_sort, Document.id"
    )
    """What is attached to it, which the domain above this one holds."""
    moves: Mapped[list["DelegationMove"]] = relationship(
        lazy="raise", order_by="DelegationMove.id", cascade="all, delete-orphan", passive_deletes=True
    )

    @classmethod
    def relation(cls) -> ColumnElement[str]:
        """Let both sides of the link keep up a visit that they see, also once the public sees it."""
        return case(
            (cls.written_as_owner(), Relation.OWNER.value),
            (and_(cls.seen_as_member(cls), cls.visibility != "city"), Relation.MEMBER.value),
            else_=Relation.READER.value,
        )


class DelegationProject(Record):
    """A project that a delegation is about."""

    __tablename__ = "delegation_project"
    __table_args__ = (
        Index("ix_delegation_project_exchange_project_id", "exchange_project_id", "delegation_id"),
        {"info": {"impersonal": "delegation_id exchange_project_id"}},
    )

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"), primary_key=True)
    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id"), primary_key=True)

    exchange_project: Mapped["ExchangeProject"] = relationship(lazy="raise")


class DelegationMove(Keyed, Record):
    """A move along the lifecycle."""

    __tablename__ = "delegation_move"
    __table_args__ = (
        one_of("status", DELEGATION_LIFECYCLE.states),
        plain("reason", 1000, lines=True),
        CheckConstraint("status <> 'cancelled' OR reason IS NOT NULL", name="reason_given"),
        {"info": {"impersonal": "delegation_id status moved_at reason"}},
    )

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"), index=True)
    status: Mapped[str]
    moved_at: Mapped[datetime] = mapped_column(server_default=NOW)
    reason: Mapped[str | None]
