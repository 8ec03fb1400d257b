"""Signed links: who made one is entered again when it is followed, for ten minutes, and for one document."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hmac import compare_digest
from hmac import digest as hmac
from secrets import token_hex
from uuid import UUID

import orjson

from stedenband.core.access import Role
from stedenband.core.db import Credential, LinkedKey, PresentedKey, VerifiedToken, now
from stedenband.core.errors import InvalidAccessToken
from stedenband.core.words import say
from stedenband.documents.rules.store import Store

LASTS = timedelta(minutes=10)
LONGEST = 1000
GONE = say("The link is no longer valid, or is not one of ours. Ask for a new one.")


@dataclass(frozen=True)
class Signer:
    """Signs and reads links; `secret` is a setting, or one that all processes of the store share in its folder."""

    store: Store
    setting: str | None

    @cached_property
    def key(self) -> bytes:
        """The secret; made when there is none, once for all processes."""
        if self.setting:
            return self.setting.encode()
        path = self.store.root / "secret"
        if not path.exists():
            fresh = path.with_name(f"{token_hex(8)}.new")
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(fresh, path)
            fresh.unlink()
        return path.read_bytes()

    def sign(self, document: UUID, credential: Credential | None) -> tuple[str, datetime]:
        """Return what a link to a document carries, and until when it holds."""
        until = now() + LASTS
        match credential:
            case PresentedKey() | LinkedKey():
                who: dict[str, str] = {"k": credential.prefix}
            case VerifiedToken():
                until = min(until, credential.expires_at)
                who = {
                    "i": credential.issuer,
                    "c": str(credential.city_id),
                    "r": credential.role.value,
                    "p": str(credential.person_id),
                }
            case _:
                who = {}
        said = _text(orjson.dumps({"e": int(until.timestamp()), **who}))
        return f"{said}.{self._signature(document, said)}", until

    def read(self, document: UUID, token: str) -> Credential | None:
        """Return who made a link to a document (None: anybody); 401 for one that is over or not ours."""
        said, _, signature = token[:LONGEST].partition(".")
        if not compare_digest(self._signature(document, said).encode(), signature.encode("utf-8", "replace")):
            raise InvalidAccessToken(GONE)
        who = orjson.loads(urlsafe_b64decode(said + "=="))
        until = datetime.fromtimestamp(who["e"], UTC)
        if until <= now():
            raise InvalidAccessToken(GONE)
        if "k" in who:
            return LinkedKey(who["k"])
        if "i" in who:
            return VerifiedToken(who["i"], UUID(who["c"]), Role(who["r"]), UUID(who["p"]), until)
        return None

    def _signature(self, document: UUID, said: str) -> str:
        return _text(hmac(self.key, f"{document} {said}".encode("utf-8", "replace"), "sha256"))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
