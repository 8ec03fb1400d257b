"""How the parts of a project are read from the input and put in place of those there were."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from stedenband.cities.models import PartnerCity
from stedenband.core.errors import BadRequest
from stedenband.core.parts import referred, replace_parts
from stedenband.core.words import Rule, say
from stedenband.people.models import Contact, Organization
from stedenband.policy.models import Decision
from stedenband.projects.models import (
    ExchangeProject,
    Juror,
    Nomination,
    ParticipatingOrganization,
    Participation,
    ProjectDecision,
    ProjectMarker,
    ProjectSdgGoal,
    ProjectSdgTarget,
    ProjectSector,
    ProjectTheme,
)

TARGETS: dict[str, tuple[str, Any]] = {
    "organization": ("organization_id", Organization),
    "city": ("partner_city_id", PartnerCity),
    "contact": ("contact_id", Contact),
    "decision": ("decision_id", Decision),
}
"""Property -> column and model of what a part refers to."""


@dataclass(frozen=True)
class Kind:
    """A kind of part: its model, the values it says, what it refers to, what tells two apart, whether order counts."""

    model: Any
    wire: str
    values: tuple[str, ...] = ("code",)
    references: tuple[str, ...] = ()
    key: tuple[str, ...] = ("code",)
    ordered: bool = False


PARTS = {
    "themes": Kind(ProjectTheme, "themes"),
    "sectors": Kind(ProjectSector, "sectors", ("vocabulary", "code", "percentage"), key=("vocabulary", "code")),
    "sdg_goals": Kind(ProjectSdgGoal, "sdgGoals"),
    "sdg_targets": Kind(ProjectSdgTarget, "sdgTargets"),
    "policy_markers": Kind(ProjectMarker, "policyMarkers", ("code", "significance")),
    "participating_organizations": Kind(
        ParticipatingOrganization,
        "participatingOrganizations",
        ("role", "lead"),
        ("organization", "city"),
        ("role", "organization_id", "partner_city_id"),
        ordered=True,
    ),
    "participation": Kind(
        Participation,
        "participation",
        ("community", "layer", "participants", "year"),
        ("city",),
        ("community", "layer", "partner_city_id", "year"),
        ordered=True,
    ),
    "decisions": Kind(ProjectDecision, "decisions", (), ("decision",), ("decision_id",)),
    "nominations": Kind(
        Nomination, "nominations", ("name", "motivation", "winner"), ("organization",), ("name",), ordered=True
    ),
    "jury": Kind(
        Juror,
        "jury",
        ("function", "name"),
        ("contact", "city"),
        ("function", "name", "contact_id", "partner_city_id"),
        ordered=True,
    ),
}


def read_parts(session: Session, name: str, sent: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the columns of the parts that were sent; each is named once, and what it refers to is seen."""
    kind = PARTS[name]
    rows = [
        _row(session, kind, index, {"code": each} if isinstance(each, str) else each) for index, each in enumerate(sent)
    ]
    if len({tuple(row[column] for column in kind.key) for row in rows}) < len(rows):
        raise BadRequest.at("body", kind.wire, Rule(say("Name each of these once.")))
    return rows


def replace(session: Session, project: ExchangeProject, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Put parts in place of those there were."""
    kind = PARTS[name]
    replace_parts(session, kind.model, {"exchange_project_id": project.id}, rows, kind.key)


def _row(session: Session, kind: Kind, index: int, each: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {value: each.get(value) for value in kind.values}
    for reference in kind.references:
        column, model = TARGETS[reference]
        field = f"{kind.wire}[{index}].{reference}"
        key = each.get(reference)
        row[column] = None if key is None else referred(session, model, key, field).id
    return row | {"position": index} if kind.ordered else row
