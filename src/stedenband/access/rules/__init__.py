"""The rules of API clients, their keys and access tokens."""

from stedenband.access.rules.clients import (
    IssuedKey,
    change_api_client,
    create_api_client,
    issue_key,
    parse_key,
    revoke_key,
)
from stedenband.access.rules.credentials import credential_reader
from stedenband.access.rules.signing_keys import SigningKeys
from stedenband.access.rules.tokens import Tokens

__all__ = [
    "IssuedKey",
    "SigningKeys",
    "Tokens",
    "change_api_client",
    "create_api_client",
    "credential_reader",
    "issue_key",
    "parse_key",
    "revoke_key",
]
