"""The rules of organizations and contacts; those of privacy between callers stand in the database."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Uuid, bindparam, select, update
from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.cities.rules import may_publish, never_published
from stedenband.core.access import Actor
from stedenband.core.db import asked, now
from stedenband.core.errors import BadRequest, Conflict, Issue, MissingPermission
from stedenband.core.finished import finished
from stedenband.core.parts import assign, refer, referred, replace_parts, store, touch, unseen
from stedenband.core.records import VISIBILITIES, Record
from stedenband.core.words import Rule, say
from stedenband.people.models import (
    Contact,
    ContactEmail,
    ContactLanguage,
    ContactPhone,
    ContactRole,
    Organization,
)
from stedenband.people.rules.erasure import never_erased

Data = dict[str, Any]

OF_THE_PERSON = (
    "given_name",
    "family_name",
    "honorific",
    "function",
    "function_mailbox",
    "review_on",
    "organization_id",
    "partner_city_id",
)
"""What a merge hands on where the contact that stays has nothing, and leaves nowhere else."""

JOINED = {"note": ("\n\n", 4000), "source": ("; ", 500), "purpose": ("; ", 500)}
"""What a merge keeps of both, with what stands between them, and the longest that it may be."""

NOTED = ("function", "function_mailbox")
"""What a merge writes in the note where the two differ, as a contact has only one."""

PARTS: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    # property: model, columns that are said, columns that tell two apart
    "emails": (ContactEmail, ("address", "kind"), ("address",)),
    "phones": (ContactPhone, ("number", "kind"), ("number",)),
    "languages": (ContactLanguage, ("code",), ("code",)),
    "roles": (
        ContactRole,
        ("role", "organization_id", "city_link_id", "valid_from", "valid_to"),
        ("role", "organization_id", "city_link_id", "valid_from"),
    ),
}


def create_organization(session: Session, actor: Actor, data: Data) -> Organization:
    """Add an organization; the caller's city owns the record."""
    organization = Organization(city_id=actor.city_id)
    change_organization(session, actor, organization, data)
    return organization


def change_organization(session: Session, actor: Actor, organization: Organization, data: Data) -> None:
    """Fill or change an organization."""
    may_publish(actor, organization, data)
    _share(session, organization, data)
    _refer(session, organization, data)
    assign(organization, data)
    store(session, organization)


def delete_organization(_session: Session, _actor: Actor, organization: Organization) -> None:
    """Delete an organization that nothing refers to and that was never published."""
    never_published(organization)


def create_contact(session: Session, actor: Actor, data: Data) -> Contact:
    """Add a contact; the caller's city owns the record and answers for it."""
    contact = Contact(city_id=actor.city_id)
    change_contact(session, actor, contact, data)
    return contact


def change_contact(session: Session, actor: Actor, contact: Contact, data: Data) -> None:
    """Fill or change a contact; one that was merged is only a pointer."""
    if contact.merged_into_id is not None:
        raise Conflict(say("This contact was merged into another. Change the one that `mergedInto` names."))
    never_erased(contact)
    may_publish(actor, contact, data)
    _look_again(contact, data.get("review_on"))
    _share(session, contact, data)
    _refer(session, contact, data)
    wanted = {name: _read(session, actor, contact, name, data[name] or ()) for name in PARTS if name in data}
    assign(contact, data)
    store(session, contact)
    for name, parts in wanted.items():
        _replace(session, contact, name, parts)


def _look_again(contact: Contact, day: date | None) -> None:
    """Refuse a day of review that has passed, from which retention would count; one that stands may be sent again."""
    if day is not None and day != contact.review_on and day < now().date():
        raise BadRequest.at("body", "reviewOn", Rule(say("Give today or a later day.")), value=day.isoformat())


def delete_contact(_session: Session, _actor: Actor, contact: Contact) -> None:
    """Delete a contact that nothing refers to and that was never published."""
    never_published(contact)


def merge_contact(session: Session, actor: Actor, contact: Contact, into: UUID) -> None:
    """Merge a contact into another of the same city, which gets what it lacks; the first stays as a pointer.

    Texts that both have are joined; another function or mailbox than that of the one that stays goes into its note.
    Nothing personal is left in the pointer, its history stays, and what referred to it refers to the other.
    """
    stays = referred(session, Contact, into, "into")
    _mergeable(actor, contact, stays)
    for name, texts in _of_both(contact, stays).items():
        setattr(stays, name, _joined(name, texts))
        setattr(contact, name, None)
    for name in OF_THE_PERSON:
        if getattr(stays, name) is None:
            setattr(stays, name, getattr(contact, name))
        setattr(contact, name, None)
    contact.merged_into_id = stays.id
    for name, (_, _, key) in PARTS.items():
        _replace(session, stays, name, _distinct([*_held(session, stays, name), *_held(session, contact, name)], key))
        _replace(session, contact, name, [])
    touch(session, stays)
    touch(session, contact)
    session.flush()
    for column in _references():
        session.execute(update(column.table).where(column == contact.id).values({column.name: stays.id}))


def _of_both(contact: Contact, stays: Contact) -> dict[str, list[str]]:
    """Return the texts that a merge joins, those of the contact that stays first."""
    pairs = {name: [getattr(each, name) for each in (stays, contact)] for name in (*JOINED, *NOTED)}
    noted = [gone for kept, gone in map(pairs.pop, NOTED) if kept and kept != gone]
    pairs["note"] += noted
    return {name: list(dict.fromkeys(filter(None, texts))) for name, texts in pairs.items()}


def _joined(name: str, texts: Sequence[str]) -> str | None:
    between, longest = JOINED[name]
    text = between.join(texts)
    if len(text) > longest:
        detail = say("Both together are longer than {longest} characters. Shorten one of them first.", longest=longest)
        raise Conflict(detail, issues=[Issue("body", name, detail, "rejectedInput")])
    return text or None


def _mergeable(actor: Actor, contact: Contact, stays: Contact) -> None:
    if stays.id == contact.id:
        raise Conflict(say("Name another contact than the one that is merged."))
    if stays.city_id != actor.own_city:
        raise MissingPermission(say("Only contacts of your own city are merged."))
    if contact.merged_into_id is not None or stays.merged_into_id is not None:
        raise Conflict(say("One of the two contacts was merged before. Name the one that `mergedInto` names."))
    wider = VISIBILITIES.index(stays.visibility) > VISIBILITIES.index(contact.visibility)
    elsewhere = stays.visibility != "city" and stays.city_link_id not in {None, contact.city_link_id}
    if wider or elsewhere:
        raise Conflict(
            say("The contact that stays is seen by more people than the one that is merged. Make them alike first.")
        )


def _references() -> list[Column[Any]]:
    """Return the columns of all tables that refer to a contact, but for those of its own parts."""
    return [
        key.parent
        for table in Record.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is Contact.__table__.c.id and key.ondelete != "CASCADE"
    ]


def _share(session: Session, record: Organization | Contact, data: Data) -> None:
    """Put a record into a link of the caller's city, or take it out."""
    if "city_link" in data:
        key = data.pop("city_link")
        if key is not None:
            found = asked(session, _membership(), {"id": key})
            if not found:
                raise unseen(key, "cityLink")
            if not found[0][0]:
                raise BadRequest.at("body", "cityLink", Rule(say("Name a link of which your own city is a member.")))
        record.city_link_id = key


@cache
def _membership() -> str:
    """`id` of a link that the caller sees -> whether the caller's city is a member."""
    return finished(select(CityLink.seen_as_member(CityLink)).where(CityLink.id == bindparam("id", type_=Uuid())))


def _refer(session: Session, record: Organization | Contact, data: Data) -> None:
    for name, kind, column in (
        ("city", PartnerCity, "partner_city_id"),
        ("organization", Organization, "organization_id"),
    ):
        if name in data:
            key = data.pop(name)
            setattr(record, column, None if key is None else refer(session, kind, key, name))


def _read(session: Session, actor: Actor, contact: Contact, name: str, given: Sequence[Any]) -> list[Data]:
    """Return the parts that a client names as columns; each is named once."""
    match name:
        case "languages":
            return [{"code": code} for code in given]
        case "roles":
            parts = _roles(session, actor, contact, given)
        case _:
            parts = list(given)
    if len(_distinct(parts, PARTS[name][2])) < len(parts):
        raise BadRequest.at("body", name, Rule(say("Name each of them once.")))
    return parts


def _roles(session: Session, actor: Actor, contact: Contact, given: Sequence[Data]) -> list[Data]:
    """Return roles with their targets looked up; what a role refers to may be hidden from the other side."""
    if contact.city_id != actor.own_city:
        raise MissingPermission(say("Only the city that owns the contact changes its roles."))
    roles = []
    for index, each in enumerate(given):
        role: Data = {"valid_from": None, "valid_to": None, **each}
        for name, field, kind in (("organization", "organization", Organization), ("city_link", "cityLink", CityLink)):
            key = role.pop(name, None)
            role[f"{name}_id"] = key and refer(session, kind, key, f"roles[{index}].{field}")
        roles.append(role)
    return roles


def _held(session: Session, contact: Contact, name: str) -> list[Data]:
    kind, columns, _ = PARTS[name]
    order = Contact.__mapper__.relationships[name].order_by or ()
    parts = session.scalars(select(kind).filter_by(contact_id=contact.id).order_by(*order))
    return [{column: getattr(part, column) for column in columns} for part in parts]


def _replace(session: Session, contact: Contact, name: str, parts: Sequence[Data]) -> None:
    kind, _, key = PARTS[name]
    if "position" in kind.__table__.c:
        parts = [{**part, "position": position} for position, part in enumerate(parts)]
    replace_parts(session, kind, {"contact_id": contact.id}, parts, key)


def _distinct(parts: Sequence[Data], key: Sequence[str]) -> list[Data]:
    """Return the parts without doubles, the first of each; case does not tell two apart."""
    found: dict[tuple[str, ...], Data] = {}
    for part in parts:
        found.setdefault(tuple(str(part[name]).casefold() for name in key), part)
    return list(found.values())
