"""Who takes part: the owner of a delegation says who, each city what its own people need; neither wipes the other's.

A list of participants replaces what its sender may say. A checklist that is not sent stays; those of another city's
people are neither shown nor taken. A member of the link that does not own the delegation sends its own people: those of
others stay, and may be sent along as they are.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.errors import BadRequest, MissingPermission
from stedenband.core.parts import assign, refer
from stedenband.core.words import Rule, say
from stedenband.delegations.models import CHECKED, Delegation, Participant
from stedenband.people.models import Contact

Data = dict[str, Any]
SAID = ("partner_city_id", "capacity", "leader", "payer")


def replace_participants(session: Session, actor: Actor, delegation: Delegation, sent: Sequence[Data]) -> None:
    """Put the participants that the caller may say in place of those there were."""
    owner = delegation.city_id == actor.own_city
    there = {
        each.contact_id: each for each in session.scalars(select(Participant).filter_by(delegation_id=delegation.id))
    }
    named: set[UUID] = set()
    for index, each in enumerate(sent):
        values = _read(session, delegation, each, f"participants[{index}]")
        key = values["contact_id"]
        if key in named:
            raise BadRequest.at("body", "participants", Rule(say("Name each person once.")))
        named.add(key)
        own = values["partner_city_id"] == actor.city_id
        _may_say(actor, there.get(key), values, each.get("checklist"), owner=owner)
        if owner or own:
            _put(session, there.get(key), values | {"position": index}, each.get("checklist") or {})
    for key, row in there.items():
        if key not in named and (owner or row.partner_city_id == actor.city_id):
            session.delete(row)


def _read(session: Session, delegation: Delegation, each: Data, field: str) -> Data:
    city = each.get("city") or delegation.origin_city_id
    if city not in {delegation.origin_city_id, delegation.host_city_id}:
        raise BadRequest.at(
            "body", f"{field}.city", Rule(say("A participant is of the city that travels or of the one that receives."))
        )
    return {
        "delegation_id": delegation.id,
        "contact_id": refer(session, Contact, each["contact"], f"{field}.contact"),
        "partner_city_id": city,
        "capacity": each["capacity"],
        "leader": each["leader"],
        "payer": each.get("payer"),
    }


def _may_say(actor: Actor, row: Participant | None, values: Data, checklist: Data | None, *, owner: bool) -> None:
    """Refuse what the caller may not say; the people of the other city may be sent along as they are."""
    city = values["partner_city_id"]
    if checklist and city != actor.own_city:
        raise MissingPermission(say("Only the staff of a participant's city keeps its checklist."))
    if owner or (city == actor.city_id and (row is None or row.partner_city_id == city)):
        return
    if row is None or any(getattr(row, name) != values[name] for name in SAID):
        raise MissingPermission(say("Only the city that owns the delegation names participants of another city."))


def _put(session: Session, row: Participant | None, values: Data, checklist: Data) -> None:
    if row is None:
        session.add(Participant(**values, **checklist))
        return
    moved = row.partner_city_id != values["partner_city_id"]
    assign(row, values | (dict.fromkeys(CHECKED) if moved else {}) | checklist)
