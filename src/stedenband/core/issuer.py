"""The OpenID Connect issuer whose access tokens are taken, and what their claims mean here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from stedenband.core.access import Role
from stedenband.core.refusal import Refusal

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
GIVEN = tuple(role.value for role in Role if role is not Role.PUBLIC)


@dataclass(frozen=True)
class Issuer:
    """An issuer and our name in its tokens; which claims tell city and role, and what each of their values means.

    Of several values that mean something, the one that stands first in `cities` or `roles` counts.
    """

    address: str
    audience: str
    city_claim: str
    role_claim: str
    cities: Mapping[str, UUID]
    roles: Mapping[str, Role]


def read_issuer(  # noqa: PLR0913, PLR0917 (one per setting)
    address: str | None, audience: str | None, city_claim: str, role_claim: str, cities: str | None, roles: str | None
) -> Issuer | None:
    """Return the issuer that the settings STEDENBAND_OIDC_… name, None without one; raise Refusal where they are wrong.

    `cities` and `roles` are JSON objects: value of the claim -> id of a city, or role.
    """
    if address is None:
        if audience or cities or roles:
            raise Refusal("STEDENBAND_OIDC_ISSUER is missing; without it, set no other STEDENBAND_OIDC_… either.")
        return None
    if not is_safe(address):
        raise Refusal(
            f"STEDENBAND_OIDC_ISSUER is not an https address without query and fragment"
            f" (http is for this machine alone): {address!r}."
        )
    if not audience:
        raise Refusal("STEDENBAND_OIDC_AUDIENCE is missing: the name that the issuer has for this installation.")
    return Issuer(
        address,
        audience,
        city_claim,
        role_claim,
        _meanings("CITIES", cities, '{"genk": "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"}', UUID),
        _meanings("ROLES", roles, f'{{"sb-coordinator": "coordinator"}}, of {", ".join(GIVEN)}', _role),
    )


def is_safe(address: str) -> bool:
    """Tell whether what is fetched from an address comes from whom it names: https, or http on this machine."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and not set(address) & set("?#@\\ ")
    return plain and ((parts.scheme == "https" and bool(host)) or (parts.scheme == "http" and host in LOOPBACK))


def _meanings(name: str, text: str | None, example: str, read: Any) -> dict[str, Any]:
    try:
        meanings = {str(value): read(meaning) for value, meaning in json.loads(text or "{}").items()}
    except (ValueError, TypeError, AttributeError):
        meanings = {}
    if not meanings:
        raise Refusal(f"STEDENBAND_OIDC_{name} is not a JSON object such as {example}.")
    return meanings


def _role(name: str) -> Role:
    if name not in GIVEN:
        raise ValueError(name)
    return Role(name)
