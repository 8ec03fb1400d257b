"""Sending digests: to each address at most one e-mail a day, when what its client has to do holds something new.

A digest is noted before it is sent: a worker that is killed in between sends none on that day rather than two.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from stedenband.config import Settings
from stedenband.core.access import Actor, Permission, Role
from stedenband.core.db import asked
from stedenband.core.mail import Letter, MailServer, Sent, ascii_address, send
from stedenband.core.roles import API
from stedenband.core.words import say
from stedenband.insight.models import REMINDER_KINDS
from stedenband.insight.rules import shown
from stedenband.insight.schemas import AHEAD, MOST_REMINDERS
from stedenband.insight.statements.entries import permitted
from stedenband.insight.statements.reminders import BEGINNING, reminder, reminders_of
from stedenband.web import links
from stedenband.web.catalogs import translated

logger = structlog.get_logger()

MOST_ATTEMPTS = 10
"""On one day."""
MOST_IN_A_ROW = 5
"""Postponed ones, after which the others wait for the next run: it is the server's doing, which may hang each time."""
MOST_REFUSALS = 3
"""Days in a row after which an address is given up."""
OPEN = """
status = 'active' AND (last_on IS DISTINCT FROM current_date OR (outcome = 'postponed' AND attempts < :attempts))
"""
LOOK = f"SELECT id FROM digest_subscription WHERE {OPEN} ORDER BY last_on NULLS FIRST, id"  # noqa: S608 (a constant)
HOLD = f"""
SELECT id, secret, scopes, email, kinds, language, told FROM digest_subscription
WHERE id = :id AND {OPEN} FOR UPDATE SKIP LOCKED
"""  # noqa: S608 (a constant)
ENTER = "SELECT enter_digest(:id)"
ROLE = "SELECT my_role()"
NOTE = """
UPDATE digest_subscription SET attempts = CASE WHEN last_on = current_date THEN attempts + 1 ELSE 1 END,
    last_on = current_date, outcome = 'begun'
WHERE id = :id
"""
"""From here on nobody begins another today."""
SENT = "UPDATE digest_subscription SET outcome = 'sent', refusals = 0, told = :told WHERE id = :id"
POSTPONED = "UPDATE digest_subscription SET outcome = 'postponed' WHERE id = :id"
REFUSED = "UPDATE digest_subscription SET outcome = 'refused', refusals = refusals + 1 WHERE id = :id"
GIVE_UP = """
UPDATE digest_subscription SET status = 'disabled', reason = 'refused', version = version + 1,
    updated_at = date_trunc('second', now())
WHERE id = :id AND refusals >= :refusals AND status = 'active'
"""


@dataclass(frozen=True, slots=True)
class Digest:
    """What is to be sent, and the keys of the reminders in it."""

    letter: Letter
    keys: list[str]


def send_digests(session: Session, settings: Settings) -> None:
    """Send what is to be sent today; nothing where the settings name no mail server."""
    server = settings.mail_server()
    if server is None:
        return
    waiting = session.scalars(text(LOOK), {"attempts": MOST_ATTEMPTS}).all()
    session.commit()
    postponed = 0
    for key in waiting:
        digest = _begin(session, key, settings)
        if digest is None:
            continue
        if _send(session, key, digest, server) is not Sent.POSTPONED:
            postponed = 0
            continue
        logger.warning("digest postponed", subscription=str(key))
        postponed += 1
        if postponed == MOST_IN_A_ROW:
            break


def _begin(session: Session, key: UUID, settings: Settings) -> Digest | None:
    """Note that a digest is sent, and return it; None where it is not to be, or nothing is new."""
    with session.begin():
        row = session.execute(text(HOLD), {"id": key, "attempts": MOST_ATTEMPTS}).one_or_none()
        if row is None or not session.scalar(text(ENTER), {"id": key}):
            return None
        found = _read(session, row, f"{settings.public_url}{links.API}")
        keys = [f"{each['id']} {each['on']} {each['overdue']}" for each in found]
        if not set(keys) - set(row.told or ()):
            return None
        session.execute(text(NOTE), {"id": key})
        return Digest(compose(row, found, f"{settings.public_url}{links.API}"), keys)


def _read(session: Session, row: Any, base: str) -> list[dict[str, Any]]:
    """Read with the eyes of whoever was entered as: the same statement that `GET /reminders` asks."""
    scopes = None if row.scopes is None else frozenset(row.scopes)
    actor = Actor(Role(session.scalar(text(ROLE))), scopes=scopes)
    kinds = permitted(row.kinds or REMINDER_KINDS, actor)
    if not kinds or not actor.may(Permission.REMINDERS_READ):
        return []
    values = {"ahead": AHEAD, "limit": MOST_REMINDERS, "lang": row.language, **BEGINNING}
    session.execute(text(f"SET LOCAL ROLE {API}"))
    rows = asked(session, reminders_of(kinds, base), values, named=True)
    session.execute(text("RESET ROLE"))
    return [reminder(each, row.language) for each in rows]


def compose(row: Any, found: list[dict[str, Any]], base: str) -> Letter:
    """Return the e-mail about these reminders; in its headers stands nothing that anybody wrote."""
    overdue, soon = ([each for each in found if each["overdue"] is late] for late in (True, False))
    parts = [
        (say("Overdue"), overdue),
        (say("To be done within {days} days", days=AHEAD), soon),
    ]
    lines: list[str] = []
    for heading, items in parts:
        if items:
            lines += [translated(heading, row.language), ""]
            lines += [f"- {each['on']}  {each['summary']}\n  {each['href']}" for each in items]
            lines.append("")
    ending = f"{base}/digests/{shown(bytes(row.secret))}/unsubscription"
    foot = say(
        "You get this e-mail, at most once a day, because somebody asked for it at {place}. To get it no more, choose"
        " 'Unsubscribe' in your mail program, or have the subscription deleted: {subscription}",
        place=base,
        subscription=f"{base}/digestSubscriptions/{row.id}",
    )
    subject = say("To be done: {count}", count=len(found))
    body = "\n".join([*lines, "-- ", translated(foot, row.language), ""])
    to = ascii_address(row.email) or row.email
    return Letter(to, translated(subject, row.language), body, row.language, ending)


def _send(session: Session, key: UUID, digest: Digest, server: MailServer) -> Sent:
    """Send it and write down what came of it; where that is unknown, that it was begun stays."""
    sent = send(digest.letter, server)
    with session.begin():
        match sent:
            case Sent.TAKEN:
                session.execute(text(SENT), {"id": key, "told": digest.keys})
            case Sent.POSTPONED:
                session.execute(text(POSTPONED), {"id": key})
            case Sent.REFUSED:
                session.execute(text(REFUSED), {"id": key})
                session.execute(text(GIVE_UP), {"id": key, "refusals": MOST_REFUSALS})
            case _:
                logger.warning("digest may have arrived", subscription=str(key))
    return sent
