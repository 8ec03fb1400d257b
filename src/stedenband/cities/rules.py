"""The rules of partner cities, city links and agreements; those between concurrent writers stand in the database."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stedenband.cities.models import (
    LINK_LIFECYCLE,
    Agreement,
    AgreementSignatory,
    AgreementTheme,
    CityLink,
    CityLinkMember,
    CityLinkMove,
    CityLinkTheme,
    PartnerCity,
    PartnerCityLanguage,
)
from stedenband.core.access import Actor, Permission, Role
from stedenband.core.errors import BadRequest, Conflict, MissingPermission
from stedenband.core.lifecycle import Transition
from stedenband.core.parts import assign, refer, referred, replace_parts, store
from stedenband.core.records import Owned
from stedenband.core.words import Rule, say

Data = dict[str, Any]
LONGEST_TITLE = 200


def may_publish(actor: Actor, row: Owned, data: Data) -> None:
    """Refuse publishing, and taking back what is public, to all but a coordinator: both are deliberate acts."""
    before, after = row.visibility, data.get("visibility", row.visibility)
    if before != after and "public" in {before, after} and not actor.may(Permission.RECORDS_PUBLISH):
        raise MissingPermission(say("Your role may not publish or withdraw. Ask a coordinator of your city."))


def never_published(row: Owned) -> None:
    """Only what was never published is deleted; the rest is ended or withdrawn."""
    if row.published_at is not None:
        raise Conflict(say("This record was published, so it is not deleted. End it, or set its visibility to 'city'."))


def create_partner_city(session: Session, actor: Actor, data: Data) -> PartnerCity:
    """Add a city to the directory: the caller's city owns the record; an administrator's belong to the register."""
    operator = actor.role is Role.ADMIN
    city = PartnerCity(
        city_id=None if operator else actor.city_id,
        visibility="public" if operator or actor.may(Permission.RECORDS_PUBLISH) else "city",
    )
    change_partner_city(session, actor, city, data)
    return city


def change_partner_city(session: Session, actor: Actor, city: PartnerCity, data: Data) -> None:
    """Fill or change a directory record."""
    if actor.role is not Role.ADMIN:
        may_publish(actor, city, data)
    assign(city, data)
    store(session, city)
    if "languages" in data:
        codes = [{"code": code} for code in data["languages"] or ()]
        replace_parts(session, PartnerCityLanguage, {"partner_city_id": city.id}, codes, ["code"])


def delete_partner_city(_session: Session, actor: Actor, city: PartnerCity) -> None:
    """Delete a city that nothing refers to and that was never published."""
    if city.city_id != actor.own_city:
        raise MissingPermission(say("Only the city that made this record deletes it."))
    never_published(city)


def create_city_link(session: Session, actor: Actor, data: Data) -> CityLink:
    """Open a link of the caller's city with others, in any state whose demands are met."""
    status = data.pop("status", LINK_LIFECYCLE.initial)
    decision = {name: data.pop(name) for name in list(data) if name.startswith("decision_")}
    said = {"decision": decision, "reason": data.pop("reason", None)}
    LINK_LIFECYCLE.check(None, status, said)
    link = CityLink(city_id=actor.city_id)
    move = Transition(status, said)
    _enter(link, move)
    change_city_link(session, actor, link, data)
    _record_move(session, link, move)
    return link


def change_city_link(session: Session, actor: Actor, link: CityLink, data: Data) -> None:
    """Fill or change a link; who its members are is the owner's to say."""
    may_publish(actor, link, data)
    members = _members(session, actor, link, data["members"]) if "members" in data else None
    if members and not (data.get("title") or link.title):
        data["title"] = title_of(city.name for city, _ in members)
    if members and link in session:
        _let_go(session, link, {city.id for city, _ in members})
    assign(link, data)
    store(session, link)
    if members:
        parts = [
            {"partner_city_id": city.id, "role": role, "position": position}
            for position, (city, role) in enumerate(members)
        ]
        replace_parts(session, CityLinkMember, {"city_link_id": link.id}, parts, ["partner_city_id"])
    _replace_themes(session, CityLinkTheme, {"city_link_id": link.id}, data)


def title_of(names: Iterable[str]) -> str:
    """Name a link after its cities, as far as they fit."""
    title = " – ".join(names)
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"


def delete_city_link(_session: Session, _actor: Actor, link: CityLink) -> None:
    """Delete a link that was never published and has no agreements."""
    never_published(link)


def move_city_link(session: Session, _actor: Actor, link: CityLink, move: Transition) -> None:
    """Move a link along its lifecycle and record the decision as values; its dates follow the decision."""
    _enter(link, move)
    _record_move(session, link, move)


def _enter(link: CityLink, move: Transition) -> None:
    """Put a link into a state; a new one before it is stored, so that its first version is whole."""
    decision = move.said.get("decision") or {}
    link.status = move.to
    if move.to == "active" and link.start_date is None:
        link.start_date = decision.get("decision_date")
    if move.to == "ended" and link.end_date is None:
        link.end_date = decision.get("decision_date")


def _record_move(session: Session, link: CityLink, move: Transition) -> None:
    decision = move.said.get("decision") or {}
    session.add(CityLinkMove(city_link_id=link.id, status=move.to, reason=move.said.get("reason"), **decision))


def claim_city_link(session: Session, link: CityLink) -> None:
    """Take a link over from the register, as a member of it; the database lets one city do it once."""
    if not session.scalar(select(CityLink.seen_as_member(CityLink)).where(CityLink.id == link.id)):
        raise MissingPermission(say("Only a city that is a member of the link claims it."))
    if not session.scalar(select(func.claim_city_link(link.id))):
        raise Conflict(say("A city owns this link already. Propose a merge to it, or ask it to share the link."))


def merge_city_link(session: Session, link: CityLink, into: UUID) -> None:
    """Merge a link into another once both owners have said so; the database does it, as it concerns both."""
    stays = referred(session, CityLink, into, "into")
    session.execute(select(func.merge_city_links(link.id, stays.id)))


def create_agreement(session: Session, actor: Actor, data: Data) -> Agreement:
    """Add an agreement to a link of the caller's city."""
    agreement = Agreement(city_id=actor.city_id, city_link_id=data["city_link_id"])
    change_agreement(session, actor, agreement, data)
    return agreement


def change_agreement(session: Session, actor: Actor, agreement: Agreement, data: Data) -> None:
    """Fill or change an agreement; its period, kind and signature are the owner's to change."""
    may_publish(actor, agreement, data)
    assign(agreement, data)
    store(session, agreement)
    owner = {"agreement_id": agreement.id}
    _replace_themes(session, AgreementTheme, owner, data)
    if "signatories" in data:
        signed = [
            {
                "partner_city_id": refer(session, PartnerCity, each["city"], f"signatories[{index}].city"),
                "function": each["function"],
                "name": each.get("name"),
                "position": index,
            }
            for index, each in enumerate(data["signatories"] or ())
        ]
        if len({(each["partner_city_id"], each["function"], each["name"]) for each in signed}) < len(signed):
            raise BadRequest.at("body", "signatories", Rule(say("Name each signature once.")))
        replace_parts(session, AgreementSignatory, owner, signed, ["partner_city_id", "function", "name"])


def delete_agreement(_session: Session, _actor: Actor, agreement: Agreement) -> None:
    """Delete an agreement that was never published."""
    never_published(agreement)


def _members(session: Session, actor: Actor, link: CityLink, wanted: list[Data]) -> list[tuple[PartnerCity, str]]:
    if link.city_id != actor.own_city:
        raise MissingPermission(say("Only the city that owns the link changes its members."))
    members = [
        (referred(session, PartnerCity, each["city"], f"members[{index}].city"), each["role"])
        for index, each in enumerate(wanted)
    ]
    if len({city.id for city, _ in members}) < len(members):
        raise BadRequest.at("body", "members", Rule(say("Name each city once.")))
    return members


def _let_go(session: Session, link: CityLink, staying: set[UUID]) -> None:
    """Remove who is no member any more before the link changes: who leaves is told of what it saw, and of no more."""
    leaving = CityLinkMember.partner_city_id.not_in(staying)
    for member in session.scalars(select(CityLinkMember).where(CityLinkMember.city_link_id == link.id, leaving)):
        session.delete(member)
    session.flush()


def _replace_themes(session: Session, kind: type[CityLinkTheme | AgreementTheme], owner: Data, data: Data) -> None:
    if "themes" in data:
        replace_parts(session, kind, owner, [{"code": code} for code in data["themes"] or ()], ["code"])
