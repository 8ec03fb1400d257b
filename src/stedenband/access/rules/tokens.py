"""Access tokens (RFC 9068, RFC 8725): verified here, before any connection to the database is taken."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry, deserialize_compact
from joserfc.jwt import JWTClaimsRegistry

from stedenband.access.rules.signing_keys import SigningKeys
from stedenband.core.db import VerifiedToken
from stedenband.core.errors import InvalidAccessToken, MissingPermission
from stedenband.core.issuer import Issuer
from stedenband.core.words import say

Meaning = TypeVar("Meaning")
Claims = Mapping[str, Any]

FORM = re.compile(r"[Bb]earer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)", re.ASCII)
ALGORITHMS = {
    "RS256": JWSRegistry.algorithms["RS256"],
    "PS256": JWSRegistry.algorithms["PS256"],
    "ES256": JWSRegistry.algorithms["ES256"],
    "Ed25519": JWSRegistry.algorithms["Ed25519"],
    "EdDSA": JWSRegistry.algorithms["Ed25519"],  # the older name, which RFC 9864 replaces
}
"""All that may sign: never `none`, never a shared secret."""
TYPES = frozenset({"at+jwt", "jwt"})
ID_TOKEN_CLAIMS = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
"""What stands in ID tokens, which tell a client who signed in and open no door."""
SKEW = 60
"""Seconds by which the issuer's clock may differ from ours."""
LATEST = 7_258_118_400
"""The year 2200: beyond it no instant is shown."""

log = structlog.get_logger("stedenband.tokens")

_REGISTRY = JWSRegistry(algorithms=tuple(ALGORITHMS), strict_check_header=False)
_REGISTRY.algorithms = ALGORITHMS  # of this registry alone: it knows no other


@dataclass(frozen=True)
class Tokens:
    """The access tokens of one issuer."""

    issuer: Issuer
    keys: SigningKeys

    def read(self, value: str) -> VerifiedToken | None:
        """Return for whom the token in an Authorization value speaks; None when it has not the form of one.

        401 for a token that is not valid, 403 for one whose claims mean no city or role here, 503 while the issuer's
        keys cannot be had.
        """
        found = FORM.fullmatch(value)
        if found is None:
            return None
        try:
            claims = self._verified(found[1])
            person = pseudonym(self.issuer.address, claims["sub"])
        except (JoseError, ValueError, RecursionError) as error:
            log.info("token refused", reason=str(error))
            raise InvalidAccessToken(
                say("The access token is not valid here, or no longer. Get a new one from your identity provider.")
            ) from None
        city = meant(claims, self.issuer.city_claim, self.issuer.cities)
        role = meant(claims, self.issuer.role_claim, self.issuer.roles)
        if city is None or role is None:
            raise MissingPermission(
                say("Your account has no city or no role here. Ask the administrator of the installation for them.")
            )
        expires = datetime.fromtimestamp(min(int(claims["exp"]), LATEST), UTC)
        return VerifiedToken(self.issuer.address, city, role, person, expires)

    def _verified(self, token: str) -> Claims:
        header = _object(token.partition(".")[0])
        kind = str(header.get("typ")).lower().removeprefix("application/")
        if kind not in TYPES:
            raise ValueError("the type of the token")
        if "crit" in header or "b64" in header or str(header.get("alg")) not in ALGORITHMS:
            raise ValueError("a header that is not taken")
        signed = deserialize_compact(token, lambda _: self._key(header), registry=_REGISTRY)
        claims = _object(signed.payload)
        self._check(claims)
        if _is_id_token(kind, claims):
            raise ValueError("an ID token")
        return claims

    def _key(self, header: Mapping[str, Any]) -> Key:
        """Return the key that the header names by its id alone; addresses and keys in a header are never looked at."""
        kid = header.get("kid")
        key = self.keys.named(kid) if isinstance(kid, str) else None
        if key is None:
            raise ValueError("an unknown key")
        key.check_alg(header["alg"])
        return key

    def _check(self, claims: Claims) -> None:
        JWTClaimsRegistry(
            leeway=SKEW,
            iss={"essential": True, "value": self.issuer.address},
            aud={"essential": True, "value": self.issuer.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(dict(claims))


def pseudonym(issuer: str, subject: str) -> UUID:
    """Return the name under which a person acts here: always the same, and without the issuer's word nobody's name."""
    return uuid5(uuid5(NAMESPACE_URL, issuer), subject)


def meant(claims: Claims, path: str, meanings: Mapping[str, Meaning]) -> Meaning | None:
    """Return the first of `meanings` whose value stands in the claim at `path`, such as `realm_access.roles`."""
    said = claims.get(path)
    if said is None:
        said = claims
        for name in path.split("."):
            said = said.get(name) if isinstance(said, dict) else None
    listed = said if isinstance(said, list) else [said]
    return next((meaning for value, meaning in meanings.items() if value in listed), None)


def _is_id_token(kind: str, claims: Claims) -> bool:
    """Tell whether it is one, as far as it can be told: by Keycloak's claim `typ`, else by what only ID tokens say."""
    if kind == "at+jwt":
        return False
    return claims["typ"] != "Bearer" if "typ" in claims else bool(ID_TOKEN_CLAIMS & claims.keys())


def _object(part: bytes | str | None) -> dict[str, Any]:
    """Return a JSON object: of base64url text, or of bytes that are decoded already."""
    text = urlsafe_b64decode(part + "=" * (-len(part) % 4)) if isinstance(part, str) else part
    value = json.loads(text or b"")
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 (a token that is not valid)
    return value
