"""Exchange projects of the demo data. Their themes and the yearly award are public facts; the rest is invented.

Genk gives 2,500 EUR a year to a ward in Francistown, for the thirteenth time in January 2023.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from stedenband.people.models import Organization
from stedenband.projects.models import (
    ExchangeProject,
    Juror,
    Nomination,
    ParticipatingOrganization,
    Participation,
    ProjectDecision,
    ProjectMarker,
    ProjectMove,
    ProjectSdgGoal,
    ProjectSdgTarget,
    ProjectSector,
    ProjectTheme,
)
from stedenband.transfer import demo_policy, demo_results

INVENTED = "Demo: dates, figures, places and people are invented."
PLACES = {"Francistown": {"latitude": -21.17, "longitude": 27.51}, "Genk": {"latitude": 50.9667, "longitude": 5.5}}


def fill(session: Session, link: UUID, genk: UUID, francistown: UUID) -> None:
    """Add, for Genk, its plan and its projects with Francistown."""
    actions, decision = demo_policy.fill(session, link, genk)
    council = session.scalars(select(Organization.id).filter_by(name="Francistown City Council")).one()
    cities = {"Francistown": francistown, "Genk": genk}
    for known in demo_policy.known()["projects"]:
        project = _project(known, actions)
        project.city_id = genk
        project.city_link_id = None if known["local"] else link
        project.partner_city_id = cities[known["place"]]
        project.participating_organizations = [
            ParticipatingOrganization(partner_city_id=genk, role="2", lead=True, position=0)
        ]
        if not known["local"]:
            project.decisions = [ProjectDecision(decision_id=decision)]
            project.participating_organizations.append(
                ParticipatingOrganization(organization_id=council, role="4", position=1)
            )
        if project.kind == "award":
            _award(project, francistown)
        session.add(project)
    session.flush()
    demo_results.fill(session)


def _project(known: dict[str, Any], actions: dict[str, UUID]) -> ExchangeProject:
    """Return what is known of a project by itself; years are its first and last days."""
    (planned_start, planned_end), (actual_start, actual_end) = known["planned"], known["actual"]
    return ExchangeProject(
        title=known["title"],
        summary=known["summary"],
        kind=known["kind"],
        status=known["status"],
        policy_action_id=actions[known["action"]],
        planned_start=date(planned_start, 1, 1),
        planned_end=date(planned_end, 12, 31),
        actual_start=actual_start and date(actual_start, 1, 15),
        actual_end=actual_end and date(actual_end, 12, 1),
        **PLACES[known["place"]],
        visibility=known["visibility"],
        internal_note=INVENTED,
        themes=[ProjectTheme(code=code) for code in known["themes"]],
        sectors=[
            ProjectSector(vocabulary="1", code=code, percentage=share) for code, share in known["sectors"].items()
        ],
        sdg_goals=[ProjectSdgGoal(code=code) for code in known["sdgs"]],
        sdg_targets=[ProjectSdgTarget(code=code) for code in known["targets"]],
        policy_markers=[ProjectMarker(code=code, significance=each) for code, each in known["markers"].items()],
        participation=[Participation(**people, position=position) for position, people in enumerate(known["people"])],
        moves=[ProjectMove(status=known["status"], reason=known.get("reason"))],
    )


def _award(project: ExchangeProject, francistown: UUID) -> None:
    """Add the call, the amount, invented nominations and an invented jury."""
    project.call_opens_on, project.call_closes_on = date(2022, 9, 1), date(2022, 11, 30)
    project.amount_value, project.amount_currency = Decimal(2500), "EUR"
    project.actual_end = date(2023, 1, 20)
    project.nominations = [
        Nomination(name="Ward A (demo)", motivation="Demo: the cleanest streets.", winner=True, position=0),
        Nomination(name="Ward B (demo)", motivation="Demo: a new playground.", position=1),
        Nomination(name="Ward C (demo)", position=2),
    ]
    project.jury = [
        Juror(function="City councilor", name="Neo Example (demo)", partner_city_id=francistown, position=0),
        Juror(function="Director of a school", name="Mpho Example (demo)", partner_city_id=francistown, position=1),
    ]
