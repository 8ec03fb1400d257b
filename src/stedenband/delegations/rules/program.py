"""The rules of the program of a delegation: who may write it stands in the database too."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from stedenband.cities.models import PartnerCity
from stedenband.cities.rules import may_publish, never_published
from stedenband.core.access import Actor
from stedenband.core.errors import INCORRECT, BadRequest, Issue, MissingPermission
from stedenband.core.parts import assign, refer, store
from stedenband.core.words import Rule, say
from stedenband.delegations.models import Delegation, ProgramItem
from stedenband.people.models import Contact

Data = dict[str, Any]


def create_program_item(session: Session, actor: Actor, data: Data) -> ProgramItem:
    """Add an item; without a visibility both sides see it, or the own staff alone where the delegation is theirs."""
    above = session.get_one(Delegation, data.pop("delegation_id"))
    widest = "city" if above.visibility == "city" else "link"
    item = ProgramItem(
        delegation_id=above.id, city_id=above.city_id, city_link_id=above.city_link_id, visibility=widest
    )
    if "timezone" not in data:
        zones = _zones(session, above.id)
        if not zones:
            raise BadRequest.at("body", "timezone", Rule(say("Neither city has a time zone. Name one.")))
        item.timezone = zones[0]
    change_program_item(session, actor, item, data)
    return item


def change_program_item(session: Session, actor: Actor, item: ProgramItem, data: Data) -> None:
    """Fill or change an item; who sees it is the owner's to say."""
    if item.city_id != actor.own_city and "visibility" in data:
        raise MissingPermission(say("Only the city that owns the delegation says who sees its program."))
    may_publish(actor, item, data)
    if "timezone" in data:
        zones = _zones(session, item.delegation_id)
        if zones and data["timezone"] not in zones:
            raise BadRequest.at(
                "body",
                "timezone",
                Rule(say("Name the time zone of one of both cities: {zones}.", zones=", ".join(zones))),
            )
    if "host_contact" in data:
        key = data.pop("host_contact")
        item.host_contact_id = key and refer(session, Contact, key, "hostContact")
    assign(item, data)
    if item.ends_at <= item.starts_at:
        detail = say("An item of the program ends after it begins.")
        raise BadRequest(INCORRECT, issues=[Issue("body", name, detail, "rejectedInput") for name in ("start", "end")])
    store(session, item)


def delete_program_item(_session: Session, _actor: Actor, item: ProgramItem) -> None:
    """Delete an item that was never published; one that was is cancelled."""
    never_published(item)


def _zones(session: Session, delegation: UUID) -> list[str]:
    """Return the time zones of the two cities, as far as they are known, that of the host first."""
    origin, host = aliased(PartnerCity), aliased(PartnerCity)
    found = session.execute(
        select(host.timezone, origin.timezone)
        .join(Delegation, Delegation.host_city_id == host.id)
        .join(origin, Delegation.origin_city_id == origin.id)
        .where(Delegation.id == delegation)
    ).one()
    return list(dict.fromkeys(zone for zone in found if zone))
