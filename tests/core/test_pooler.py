"""A pooler between the API and PostgreSQL is noticed: its connections are not what they seem."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stedenband.core.db import Database, UnsafeDatabaseRole
from stedenband.core.postmaster import socket_url
from stedenband.core.roles import API
from tests.databases import TestDatabase

BACKEND_KEY = b"K\x00\x00\x00\x0c"
"""The start of the message in which a server tells its process id, and a pooler tells one of its own."""


@contextlib.contextmanager
def relay(folder: Path, target: Path) -> Iterator[None]:
    """Stand between a client and a server, as a pooler does, for one connection."""
    with socket.socket(socket.AF_UNIX) as door, socket.socket(socket.AF_UNIX) as server:
        door.bind(str(folder / ".s.PGSQL.5432"))
        door.listen()

        def serve() -> None:
            client, _ = door.accept()
            with client:
                server.connect(str(target / ".s.PGSQL.5432"))
                back = threading.Thread(target=copy, args=(server, client))
                back.start()
                copy(client, server)
                server.shutdown(socket.SHUT_WR)
                back.join()

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


def copy(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes, with the process id of another."""
    while data := source.recv(65536):
        head, found, tail = data.partition(BACKEND_KEY)
        with contextlib.suppress(BrokenPipeError):
            sink.sendall(head + found + (b"\x00\x00\x00\x01" + tail[4:] if found else tail))


def test_a_pooler_is_refused(database: TestDatabase, folder: Path) -> None:
    with relay(folder, database.socket):
        api = Database(socket_url(folder, API, database.name), size=1)
        with pytest.raises(UnsafeDatabaseRole, match="pooler"):
            api.verify()
        api.engine.dispose()
