"""The rules of API clients and keys."""

import re
import secrets
import string
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stedenband.access.models import ApiClient, ApiKey
from stedenband.core.access import Actor
from stedenband.core.db import PresentedKey, now
from stedenband.core.errors import BadRequest, Conflict
from stedenband.core.parts import assign, refer, store
from stedenband.core.words import Rule, say

Data = dict[str, Any]
ALPHABET = string.ascii_letters + string.digits


KEY_FORM = re.compile(r"[Bb]earer (sb_([0-9A-Za-z]{12})_[0-9A-Za-z_-]{43})", re.ASCII)


def parse_key(value: str) -> PresentedKey | None:
    """Return the credential in an Authorization value; None when it has not the form of a key."""
    found = KEY_FORM.fullmatch(value)
    return PresentedKey(found[2], sha256(found[1].encode()).digest()) if found else None


@dataclass(frozen=True)
class IssuedKey:
    """A new key: its id and, this once, the key itself."""

    id: UUID
    key: str


def create_api_client(session: Session, _actor: Actor, data: Data) -> ApiClient:
    """Add a client to a city."""
    client = ApiClient(city_id=refer(session, ApiClient.city.property.mapper.class_, data.pop("city"), "city"))
    assign(client, data)
    store(session, client)
    return client


def change_api_client(_session: Session, _actor: Actor, client: ApiClient, data: Data) -> None:
    """Rename a client, give it another role, suspend it; the role of the issuer's client comes from its tokens."""
    if client.kind == "oidc" and data.get("role", client.role) != client.role:
        raise Conflict(say("The role of this client comes from the identity provider. Change it there, or suspend it."))
    assign(client, data)


def issue_key(
    session: Session, client: ApiClient, *, scopes: list[str] | None = None, expires_at: datetime | None = None
) -> IssuedKey:
    """Make a key for a client: a public prefix to find it by and a secret of 256 bits, kept as SHA-256."""
    if client.kind == "oidc":
        raise Conflict(say("This client is for callers of the identity provider. Make a client of its own for a key."))
    if expires_at is not None and expires_at <= now():
        raise BadRequest.at("body", "expiresAt", Rule(say("Give a moment in the future.")))
    prefix = "".join(secrets.choice(ALPHABET) for _ in range(12))
    key = f"sb_{prefix}_{secrets.token_urlsafe(32)}"
    made = session.scalars(select(func.uuidv7())).one()
    session.add(
        ApiKey(
            id=made,
            api_client_id=client.id,
            prefix=prefix,
            hash=sha256(key.encode()).digest(),
            scopes=scopes,
            expires_at=expires_at,
        )
    )
    return IssuedKey(made, key)


def revoke_key(key: ApiKey) -> None:
    """Revoke a key; it holds at the next request of every process."""
    if key.revoked_at is None:
        key.revoked_at = now()
