"""The rules of exchange projects: who may say what, and how they move along their lifecycle."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.cities.rules import may_publish, never_published
from stedenband.core.access import Actor
from stedenband.core.db import now
from stedenband.core.errors import BadRequest
from stedenband.core.lifecycle import Transition
from stedenband.core.parts import assign, referred, store
from stedenband.core.words import Rule, say
from stedenband.policy.models import PolicyAction
from stedenband.projects.models import PROJECT_LIFECYCLE, ExchangeProject, ProjectMove
from stedenband.projects.rules.parts import PARTS, read_parts, replace

Data = dict[str, Any]

REFERENCES: tuple[tuple[str, str, Any, str], ...] = (
    # property in snake case, column, model, name on the wire
    ("city_link", "city_link_id", CityLink, "cityLink"),
    ("policy_action", "policy_action_id", PolicyAction, "policyAction"),
    ("city", "partner_city_id", PartnerCity, "city"),
)
BEGUN = {"implementation", "finalisation", "closed"}
DONE = {"closed", "cancelled"}


def create_project(session: Session, actor: Actor, data: Data) -> ExchangeProject:
    """Add a project of the caller's city, in any state whose demands are met."""
    status = data.pop("status", PROJECT_LIFECYCLE.initial)
    said = {"reason": data.pop("reason", None)}
    PROJECT_LIFECYCLE.check(None, status, said)
    project = ExchangeProject(city_id=actor.city_id, status=status)
    change_project(session, actor, project, data)
    session.add(ProjectMove(exchange_project_id=project.id, status=status, **said))
    return project


def change_project(session: Session, actor: Actor, project: ExchangeProject, data: Data) -> None:
    """Fill or change a project; what it belongs to, what it grants and who sees it is the owner's to say."""
    may_publish(actor, project, data)
    for name, column, model, field in REFERENCES:
        if name in data:
            found = None if data[name] is None else referred(session, model, data[name], field)
            setattr(project, column, found and _fitting(project, found, field).id)
    wanted = {name: read_parts(session, name, data[name] or ()) for name in PARTS if name in data}
    assign(project, data)
    store(session, project)
    for name, parts in wanted.items():
        replace(session, project, name, parts)


def _fitting(project: ExchangeProject, found: Any, field: str) -> Any:
    """Return what a project refers to; its action stands in a plan of its own city (key `action_of_own_plan`)."""
    if isinstance(found, PolicyAction) and found.city_id != project.city_id:
        raise BadRequest.at("body", field, Rule(say("A project serves an action of a plan of the city that owns it.")))
    return found


def delete_project(_session: Session, _actor: Actor, project: ExchangeProject) -> None:
    """Delete a project that nothing refers to and that was never published."""
    never_published(project)


def move_project(session: Session, _actor: Actor, project: ExchangeProject, move: Transition) -> None:
    """Move a project along its lifecycle; the actual dates follow, where nobody gave them yet."""
    said: date | None = move.said.get("on")
    day = said or now().date()
    project.status = move.to
    begins = move.to in BEGUN and project.actual_start is None
    if begins:
        project.actual_start = day
    ends = move.to in DONE and project.actual_start is not None and project.actual_end is None
    if ends:
        project.actual_end = day
    if said and not (begins or ends):
        raise BadRequest.at(
            "body", "on", Rule(say("This move sets no date: leave it out, or change actualStart and actualEnd."))
        )
    session.add(ProjectMove(exchange_project_id=project.id, status=move.to, reason=move.said.get("reason")))
