"""What tests say to an issuer, and the world whose callers it names."""

import json
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from stedenband.access.models import ROLES
from stedenband.app import create_app
from stedenband.config import Settings
from tests.access.issuer_process import DISCOVERY, KEYS
from tests.builders import BASE, DATA, MAIL_FROM, SMTP_URL, Api, World

AUDIENCE = "register"
CLAIMS = {"sub": "a", "city": "Genk", "realm_access": {"roles": ["offline_access", "sb-coordinator"]}}


@dataclass(frozen=True)
class Issuer:
    """A running issuer."""

    process: "subprocess.Popen[str]"
    address: str

    def said(self, path: str, /, **body: Any) -> Any:
        """Return what it answers to a POST."""
        request = Request(self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
        with urlopen(request) as reply:  # noqa: S310 (our own process)
            return json.loads(reply.read())

    def asked(self, path: str = KEYS) -> int:
        """Return how often it was asked for its keys, or something else."""
        return int(self.said("/count", path=path)["asked"])

    def rotate(self) -> str:
        """Replace every key by a new one, and return its id."""
        return str(self.said("/rotate")["kid"])

    def fall_ill(self, path: str, body: str = "", status: int = 200, **headers: str) -> None:
        """Let it answer `path` like this from now on."""
        self.said("/ill", path=path, reply={"body": body, "status": status, "headers": headers})

    def get_well(self) -> None:
        """Let it answer everything as it should."""
        for path in (DISCOVERY, KEYS):
            self.said("/ill", path=path, reply=None)

    def claims(self, **more: Any) -> dict[str, Any]:
        """Return good claims of a coordinator of Genk; `more` replaces some, None leaves them out."""
        now = int(time.time())
        good = {"iss": self.address, "aud": AUDIENCE, "iat": now, "exp": now + 300, **CLAIMS, **more}
        return {name: value for name, value in good.items() if value is not None}

    def token(
        self, header: Mapping[str, Any] | None = None, *, key: str = "ec", alg: str = "ES256", **more: Any
    ) -> str:
        """Return a token of `claims(**more)`; `header` replaces parts of the header, None leaves them out."""
        return self.signed(json.dumps(self.claims(**more)), header, key=key, alg=alg)

    def signed(
        self, payload: str, header: Mapping[str, Any] | None = None, *, key: str = "ec", alg: str = "ES256"
    ) -> str:
        """Return any payload, signed with one of its keys."""
        sent = {"typ": "at+jwt", "alg": alg, "kid": key, **(header or {})}
        text = pieces({name: value for name, value in sent.items() if value is not None}, payload)
        return f"{text}.{self.said('/sign', input=text, key=key, alg=alg)['signature']}"


def encoded(text: str | bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(text.encode() if isinstance(text, str) else text).decode().rstrip("=")


def pieces(header: Any, payload: str) -> str:
    """Return what is signed."""
    return f"{encoded(json.dumps(header))}.{encoded(payload)}"


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """Run an issuer for the time of the block."""
    command = [sys.executable, str(Path(__file__).with_name("issuer_process.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            yield Issuer(process, f"http://127.0.0.1:{process.stdout.readline().strip()}")
        finally:
            process.kill()


def settings_for(world: World, address: str) -> Settings:
    """Return the settings of an installation that takes the tokens of this issuer."""
    return Settings(
        data=DATA,
        database_url=world.database.api_url,
        public_url=BASE,
        client_limit=0,
        anonymous_limit=0,
        smtp_url=SMTP_URL,
        mail_from=MAIL_FROM,
        oidc_issuer=address,
        oidc_audience=AUDIENCE,
        oidc_role_claim="realm_access.roles",
        oidc_cities=json.dumps(
            {name: str(key) for name, key in world.cities.items()} | {"nowhere": "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"}
        ),
        oidc_roles=json.dumps({f"sb-{role}": role for role in reversed(ROLES)}),
    )


@contextmanager
def world_of(world: World, address: str) -> Iterator[World]:
    """Give the same world behind an application that takes the tokens of this issuer, and knows no key of it yet."""
    app = create_app(settings_for(world, address))
    try:
        yield replace(world, app=app)
    finally:
        app.extensions["stedenband.database"].engine.dispose()


def person(world: World, issuer: Issuer, subject: str, city: str = "Genk", role: str = "coordinator") -> Api:
    """Return the API as a person with a token sees it."""
    token = issuer.token(sub=subject, city=city, realm_access={"roles": [f"sb-{role}"]})
    return world.api().as_(token)
