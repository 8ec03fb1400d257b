"""Two writers at once: each in a transaction of its own, held open until the other waits for it or has ended."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.builders import World
from tests.processes import until

Connection = psycopg.Connection[tuple[Any, ...]]
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = %s"


@contextmanager
def writer(world: World, city: str, role: str = "coordinator") -> Iterator[Connection]:
    """Give a connection of the API that has entered, in an open transaction."""
    with psycopg.connect(world.database.api_url) as connection:
        connection.execute("SELECT FROM enter(%s, %s)", world.credential(city, role))
        connection.commit()
        yield connection


def settle(connection: Connection) -> None:
    """Check every deferred rule and commit, as a request does."""
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    connection.commit()


@dataclass(frozen=True)
class Race:
    """Two writers of a world; `values` are what their statements name."""

    world: World
    first: Connection
    second: Connection
    values: Mapping[str, Any]

    def run(self, ours: str, theirs: str) -> str | None:
        """Let both write before either commits; return the rule that refuses the second (none: it is not refused).

        The first checks its rules and keeps its locks; the second runs until it waits for them; then the first commits.
        """
        self.first.execute(ours, self.values)
        self.first.execute("SET CONSTRAINTS ALL IMMEDIATE")
        refused: list[str | None] = []
        other = threading.Thread(target=lambda: refused.append(self._write(theirs)))
        other.start()
        waiting = (self.second.info.backend_pid,)
        with psycopg.connect(self.world.database.superuser_url, autocommit=True) as watcher:
            until(lambda: not other.is_alive() or watcher.execute(WAITING, waiting).fetchone() != (0,))
        self.first.commit()
        other.join()
        return refused[0]

    def _write(self, statement: str) -> str | None:
        try:
            self.second.execute(statement, self.values)
            settle(self.second)
        except psycopg.errors.IntegrityError as error:
            self.second.rollback()
            return error.diag.constraint_name
        return None
