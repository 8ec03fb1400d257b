"""A real mail server beside a test, and what it took."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from tests.builders import MAIL_FROM
from tests.processes import until
from tests.receivers import certify

SCRIPT = Path(__file__).with_name("smtp_server.py")
SENDER = MAIL_FROM


@dataclass(frozen=True)
class Mailbox:
    """What a mail server keeps in a folder, and how it behaves."""

    folder: Path
    url: str
    port: int

    def behave(self, how: str) -> None:
        """From now on answer `451 rcpt`, `550 data` …, `hang` or `drop`; empty: take what comes."""
        (self.folder / "behavior").write_text(how)

    @property
    def messages(self) -> list[EmailMessage]:
        """Return what it took, oldest first."""
        files = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(each.read_bytes(), policy=default) for each in files]


@contextmanager
def mail_server(folder: Path, host: str = "localhost", **settings: Any) -> Iterator[Mailbox]:
    """Run a mail server for the time of the block; whoever trusts `authority.pem` in the folder trusts it."""
    folder.mkdir(exist_ok=True)
    certify(folder)
    (folder / "settings.json").write_text(
        json.dumps({"host": "127.0.0.1" if host == "localhost" else host, **settings})
    )
    (folder / "behavior").write_text("")
    process = subprocess.Popen([sys.executable, str(SCRIPT), str(folder)])
    try:
        until(lambda: (folder / "port").exists() or process.poll() is not None)
        port = int((folder / "port").read_text())
        scheme = "smtps" if settings.get("implicit") else "smtp"
        user = f"{settings['user']}:{settings['password']}@" if settings.get("user") else ""
        yield Mailbox(folder, f"{scheme}://{user}{host}:{port}", port)
    finally:
        process.kill()
        process.wait()
