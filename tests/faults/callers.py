"""A caller of a real server over TCP: a new connection for each request, as a proxy in front makes them."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.processes import PATIENCE

LOST = (OSError, http.client.HTTPException)
"""What a caller gets instead of an answer when a connection breaks."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def asks_to_come_back(self) -> bool:
        """Whether it says that the same request may succeed later, and when: busy, or the same is still running."""
        return "retry-after" in self.headers and (
            self.status == 503 or (self.status == 409 and str(self.json["type"]).endswith(":requestInProgress"))
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at one port: a client of `city`, or the public (None)."""

    port: int
    city: str | None = None
    key: str | None = None

    def ask(self, method: str, path: str, document: Any = None, **headers: str) -> Answer:
        """Send one request, bytes as they are; an underscore in the name of a header is a hyphen. Raises LOST without an answer."""
        sent = {"Accept-Language": "en", "Connection": "close"}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        if document is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = document if document is None or isinstance(document, bytes) else json.dumps(document)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
        finally:
            connection.close()
