"""Erasure (GDPR art. 17): the person goes, the records stay whole. It cannot be undone."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, cast, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import Text, Uuid

from stedenband.core.access import Actor
from stedenband.core.db import now
from stedenband.core.errors import Conflict
from stedenband.core.privacy import personal_columns
from stedenband.core.words import say
from stedenband.people.models import Contact, PrivacyAct
from stedenband.people.rules.acts import record_act
from stedenband.people.rules.person import Person, person_of
from stedenband.people.rules.places import Place, linked, mentioned, mirrors, named, notes, parts, signatures

REMOVED = "…"
"""What stands in a note where a name or address stood; never longer than what it replaces."""


def erase_contact(session: Session, actor: Actor, contact: Contact, said: dict[str, Any]) -> PrivacyAct:
    """Erase a person from all that the caller's city keeps, and from the kept replies of every client."""
    never_erased(contact)
    person = person_of(session, contact.city_id, [contact.id])
    counts, ids = anonymize(session, person)
    forgotten = select(func.forget_replies(*listed(ids | person.ids, person.phrases | person.names)))
    counts["idempotency_key"] = session.scalars(forgotten).one()
    return record_act(session, "erasure", contact.city_id, actor, subject=contact, said=said, counts=counts)


def never_erased(contact: Contact) -> None:
    """Refuse to touch what was erased."""
    if contact.erased_at is not None:
        raise Conflict(say("The data of this person was erased; nothing can be added to it or erased again."))


def anonymize(session: Session, person: Person) -> tuple[Counter[str], set[UUID]]:
    """Empty what names or reaches the person; return the rows changed by table, and the ids of records changed."""
    counts: Counter[str] = Counter()
    for contact in session.scalars(select(Contact).where(Contact.id.in_(person.ids), Contact.erased_at.is_(None))):
        _empty(contact)
        counts["contact"] += 1
    for model, column in parts():
        counts[model.__tablename__] += _deleted(session, model, column.in_(person.ids))
    changed: dict[Any, UUID] = {}
    for place, condition, text in _ways(person):
        rows = select(place.model, place.owner) if place.key else select(place.model, place.model)
        for row, owner in session.execute(rows.where(condition)):
            setattr(row, place.column.key, text(getattr(row, place.column.key)))
            _moved(owner)
            changed[row] = owner.id
    return counts + Counter(row.__tablename__ for row in changed), set(changed.values())


def listed(ids: set[UUID] | frozenset[UUID], words: frozenset[str]) -> tuple[Any, Any]:
    """Return ids and words as arrays of PostgreSQL."""
    return cast(sorted(ids), ARRAY(Uuid())), cast(sorted(words), ARRAY(Text()))


def _empty(contact: Contact) -> None:
    """Leave of a contact only its id and what it refers to."""
    for column, tag in personal_columns(Contact.__table__):  # type: ignore[arg-type]
        if tag.identifying and column.computed is None:
            setattr(contact, column.key, None)
    contact.review_on = None
    contact.visibility = "city"
    contact.erased_at = contact.updated_at = now()


def _ways(person: Person) -> Iterator[tuple[Place, ColumnElement[bool], Callable[[Any], Any]]]:
    """Yield where the person may be named, the rows that do, and what stays of their text."""
    for place in signatures():
        yield place, named(place, person), _emptied(place)
    for place, reference in mirrors():
        yield place, linked(place, reference, person), _emptied(place)
    if person.phrases:
        written = re.compile("|".join(map(re.escape, sorted(person.phrases, key=len, reverse=True))), re.IGNORECASE)
        for place in notes():
            yield place, mentioned(place, person), lambda text: _without(written, text)


def _without(written: "re.Pattern[str]", text: Any) -> Any:
    """Return a text, or one in several languages, without what names the person."""
    if isinstance(text, dict):
        return {language: written.sub(REMOVED, each) for language, each in text.items()}
    return written.sub(REMOVED, text)


def _emptied(place: Place) -> Callable[[str], str | None]:
    """Return what leaves nothing of a text, or a mark where a text is needed."""
    return lambda _text: None if place.model.__table__.c[place.column.key].nullable else REMOVED


def _moved(owner: Any) -> None:
    """Move the version of a record that changed, also when only a part of it did."""
    owner.updated_at = now()
    flag_modified(owner, "updated_at")


def _deleted(session: Session, model: Any, condition: ColumnElement[bool]) -> int:
    return len(session.execute(delete(model).where(condition).returning(*model.__table__.primary_key)).all())
