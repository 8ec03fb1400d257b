"""Retention: what was kept for as long as its tag says goes by itself."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import ColumnElement, Date, Interval, Select, Text, cast, delete, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.ledger import IdempotencyKey
from stedenband.core.privacy import REPLY, Retention
from stedenband.people.models import Contact, ContactRole
from stedenband.people.models.tags import KEPT
from stedenband.people.rules.acts import record_act
from stedenband.people.rules.erasure import anonymize, listed
from stedenband.people.rules.person import person_of

JOB = Actor(name="stedenband retention")


def run_retention(session: Session) -> Counter[str]:
    """Anonymize contacts that nobody needs any more, empty checklists of travelers and delete replies that are over.

    Cities to which a transfer ended by the calendar are told so in their feed, as are those for which one began again.
    It runs as the worker or the owner of the tables, over all cities; each city gets an act for each person that went.
    """
    counts: Counter[str] = Counter()
    for contact in session.scalars(contacts_over().order_by(Contact.id)).all():
        person = person_of(session, contact.city_id, [contact.id])
        done, ids = anonymize(session, person)
        purged = func.purge_replies(contact.city_id, *listed(ids | person.ids, person.phrases | person.names))
        done["idempotency_key"] = session.scalar(select(purged)) or 0
        record_act(
            session, "retention", contact.city_id, JOB,
            subject=contact, said={"reason": "noLongerNecessary"}, counts=done,
        )  # fmt: skip
        session.flush()
        counts += done
    if told := session.scalar(select(func.tell_transfers())):
        counts["change"] += told
    if forgotten := session.scalar(select(func.forget_travel_documents())):
        counts["delegation_participant"] += forgotten
    over = delete(IdempotencyKey).where(IdempotencyKey.created_at <= func.now() - _period(REPLY.retention))
    counts["idempotency_key"] += len(session.execute(over.returning(IdempotencyKey.key)).all())
    return counts


def contacts_over() -> Select[Contact]:
    """Return the contacts whose day of review passed too long ago, or that have none and are that old.

    One with a role that has no end, or ends later, is still needed.
    """
    today = func.current_date()
    still = or_(ContactRole.valid_to.is_(None), ContactRole.valid_to >= today)
    return select(Contact).where(
        Contact.erased_at.is_(None),
        Contact.merged_into_id.is_(None),
        func.coalesce(Contact.review_on, cast(Contact.created_at, Date)) + _period(KEPT) < today,
        ~exists().where(ContactRole.contact_id == Contact.id, still),
    )


def _period(retention: Retention) -> ColumnElement[timedelta]:
    """Return a period of a tag (ISO 8601), as PostgreSQL reads it too."""
    return cast(literal(retention.period, Text()), Interval())
