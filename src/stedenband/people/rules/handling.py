"""Rectification (GDPR art. 16) and review: ordinary changes of a contact, recorded as acts."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.errors import BadRequest
from stedenband.core.words import say
from stedenband.people.models import Contact
from stedenband.people.rules.acts import record_act
from stedenband.people.rules.erasure import never_erased
from stedenband.people.rules.people import change_contact


def rectify_contact(session: Session, actor: Actor, contact: Contact, changes: dict[str, Any]) -> None:
    """Put right what the person says is wrong."""
    if not changes:
        raise BadRequest.at("body", "", say("Give at least one property to put right."))
    change_contact(session, actor, contact, changes)
    record_act(session, "rectification", contact.city_id, actor, subject=contact, said={"reason": "subjectRequest"})


def review_contact(session: Session, actor: Actor, contact: Contact, review_on: date) -> None:
    """Say that the contact is still needed and right, and when to look again."""
    never_erased(contact)
    contact.review_on = review_on
    record_act(session, "review", contact.city_id, actor, subject=contact)
