"""Who a person is in the database: the contacts of one city that are the same person, its names and its addresses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from stedenband.people.models import Contact, ContactEmail, ContactPhone


@dataclass(frozen=True, slots=True)
class Person:
    """A person as one city, the controller, knows it.

    `names` are whole names in both orders, compared with what holds a name alone; `phrases`, which are long enough to
    mean nobody else, are looked for within texts: names of two words, addresses and numbers.
    """

    city_id: UUID
    ids: frozenset[UUID]
    names: frozenset[str]
    phrases: frozenset[str]


def find_person(session: Session, city_id: UUID, asked: Mapping[str, Any]) -> Person:
    """Return whoever is asked for by `contact` (an id), `email`, `phone` or `name`, known as a contact or not."""
    found = set(session.scalars(select(Contact.id).where(Contact.city_id == city_id, _asked_for(asked))))
    person = person_of(session, city_id, found)
    names = person.names | {name for name in (asked.get("name"),) if name}
    addresses = {asked[name] for name in ("email", "phone") if name in asked}
    return Person(city_id, person.ids, names, person.phrases | addresses | {name for name in names if " " in name})


def person_of(session: Session, city_id: UUID, contacts: Iterable[UUID]) -> Person:
    """Return the person that these contacts of a city are, with all that were merged into them."""
    ids = _same(session, city_id, frozenset(contacts))
    names: set[str] = set()
    for given, family in session.execute(select(Contact.given_name, Contact.family_name).where(Contact.id.in_(ids))):
        parts = [part for part in (given, family) if part]
        names |= {" ".join(parts), " ".join(reversed(parts))} if parts else set()
    addresses = set(session.scalars(select(ContactEmail.address).where(ContactEmail.contact_id.in_(ids))))
    addresses |= set(session.scalars(select(ContactPhone.number).where(ContactPhone.contact_id.in_(ids))))
    return Person(city_id, ids, frozenset(names), frozenset(addresses | {name for name in names if " " in name}))


def _same(session: Session, city_id: UUID, ids: frozenset[UUID]) -> frozenset[UUID]:
    """Follow merges both ways until nothing is added."""
    into = select(Contact.merged_into_id).where(Contact.id.in_(ids))
    related = or_(Contact.id.in_(ids), Contact.merged_into_id.in_(ids), Contact.id.in_(into))
    found = frozenset(session.scalars(select(Contact.id).where(Contact.city_id == city_id, related)))
    return found if found == ids else _same(session, city_id, found)


def _asked_for(asked: Mapping[str, Any]) -> Any:
    ways = {
        "contact": lambda key: Contact.id == key,
        "email": lambda email: or_(
            func.lower(Contact.function_mailbox) == email.lower(),
            Contact.id.in_(select(ContactEmail.contact_id).where(ContactEmail.address_key == email.lower())),
        ),
        "phone": lambda phone: Contact.id.in_(select(ContactPhone.contact_id).where(ContactPhone.number == phone)),
        "name": lambda name: func.fold(name).in_((Contact.name_sort, func.fold(Contact.display_name))),
    }
    return or_(*(clause(asked[name]) for name, clause in ways.items() if name in asked))
