"""The keys with which the issuer signs: found through its discovery document, kept, and fetched anew as they rotate."""

import json
from collections.abc import Iterator
from http.client import HTTPException
from math import inf
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from stedenband.core.errors import ServiceUnavailable
from stedenband.core.issuer import is_safe

FRESH = 300.0
"""Seconds for which keys are used without asking again; so long lives a key that the issuer has withdrawn."""
PAUSE = 10.0
"""Seconds between two questions to the issuer, however many tokens name keys that it does not have."""
STALE = 86_400.0
"""Seconds for which keys are used while the issuer cannot be reached."""
PATIENCE = 2.0
"""Seconds that the issuer has for each step of a reply."""
LONGEST = 256 * 1024
SHORTEST_RSA = 2048

log = structlog.get_logger("stedenband.issuer")


class _NoRedirects(HTTPRedirectHandler):
    """Follows nobody: what the issuer says is said at its own address."""

    def redirect_request(self, *_: Any) -> None:
        """Turn a redirect into an error."""


_OPENER = build_opener(_NoRedirects)


class SigningKeys:
    """The public keys of one issuer, by key id. Nothing is fetched before the first token, so it survives a fork."""

    def __init__(self, issuer: str) -> None:
        """Remember the issuer's address."""
        self.issuer = issuer
        self._lock = Lock()
        self._keys: dict[str, Key] = {}
        self._fetched = self._tried = -inf

    def named(self, kid: str) -> Key | None:
        """Return the key of this id, None when the issuer has none; 503 while its keys were never fetched."""
        known = kid in self._keys
        # Whoever names a key that is known goes on with it while somebody else is asking the issuer.
        if not (known and monotonic() - self._fetched < FRESH) and self._lock.acquire(blocking=not known):
            try:
                self._ask()
            finally:
                self._lock.release()
        if not self._keys:
            raise ServiceUnavailable(int(PAUSE))
        return self._keys.get(kid)

    def _ask(self) -> None:
        if monotonic() - self._tried < PAUSE:
            return
        self._tried = monotonic()
        try:
            self._keys = _published(self.issuer)
            self._fetched = monotonic()
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            log.warning("the issuer's keys cannot be fetched", issuer=self.issuer, error=str(error))
            if monotonic() - self._fetched > STALE:
                self._keys = {}


def _published(issuer: str) -> dict[str, Key]:
    """Return the keys that the issuer publishes now (OpenID Connect Discovery 1.0, section 4)."""
    about = _fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
    address = about.get("jwks_uri")
    if about.get("issuer") != issuer:
        raise ValueError(f"The discovery document is of another issuer: {about.get('issuer')!r}.")
    if not isinstance(address, str) or not is_safe(address) or urlsplit(address).scheme != urlsplit(issuer).scheme:
        raise ValueError(f"The discovery document names no safe address of keys: {address!r}.")
    keys = dict(_usable(_fetch(address).get("keys")))
    if not keys:
        raise ValueError("The issuer publishes no key that can be used.")
    return keys


def _fetch(address: str) -> dict[str, Any]:
    request = Request(address, headers={"Accept": "application/json"})  # noqa: S310 (is_safe has seen the address)
    with _OPENER.open(request, timeout=PATIENCE) as reply:
        body = reply.read(LONGEST + 1)
    document = json.loads(body) if len(body) <= LONGEST else None
    if not isinstance(document, dict):
        raise ValueError(f"No JSON object of at most {LONGEST} bytes at {address}.")  # noqa: TRY004 (of the reply)
    return document


def _usable(listed: Any) -> Iterator[tuple[str, Key]]:
    """Give the keys that have a name and can verify; others are left out (RFC 7517, section 5)."""
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and _may_sign(each):
            try:
                yield each["kid"], import_key(each)
            except (JoseError, ValueError, TypeError):
                continue


def _may_sign(key: dict[str, Any]) -> bool:
    """Tell whether a key has a name and is a public one for signatures; a short one of RSA proves nothing."""
    bits = 6 * len(str(key.get("n", "")).lstrip("A"))
    strong = key.get("kty") in {"EC", "OKP"} or (key.get("kty") == "RSA" and bits >= SHORTEST_RSA)
    return strong and key.get("use", "sig") == "sig" and isinstance(key.get("kid"), str)
