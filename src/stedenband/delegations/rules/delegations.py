"""The rules of delegations: whose they are, what each state demands, and how they move along their lifecycle."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink, CityLinkMember, PartnerCity
from stedenband.cities.rules import may_publish, never_published
from stedenband.core.access import Actor
from stedenband.core.db import now
from stedenband.core.errors import INCORRECT, BadRequest, Conflict, Issue, MissingPermission
from stedenband.core.lifecycle import Transition
from stedenband.core.parts import assign, refer, referred, replace_parts, store, unseen
from stedenband.core.words import Rule, Said, say
from stedenband.delegations.models import (
    DELEGATION_LIFECYCLE,
    TRAVELED,
    Delegation,
    DelegationMove,
    DelegationProject,
    Participant,
)
from stedenband.delegations.models.participants import POINTS
from stedenband.delegations.rules.participants import replace_participants
from stedenband.delegations.rules.records import KINDS, replace_records
from stedenband.delegations.rules.travel import replace_legs
from stedenband.delegations.rules.warnings import is_not_blocked
from stedenband.projects.models import ExchangeProject

Data = dict[str, Any]

APPROVED = ("approved", "travelling", *TRAVELED)
NEEDS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    # states, column, name on the wire
    *((APPROVED, column, column) for column in ("purpose", "arrival", "departure")),
    (APPROVED, "estimated_cost_value", "estimatedCost"),
    (APPROVED, "decision_date", "decision"),
    (TRAVELED, "returned_on", "returnedOn"),
    (("reported", "closed"), "what_was_done", "report.whatWasDone"),
)
"""What a record must have to be in a state (domain description: purpose and cost before approval, then a report)."""

PARTS = frozenset({"participants", "projects", "travel_legs", *KINDS})

OWNERS = frozenset({"estimated_cost_value", "estimated_cost_currency", "report_publishable", "visibility", "projects"})
"""What only the owner city says, beside its notes and where the delegation goes."""


def create_delegation(session: Session, actor: Actor, data: Data) -> Delegation:
    """Add a delegation of the caller's city, in any state whose demands are met."""
    status = data.pop("status", DELEGATION_LIFECYCLE.initial)
    reason = data.pop("reason", None)
    DELEGATION_LIFECYCLE.check(None, status, {"decision": data.get("decision_date"), "reason": reason})
    if status in APPROVED:
        _may_approve(actor)
    delegation = Delegation(city_id=actor.city_id, status=status)
    delegation.city_link_id = _own_link(session, data.pop("city_link"))
    change_delegation(session, actor, delegation, data)
    is_not_blocked(session, delegation)
    session.add(DelegationMove(delegation_id=delegation.id, status=status, reason=reason))
    return delegation


def change_delegation(session: Session, actor: Actor, delegation: Delegation, data: Data) -> None:
    """Fill or change a delegation; cities, cost, projects and who sees it are the owner's to say."""
    if delegation.city_id != actor.own_city and (OWNERS | {"origin_city", "host_city"}) & set(data):
        raise MissingPermission(
            say("Only the city that owns a delegation changes its cities, cost, projects and who sees it.")
        )
    may_publish(actor, delegation, data)
    _name_cities(session, delegation, data)
    projects = [
        {"exchange_project_id": refer(session, ExchangeProject, each["exchange_project"], _at(index))}
        for index, each in enumerate(data.get("projects") or ())
    ]
    if len({each["exchange_project_id"] for each in projects}) < len(projects):
        raise BadRequest.at("body", "projects", Rule(say("Name each of these once.")))
    assign(delegation, {name: value for name, value in data.items() if name not in PARTS})
    if delegation.arrival and delegation.departure and delegation.departure < delegation.arrival:
        detail = say("A delegation leaves on or after the day it arrives.")
        both = ("arrival", "departure")
        raise BadRequest(INCORRECT, issues=[Issue("body", name, detail, "rejectedInput") for name in both])
    _has_what_it_needs(delegation)
    store(session, delegation)
    if "projects" in data:
        replace_parts(session, DelegationProject, {"delegation_id": delegation.id}, projects, ["exchange_project_id"])
    if "participants" in data:
        replace_participants(session, actor, delegation, data["participants"] or ())
    for name in KINDS:
        if name in data:
            replace_records(session, delegation, name, data[name] or ())
    if "travel_legs" in data:
        replace_legs(session, delegation, data["travel_legs"] or ())


def delete_delegation(_session: Session, _actor: Actor, delegation: Delegation) -> None:
    """Delete a delegation without a program that was never published."""
    never_published(delegation)


def move_delegation(session: Session, _actor: Actor, delegation: Delegation, move: Transition) -> None:
    """Move a delegation along its lifecycle; approval records the decision, the return its day."""
    assign(delegation, move.said.get("decision") or {})
    if move.to == "returned":
        delegation.returned_on = move.said.get("on") or now().date()
    elif "on" in move.said:
        detail = say("Only the return of a delegation takes a day.")
        raise Conflict(detail, issues=[Issue("body", "on", detail, "rejectedInput")])
    delegation.status = move.to
    _has_what_it_needs(delegation)
    if move.to == "travelling":
        _is_ready(session, delegation)
    is_not_blocked(session, delegation)
    session.add(DelegationMove(delegation_id=delegation.id, status=move.to, reason=move.said.get("reason")))


def _may_approve(actor: Actor) -> None:
    if not actor.may(DELEGATION_LIFECYCLE.permissions["approved"]):
        raise MissingPermission(say("Your role may not approve delegations. Ask a coordinator of your city."))


def _own_link(session: Session, key: UUID) -> UUID:
    """Return the link of the delegation: one of which the caller's city is a member."""
    found = session.execute(
        select(CityLink.id, CityLink.seen_as_member(CityLink)).where(CityLink.id == key)
    ).one_or_none()
    if found is None:
        raise unseen(key, "cityLink")
    if not found[1]:
        raise BadRequest.at("body", "cityLink", Rule(say("Name a link of which your own city is a member.")))
    return key


def _name_cities(session: Session, delegation: Delegation, data: Data) -> None:
    """Say who travels and who receives: two members of the link."""
    for name, field in (("origin_city", "originCity"), ("host_city", "hostCity")):
        if name in data:
            city = referred(session, PartnerCity, data.pop(name), field)
            member = select(CityLinkMember.partner_city_id).filter_by(
                city_link_id=delegation.city_link_id, partner_city_id=city.id
            )
            if session.scalar(member) is None:
                raise BadRequest.at("body", field, Rule(say("Name a member city of the link.")))
            setattr(delegation, f"{name}_id", city.id)
    if delegation.origin_city_id == delegation.host_city_id:
        raise BadRequest.at("body", "hostCity", Rule(say("A delegation travels from one city to another.")))


def _at(index: int) -> str:
    return f"projects[{index}].exchangeProject"


def _has_what_it_needs(delegation: Delegation) -> None:
    """Refuse a record that lacks what its state demands, or would come back before it left or after today."""
    missing = [
        Issue("body", wire, _lacking(delegation.status, wire), "requiredInput")
        for states, column, wire in NEEDS
        if delegation.status in states and getattr(delegation, column) is None
    ]
    if missing:
        raise Conflict(missing[0].detail, issues=missing)
    if delegation.returned_on and delegation.returned_on > (now() + timedelta(hours=14)).date():
        raise BadRequest.at("body", "on", Rule(say("A day of return is not in the future.")))


def _lacking(status: str, wire: str) -> Said:
    return say("To be '{to}' a delegation needs '{name}'.", to=status, name=wire)


def _is_ready(session: Session, delegation: Delegation) -> None:
    """Refuse to travel while a blocking point of a checklist is open (the trigger `guard_delegation` does too)."""
    still = or_(*(getattr(Participant, point) == "open" for point in POINTS))
    waiting = session.scalar(
        select(func.count()).where(
            Participant.delegation_id == delegation.id, func.coalesce(Participant.blocking, True), still
        )
    )
    if waiting:
        detail = say(
            "{count} participants have a blocking point of their checklist open. Do it, or say that it does not block.",
            count=waiting,
        )
        raise Conflict(detail, issues=[Issue("body", "participants", detail, "rejectedInput")])
