"""Faults made in the database itself, by other sessions and by its superuser."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.callers import Answer, Caller
from tests.faults.ledger import Ledger, now
from tests.faults.rig import Rig
from tests.processes import until

Connection = psycopg.Connection[tuple[Any, ...]]
BUSY = 4.0
"""Seconds after which nobody still waits for a lock or a connection: the promised one, and what a busy machine adds."""
LATE = 8.0
"""Seconds after which nobody still waits for a statement that takes too long: the promised four, and the machine's."""

HELD_UP = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'stedenband_api' AND wait_event_type = 'Lock'
"""


@contextmanager
def superuser(rig: Rig) -> Iterator[Connection]:
    """Give a connection that may do anything, each statement by itself."""
    with psycopg.connect(rig.database.superuser_url, autocommit=True) as connection:
        yield connection


def one(connection: Connection, statement: str, *values: object) -> Any:
    """Return the one value of the one row of a statement."""
    row = connection.execute(statement, values).fetchone()
    assert row
    return row[0]


@contextmanager
def holding(rig: Rig, *statements: str) -> Iterator[None]:
    """Hold for the time of the block what these statements lock, in a session that does nothing else."""
    with psycopg.connect(rig.database.owner_url) as holder:
        for statement in statements:
            holder.execute(statement)
        yield
        holder.rollback()


def refusals(ledger: Ledger, *, at_least: int) -> None:
    """Wait until so many callers more were asked to come back."""
    wanted = ledger.answers[503] + at_least
    assert until(lambda: ledger.answers[503] >= wanted)


def held_up(connection: Connection, callers: int) -> None:
    """Wait until so many sessions of the API wait for a lock."""
    assert until(lambda: one(connection, HELD_UP) >= callers)


def timed(caller: Caller, method: str, path: str, document: Any = None, **headers: str) -> tuple[Answer, float]:
    """Send one request; return the answer and the seconds that it took."""
    asked = now()
    answer = caller.ask(method, path, document, **headers)
    return answer, now() - asked


def acknowledged(caller: Caller, method: str, path: str, document: Any, **headers: str) -> Answer:
    """Send a request until it is not asked to come back."""

    def send() -> Answer | None:
        answer = caller.ask(method, path, document, **headers)
        return None if answer.asks_to_come_back else answer

    answer = until(send)
    assert answer
    return answer


@contextmanager
def at_once(*works: Any) -> Iterator[list[Future[Any]]]:
    """Run these side by side for the time of the block, and wait for them at its end."""
    with ThreadPoolExecutor(len(works)) as threads:
        yield [threads.submit(work) for work in works]


@contextmanager
def full_disk(rig: Rig, folder: Path) -> Iterator[Path]:
    """Give a small file system of the database's, full but for what tables take at first; it takes root."""
    folder.mkdir()
    owner = rig.database.socket.stat()
    options = f"size=4m,uid={owner.st_uid},gid={owner.st_gid},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "stedenband", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that is left, and return the file that takes it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler
