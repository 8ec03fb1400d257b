"""A TCP relay that cuts connections at the moment it is told to."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from select import select
from typing import Protocol

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset and throws away what was not sent."""


class Point(Enum):
    """Where in the work of a request the line breaks."""

    BEFORE_BEGIN = auto()
    """The API wanted to open a transaction; Postgres never hears of it."""
    BEFORE_COMMIT = auto()
    """The API wanted to commit; Postgres never hears of it."""
    WITH_COMMIT = auto()
    """COMMIT is on its way to Postgres; whether it is carried out, the API cannot know."""
    AFTER_COMMIT = auto()
    """Postgres has committed and said so; the API never hears of it."""
    BEFORE_REPLY = auto()
    """The API has replied; its caller does not get a byte."""
    WITHIN_REPLY = auto()
    """The API has replied; its caller gets half."""


class Cut(Exception):
    """Break this connection now, after passing on `rest`."""

    def __init__(self, rest: bytes = b"") -> None:
        super().__init__(rest)
        self.rest = rest


@dataclass
class Scissors:
    """Says when to cut: at `point`, every so many times, at most so often; `made` counts."""

    point: Point | None = None
    every: int = 1
    most: int | None = None
    made: int = 0
    _met: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, point: Point, *, every: int = 1, most: int | None = None) -> None:
        """Begin to cut at `point`, and count anew."""
        with self._lock:
            self.point, self.every, self.most, self.made, self._met = point, every, most, 0, 0

    def rest(self) -> None:
        """Cut no more."""
        with self._lock:
            self.point = None

    def wants(self, point: Point) -> bool:
        """Tell whether to cut here, where a connection has come to `point`."""
        with self._lock:
            if point is not self.point or (self.most is not None and self.made >= self.most):
                return False
            self._met += 1
            cut = self._met % self.every == 0
            self.made += cut
            return cut


@dataclass(frozen=True, slots=True)
class Unwatched:
    """Passes everything on."""

    def sent(self, data: bytes) -> bytes:
        """Pass it on."""
        return data

    def received(self, data: bytes) -> bytes:
        """Pass it on."""
        return data


class Watch(Protocol):
    """Sees one connection pass by; each method returns what is passed on, or raises Cut."""

    def sent(self, data: bytes) -> bytes:
        """See what the client sends."""

    def received(self, data: bytes) -> bytes:
        """See what the server sends."""


@contextmanager
def relay(connect: Callable[[], socket.socket], watch: Callable[[], Watch], host: str = "127.0.0.1") -> Iterator[int]:
    """Pass connections on to what `connect` reaches, each under a `watch` of its own; give the port to connect to."""
    with socket.create_server((host, 0), backlog=128) as door:
        accepting = threading.Thread(target=_accept, args=(door, connect, watch))
        accepting.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            door.shutdown(socket.SHUT_RDWR)
            accepting.join()


def to_socket(path: Path) -> Callable[[], socket.socket]:
    """Return what connects to the unix socket at `path`."""

    def connect() -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(path))
        return line

    return connect


def _accept(door: socket.socket, connect: Callable[[], socket.socket], watch: Callable[[], Watch]) -> None:
    threads = []
    while True:
        try:
            client, _ = door.accept()
        except OSError:  # the door was shut
            break
        threads.append(threading.Thread(target=_pass_on, args=(client, connect, watch())))
        threads[-1].start()
    for thread in threads:
        thread.join()


def _pass_on(client: socket.socket, connect: Callable[[], socket.socket], watch: Watch) -> None:
    """Pass bytes to and fro until either side closes or the watch cuts; then both are closed."""
    with contextlib.suppress(ConnectionError), client, connect() as server:
        ways = {client: (server, watch.sent), server: (client, watch.received)}
        while True:
            for source in select(list(ways), [], [])[0]:
                sink, see = ways[source]
                data = source.recv(65536)
                if not data:
                    return
                try:
                    sink.sendall(see(data))
                except Cut as cut:
                    sink.sendall(cut.rest)
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    return
