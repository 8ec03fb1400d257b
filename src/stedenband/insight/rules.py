"""The rules of subscriptions to calendars and digests: whose rights they have, and what opens or ends them."""

import secrets
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.access import Actor, Permission
from stedenband.core.db import CalendarSecret
from stedenband.core.errors import BadRequest, Conflict, MissingPermission
from stedenband.core.mail import ascii_address
from stedenband.core.parts import refer, store
from stedenband.core.words import Rule, say
from stedenband.insight.models import CalendarSubscription, DigestSubscription

MOST = 20
"""Digests of one client."""
BYTES = 32
"""Of a secret."""
DIGEST = "dig_"
"""How the secret of a digest begins on the wire, by which `web.trace` keeps it out of logs."""
ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtextextended('digests of ' || :client, 0))"
UNSUBSCRIBE = "SELECT unsubscribe_digest(:hash)"


def credential_of(secret: str) -> CalendarSecret:
    """Return what a secret opens; one of another form is looked up like any other, and found as little."""
    return CalendarSecret(sha256(secret.encode()).digest())


def subscribe(session: Session, actor: Actor, data: dict[str, Any]) -> tuple[CalendarSubscription, str]:
    """Make the address of a calendar that its maker may read now; return it with its secret, this once."""
    secret = f"cal_{secrets.token_urlsafe(32)}"  # 256 bits; by how it begins, `web.trace` keeps it out of logs
    city, link = data.pop("city", None), data.pop("city_link", None)
    made = CalendarSubscription(
        **data,
        api_client_id=actor.client_id,
        person_id=actor.person_id,
        scopes=None if actor.scopes is None else sorted(actor.scopes),
        hash=credential_of(secret).hash,
        partner_city_id=city and refer(session, PartnerCity, city, "city"),
        city_link_id=link and refer(session, CityLink, link, "cityLink"),
    )
    store(session, made)
    return made, secret


def subscribe_to_digest(session: Session, actor: Actor, data: dict[str, Any]) -> DigestSubscription:
    """Have an e-mail sent about what the caller has to do."""
    if not actor.may(Permission.REMINDERS_READ):
        raise MissingPermission(say("To be told reminders takes a key that may read them (reminders:read)."))
    if ascii_address(data["email"]) is None:
        detail = say("Give an address that every mail server takes: only ASCII characters before the @.")
        raise BadRequest.at("body", "email", Rule(detail))
    session.execute(text(ONE_BY_ONE), {"client": str(actor.client_id)})
    held = select(func.count()).where(DigestSubscription.api_client_id == actor.client_id)
    if session.scalar(held) >= MOST:  # type: ignore[operator]
        raise Conflict(say("A client has at most {most} subscriptions to e-mail. Delete one first.", most=MOST))
    secret = secrets.token_bytes(BYTES)
    made = DigestSubscription(
        **data,
        api_client_id=actor.client_id,
        person_id=actor.person_id,
        scopes=None if actor.scopes is None else sorted(actor.scopes),
        secret=secret,
        hash=sha256(secret).digest(),
    )
    store(session, made)
    return made


def shown(secret: bytes) -> str:
    """Return the secret of a digest as it stands in an address."""
    return DIGEST + secret.hex()


def unsubscribe(session: Session, secret: str) -> bool:
    """End the digest that a secret belongs to; tell whether there is one. Once ended, it stays so."""
    try:
        presented = bytes.fromhex(secret.removeprefix(DIGEST))
    except ValueError:
        presented = b""
    return bool(session.scalar(text(UNSUBSCRIBE), {"hash": sha256(presented).digest()}))
