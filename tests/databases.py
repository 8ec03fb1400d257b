"""The Postgres of a test run: one server, a migrated template in it, and copies of that."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from stedenband import migrations
from stedenband.core.embedded import SUPERUSER, EmbeddedPostgres
from stedenband.core.postmaster import socket_url
from stedenband.core.roles import API, DATABASE, OWNER, WORKER, database_sql

DISK = Path("/tmp")  # noqa: S108 (the folders in it have names that nobody can guess)
MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30  # noqa: S108 (likewise)
"""Where files are in memory, and how much has to be free: a copied database is some 1,000 files, for each test."""
ROOM = MEMORY if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH else DISK


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """One database and its address for each role."""

    __test__ = False

    socket: Path
    name: str

    @property
    def api_url(self) -> str:
        return socket_url(self.socket, API, self.name)

    @property
    def worker_url(self) -> str:
        return socket_url(self.socket, WORKER, self.name)

    @property
    def owner_url(self) -> str:
        return socket_url(self.socket, OWNER, self.name)

    @property
    def superuser_url(self) -> str:
        return socket_url(self.socket, SUPERUSER, self.name)


@dataclass(frozen=True, slots=True)
class TestServer:
    """The server, reached by its socket from the process that started it and from every worker.

    `migrated` is a data folder that nobody uses, as the first start of a server leaves it.
    """

    __test__ = False

    socket: Path
    migrated: Path
    numbers: "itertools.count[int]"

    @classmethod
    def at(cls, socket: str, migrated: str) -> "TestServer":
        return cls(Path(socket), Path(migrated), itertools.count(1))

    def copy_folder(self, to: Path) -> None:
        """Copy the migrated data folder, for a server that shall be ready sooner than after its first start."""
        _copy(self.migrated, to)

    @contextmanager
    def copy(self, worker: str, name: str | None = None, template: str = DATABASE) -> Iterator[TestDatabase]:
        """Give a copy of the `template`, to which nobody may be connected, for the time of the block."""
        database = TestDatabase(self.socket, f"{worker}_{name or next(self.numbers)}")
        self._run(f'CREATE DATABASE "{database.name}" TEMPLATE "{template}" STRATEGY file_copy')
        self._run(database_sql(database.name))
        try:
            yield database
        finally:
            self._run(f'DROP DATABASE "{database.name}" WITH (FORCE)')

    def _run(self, sql: str) -> None:
        with psycopg.connect(socket_url(self.socket, SUPERUSER, "postgres"), autocommit=True) as connection:
            for statement in filter(str.strip, sql.split(";\n")):
                connection.execute(statement)


@contextmanager
def open_folder(where: Path = ROOM) -> Iterator[Path]:
    """Give a new folder that every account may enter, as pytest's own folders may not be."""
    folder = Path(tempfile.mkdtemp(prefix="stedenband-", dir=where))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder with data folders in it, and what lies under /var/lib for them."""
    for home in folder.rglob("postgres"):
        if home.is_symlink():
            shutil.rmtree(home.resolve(), ignore_errors=True)
    shutil.rmtree(folder)


@contextmanager
def running_server() -> Iterator[TestServer]:
    """Start the server of a run, its database made by the real migrations, and stop it at the end."""
    with open_folder() as folder:
        data, kept = folder / "data", folder / "kept"
        with EmbeddedPostgres(data, durable=False) as postgres:
            migrations.upgrade(postgres.url(OWNER))
        postgres.log.unlink()
        _copy(data, kept)
        with EmbeddedPostgres(data, durable=False) as postgres:
            yield TestServer.at(str(postgres.socket), str(kept))


def _copy(folder: Path, to: Path) -> None:
    """Copy a data folder; what is in it keeps its owner."""
    subprocess.run(["cp", "--archive", "--reflink=auto", str(folder), str(to)], check=True)
