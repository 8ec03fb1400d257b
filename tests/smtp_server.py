"""A mail server as a process of its own: python smtp_server.py FOLDER. It says its port in FOLDER/port.

FOLDER/settings.json says how it is: `host`, `implicit` (TLS from the first byte), `starttls`, `user` and `password`. For each
message FOLDER/behavior says what it does: `451 rcpt`, `550 data`, `hang`, `drop`; else it takes it, as FOLDER/N.eml.
"""

import asyncio
import itertools
import json
import ssl
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

FOLDER = Path(sys.argv[1])
SETTINGS = json.loads((FOLDER / "settings.json").read_text())
NUMBERS = itertools.count()


class Handler:
    """Does what the file says; the names of its methods are those that the library calls."""

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if (refused := behavior("mail")) is not None:
            return refused
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if (refused := behavior("rcpt")) is not None:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if (refused := behavior("data")) is not None:
            return refused
        wanted = (FOLDER / "behavior").read_text()
        if wanted == "hang":
            await asyncio.sleep(3600)
        to = ",".join(envelope.rcpt_tos)
        head = f"X-To: {to}\r\nX-Secure: {session.ssl is not None}\r\nX-User: {session.auth_data or ''}\r\n"
        (FOLDER / f"{next(NUMBERS):04}.eml").write_bytes(head.encode() + envelope.content)
        if wanted == "drop":
            server.transport.abort()
        return "250 OK"


class Server(SMTP):
    """May refuse to take a message before it begins."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if (refused := behavior("start")) is not None:
            await self.push(refused)
        else:
            await super().smtp_DATA(arg)


def behavior(step: str) -> str | None:
    """Return the answer that a step gives, where it is not to go on."""
    code, _, where = (FOLDER / "behavior").read_text().partition(" ")
    return f"{code} not now, secret@example.org" if where == step else None


def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    """Take the one user."""
    given = (data.login.decode(), data.password.decode())
    good = given == (SETTINGS["user"], SETTINGS["password"])
    return AuthResult(success=good, handled=False, auth_data=given[0])


def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(FOLDER / "receiver.pem")
    return made


def protocol() -> Server:
    """Make what answers one connection."""
    more: dict[str, Any] = {"tls_context": context()} if SETTINGS.get("starttls") else {}
    if SETTINGS.get("user"):
        more |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": not SETTINGS.get("implicit")}
    return Server(Handler(), hostname="localhost", **more)


async def main() -> None:
    """Serve until killed."""
    secure = context() if SETTINGS.get("implicit") else None
    server = await asyncio.get_running_loop().create_server(protocol, SETTINGS["host"], 0, ssl=secure)
    (FOLDER / "port.new").write_text(str(server.sockets[0].getsockname()[1]))
    (FOLDER / "port.new").rename(FOLDER / "port")
    await server.serve_forever()


asyncio.run(main())
