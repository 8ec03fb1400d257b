"""Delegations of the demo data. That they took place, in which month and which way, is public; the rest is invented."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from stedenband.core.db import now
from stedenband.delegations.models import (
    Delegation,
    DelegationMove,
    DelegationProject,
    FollowUp,
    Participant,
    ProgramItem,
    TravelLeg,
)
from stedenband.delegations.rules.travel import great_circle
from stedenband.people.models import Contact
from stedenband.projects.models import ExchangeProject

INVENTED = "Demo: the months and directions are public; days, people, program, costs and reports are invented."
VISITS = (
    # outbound, arrival, departure, title, what it was about
    (False, date(2018, 7, 9), date(2018, 7, 15), "Francistown in Genk, July 2018", "the talents of young people"),
    (True, date(2018, 11, 12), date(2018, 11, 18), "Genk in Francistown, November 2018", "waste and clean wards"),
    (True, date(2020, 2, 10), date(2020, 2, 16), "Genk in Francistown, February 2020", "the next agreement"),
)
ITEMS = (
    # days after the arrival, hour in UTC, hours, title, place
    (0, 7, 2, "Welcome by the mayor", "City hall"),
    (1, 8, 3, "Visit to the waste service", "Sorting center"),
    (2, 12, 2, "Workshop with young people", "Youth center"),
)
ZONES = {True: "Africa/Gaborone", False: "Europe/Brussels"}
AHEAD = timedelta(days=120)
FLIGHT = great_circle((50.9667, 5.5), (-21.17, 27.51))


def fill(session: Session, link: UUID, genk: UUID, francistown: UUID) -> None:
    """Add, for Genk, three visits with invented programs and reports, and one that is planned."""
    project = session.scalars(
        select(ExchangeProject.id).filter_by(city_link_id=link).order_by(ExchangeProject.id).limit(1)
    ).one()
    own, other = (session.scalars(select(Contact.id).filter_by(given_name=name)).one() for name in ("Ann", "Kabo"))
    for outbound, arrival, departure, title, about in VISITS:
        visit = _visit(link, genk, francistown, outbound=outbound)
        visit.title, visit.purpose = f"{title} (demo)", {"en": f"Demo: to learn from each other about {about}."}
        visit.arrival, visit.departure, visit.returned_on = arrival, departure, departure + timedelta(days=1)
        visit.status, visit.visibility, visit.report_publishable = "closed", "public", True
        visit.decision_date, visit.decision_body = arrival - timedelta(days=60), "City council (demo)"
        visit.decision_reference = f"DEMO/{arrival.year}/{arrival.month}"
        visit.estimated_cost_value, visit.estimated_cost_currency = Decimal(8500), "EUR"
        visit.what_was_done = f"Demo: both cities met the people who work on {about}."
        visit.results, visit.follow_up = "Demo: a joint plan for the next year.", "Demo: a return visit."
        visit.moves = [DelegationMove(status="closed")]
        visit.projects = [DelegationProject(exchange_project_id=project)]
        visit.follow_ups = [
            FollowUp(
                action=f"Demo: send what was promised about {about}.",
                partner_city_id=genk,
                exchange_project_id=project,
                due_date=departure + timedelta(days=90),
                done=True,
                position=0,
            )
        ]
        _people(visit, own if outbound else other, genk if outbound else francistown)
        visit.travel_legs = _journey(visit, arrival - timedelta(days=1), departure)
        session.add(visit)
        session.flush()
        _program(session, visit, outbound=outbound)
    planned = _visit(link, genk, francistown, outbound=False)
    planned.title, planned.purpose = "Planned: Francistown in Genk (demo)", {"en": "Demo: to prepare a new agreement."}
    planned.arrival = now().date() + AHEAD
    planned.departure = planned.arrival + timedelta(days=6)
    planned.visibility, planned.moves = "link", [DelegationMove(status="draft")]
    _people(planned, other, francistown)
    session.add(planned)
    session.flush()
    _program(session, planned, outbound=False)


def _visit(link: UUID, genk: UUID, francistown: UUID, *, outbound: bool) -> Delegation:
    origin, host = (genk, francistown) if outbound else (francistown, genk)
    return Delegation(city_id=genk, city_link_id=link, origin_city_id=origin, host_city_id=host, internal_note=INVENTED)


def _people(visit: Delegation, contact: UUID, city: UUID) -> None:
    visit.participants = [
        Participant(
            contact_id=contact, partner_city_id=city, capacity="staff", leader=True, payer="originCity", position=0
        )
    ]


def _journey(visit: Delegation, out: date, back: date) -> list[TravelLeg]:
    """Return invented flights between the two cities, there and back."""
    ends = (visit.origin_city_id, visit.host_city_id)
    return [
        TravelLeg(
            mode="plane",
            from_city_id=start,
            to_city_id=end,
            traveled_on=day,
            km=FLIGHT,
            km_computed=True,
            persons=4,
            position=position,
        )
        for position, (day, (start, end)) in enumerate(((out, ends), (back, ends[::-1])))
    ]


def _program(session: Session, visit: Delegation, *, outbound: bool) -> None:
    assert visit.arrival  # noqa: S101 (each of these has days)
    for day, hour, hours, title, place in ITEMS:
        start = datetime(visit.arrival.year, visit.arrival.month, visit.arrival.day, hour, tzinfo=UTC)
        start += timedelta(days=day)
        session.add(
            ProgramItem(
                delegation_id=visit.id,
                city_id=visit.city_id,
                city_link_id=visit.city_link_id,
                title=f"{title} (demo)",
                place=f"{place} (demo)",
                starts_at=start,
                ends_at=start + timedelta(hours=hours),
                timezone=ZONES[outbound],
                visibility=visit.visibility,
            )
        )
    session.flush()
