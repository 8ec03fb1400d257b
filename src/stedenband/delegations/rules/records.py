"""How what a delegation leaves behind is read from the input: follow-up actions, gifts and meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from stedenband.cities.models import PartnerCity
from stedenband.core.errors import BadRequest
from stedenband.core.parts import referred, replace_parts
from stedenband.core.words import Rule, say
from stedenband.delegations.models import Delegation, FollowUp, Gift, Meeting, ProgramItem
from stedenband.people.models import Contact, Organization
from stedenband.projects.models import ExchangeProject

Data = dict[str, Any]
TARGETS: dict[str, tuple[str, Any, str]] = {
    # property: column, model, name on the wire
    "city": ("partner_city_id", PartnerCity, "city"),
    "contact": ("contact_id", Contact, "contact"),
    "organization": ("organization_id", Organization, "organization"),
    "exchange_project": ("exchange_project_id", ExchangeProject, "exchangeProject"),
    "program_item": ("program_item_id", ProgramItem, "programItem"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of part: its model, its name on the wire, the values it says and what it refers to."""

    model: Any
    wire: str
    values: tuple[str, ...]
    references: tuple[str, ...] = ()


KINDS = {
    "follow_ups": Kind(FollowUp, "followUps", ("action", "due_date", "done"), ("city", "contact", "exchange_project")),
    "gifts": Kind(Gift, "gifts", ("direction", "description", "giver", "receiver", "amount_value", "amount_currency")),
    "meetings": Kind(Meeting, "meetings", ("summary",), ("contact", "organization", "program_item")),
}


def replace_records(session: Session, delegation: Delegation, name: str, sent: Sequence[Data]) -> None:
    """Put parts of one kind in place of those there were, in order."""
    kind = KINDS[name]
    rows = [_row(session, delegation, kind, each, index) for index, each in enumerate(sent)]
    replace_parts(session, kind.model, {"delegation_id": delegation.id}, rows, ["position"])


def _row(session: Session, delegation: Delegation, kind: Kind, each: Data, index: int) -> Data:
    said = {**each, **each.get("value", {})}
    row: Data = {value: said.get(value) for value in kind.values} | {"position": index}
    for reference in kind.references:
        column, model, wire = TARGETS[reference]
        field = f"{kind.wire}[{index}].{wire}"
        key = each.get(reference)
        found = None if key is None else referred(session, model, key, field)
        if isinstance(found, ProgramItem) and found.delegation_id != delegation.id:
            raise BadRequest.at("body", field, Rule(say("Name an item of the program of this delegation.")))
        if isinstance(found, ExchangeProject) and found.city_link_id != delegation.city_link_id:
            raise BadRequest.at("body", field, Rule(say("Name a project of the link of this delegation.")))
        row[column] = found and found.id
    if kind.model is Meeting and row["contact_id"] is None and row["organization_id"] is None:
        raise BadRequest.at(
            "body",
            f"{kind.wire}[{index}]",
            Rule(say("Say whom the delegation met: an organization, a person, or both.")),
        )
    return row
