"""Clients behind bad lines: they send and read a few bytes at a time."""

import itertools
import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from threading import Event, Thread

from tests.faults.callers import Caller

TICK = 0.1
"""Seconds between two bytes of one client."""
SMALL = 4096
"""Bytes that the kernel keeps for a slow reader."""


class SlowClient:
    """One request, sent and answered over a line of its own."""

    def __init__(self, caller: Caller, head: str, body: bytes = b"") -> None:
        """Connect; nothing is sent yet."""
        self._line = socket.socket()
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self._line.settimeout(60)
        self._line.connect(("127.0.0.1", caller.port))
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self._head = (
            f"{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {caller.key}\r\n"
            f"Connection: close\r\n{length}\r\n"
        ).encode()
        self._rest = body

    def begin(self) -> None:
        """Send the head, and of the body a byte."""
        self._line.sendall(self._head)
        self.tick()

    def tick(self) -> None:
        """Send a byte more; leave what comes back where it is."""
        self._line.sendall(self._rest[:1])
        self._rest = self._rest[1:]

    @property
    def is_sending(self) -> bool:
        """Whether the request is still on its way."""
        return bool(self._rest)

    def finish(self) -> tuple[int, bytes]:
        """Send and read what is left at once; return status and body, which has to be whole."""
        with self._line:
            self._line.sendall(self._rest)
            reply = HTTPResponse(self._line)
            reply.begin()
            return reply.status, reply.read()


def senders(caller: Caller, number: int) -> list[SlowClient]:
    """Return clients that want to make an organization each."""
    bodies = (
        {"name": f"Slow {count} of {caller.city}", "kind": "22", "visibility": "city", "internalNote": "slow " * 200}
        for count in range(number)
    )
    return [SlowClient(caller, "POST /v1/organizations", json.dumps(body).encode()) for body in bodies]


def readers(caller: Caller, number: int, path: str) -> list[SlowClient]:
    """Return clients that ask for much at once and do not read it."""
    return [SlowClient(caller, f"GET {path}") for _ in range(number)]


@contextmanager
def crawling(clients: Sequence[SlowClient]) -> Iterator[None]:
    """Have clients crawl along for the time of the block, all having begun."""
    with ExitStack() as stack:
        stop = Event()
        for client in clients:
            client.begin()

        def crawl() -> None:
            for client in itertools.cycle([*clients, None]):
                if client:
                    client.tick()
                elif stop.wait(TICK):
                    return

        thread = Thread(target=crawl)
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        yield
