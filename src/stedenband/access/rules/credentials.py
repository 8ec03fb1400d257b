"""What an Authorization header may hold: a key, or, where an issuer is configured, an access token."""

from collections.abc import Callable

from stedenband.access.rules.clients import parse_key
from stedenband.access.rules.signing_keys import SigningKeys
from stedenband.access.rules.tokens import Tokens
from stedenband.core.db import Credential
from stedenband.core.issuer import Issuer


def credential_reader(issuer: Issuer | None) -> Callable[[str], Credential | None]:
    """Return what turns an Authorization value into a credential, None when it has the form of none."""
    if issuer is None:
        return parse_key
    tokens = Tokens(issuer, SigningKeys(issuer.address))
    return lambda value: parse_key(value) or tokens.read(value)
