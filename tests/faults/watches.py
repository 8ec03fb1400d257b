"""Just enough of PostgreSQL's protocol, and of HTTP, to know when to cut a connection."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.relay import Cut, Point, Scissors


@dataclass(frozen=True, slots=True)
class Message:
    """One message of PostgreSQL's protocol 3: its kind (none for the first of a client), its body, and all of it."""

    kind: bytes
    body: bytes
    raw: bytes

    @property
    def statement(self) -> bytes:
        """The SQL of a simple query or of a Parse, else nothing."""
        if self.kind == b"Q":
            return self.body.rstrip(b"\0")
        return self.body.split(b"\0")[1] if self.kind == b"P" else b""


@dataclass
class Messages:
    """One direction of a connection, taken apart; a message that has not come whole yet is kept back."""

    has_kinds: bool
    _kept: bytes = b""

    def come(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that are complete now: kind, length of the rest with itself, body."""
        self._kept += data
        while True:
            head = 1 if self.has_kinds else 0
            if len(self._kept) < head + 4:
                return
            end = head + struct.unpack_from("!i", self._kept, head)[0]
            if len(self._kept) < end:
                return
            raw, self._kept = self._kept[:end], self._kept[end:]
            yield Message(raw[:head], raw[head + 4 :], raw)
            self.has_kinds = True


@dataclass
class DatabaseWatch:
    """Watches the API talk with PostgreSQL, in the clear."""

    scissors: Scissors
    _asked: Messages = field(default_factory=lambda: Messages(has_kinds=False))
    _told: Messages = field(default_factory=lambda: Messages(has_kinds=True))
    _doomed: bool = False

    def sent(self, data: bytes) -> bytes:
        """Cut at BEGIN and COMMIT where that is wanted."""
        passed = b""
        for message in self._asked.come(data):
            if message.statement == b"BEGIN" and self.scissors.wants(Point.BEFORE_BEGIN):
                raise Cut
            if message.statement == b"COMMIT":
                if self.scissors.wants(Point.BEFORE_COMMIT):
                    raise Cut
                if self.scissors.wants(Point.WITH_COMMIT):
                    raise Cut(passed + message.raw)
                self._doomed = self.scissors.wants(Point.AFTER_COMMIT)
            passed += message.raw
        return passed

    def received(self, data: bytes) -> bytes:
        """Cut when PostgreSQL says that a doomed transaction is committed."""
        told = list(self._told.come(data))
        if self._doomed and any(message.kind == b"C" and message.body == b"COMMIT\0" for message in told):
            raise Cut
        return b"".join(message.raw for message in told)


@dataclass
class ReplyWatch:
    """Watches a caller talk with the API, one request per connection."""

    scissors: Scissors

    def sent(self, data: bytes) -> bytes:
        """Pass the request on."""
        return data

    def received(self, data: bytes) -> bytes:
        """Cut at the first bytes of a reply to a write: before them, or in their midst."""
        if data.startswith(b"HTTP/1.1 201"):
            if self.scissors.wants(Point.BEFORE_REPLY):
                raise Cut
            if self.scissors.wants(Point.WITHIN_REPLY):
                raise Cut(data[: len(data) // 2])
        return data
