"""Rectification (GDPR art. 16) and review: ordinary changes of a contact, recorded as acts."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.db import now
from stedenband.core.errors import BadRequest
from stedenband.core.parts import touch
from stedenband.core.words import Rule, say
from stedenband.people.models import Contact
from stedenband.people.rules.acts import record_act
from stedenband.people.rules.erasure import never_erased
from stedenband.people.rules.people import change_contact


def rectify_contact(session: Session, actor: Actor, contact: Contact, changes: dict[str, Any]) -> None:
    """Put right what the person says is wrong."""
    if not changes:
        raise BadRequest.at("body", "", Rule(say("Give at least one property to put right.")))
    change_contact(session, actor, contact, changes)
    touch(session, contact)
    record_act(session, "rectification", contact.city_id, actor, subject=contact, said={"reason": "subjectRequest"})


def review_contact(session: Session, actor: Actor, contact: Contact, review_on: date) -> None:
    """Say that the contact is still needed and right, and when to look again; by a day gone by, retention takes it."""
    never_erased(contact)
    if review_on <= now().date():
        raise BadRequest.at("body", "reviewOn", Rule(say("Give a day after today.")), value=review_on.isoformat())
    contact.review_on = review_on
    record_act(session, "review", contact.city_id, actor, subject=contact)
