"""The rules of calendar subscriptions: whose rights they have, and the secret that opens them."""

import secrets
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.access import Actor
from stedenband.core.db import CalendarSecret
from stedenband.core.parts import refer, store
from stedenband.insight.models import CalendarSubscription


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
