"""The Postgres of a benchmark: our own embedded one, as `make run` starts it, filled, and seen by each peer's role."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql

from bench.data.clients import CALLER, KEY
from bench.data.filling import fill
from stedenband import migrations
from stedenband.core.embedded import SUPERUSER, EmbeddedPostgres
from stedenband.core.roles import DATABASE, OWNER, database_sql

PEER = "bench_peer"
"""The role of peers: no row policy binds it, as those of an ordinary application are none."""
SETTINGS = {"autovacuum": "off", "max_connections": "150"}
"""Nothing else runs while something is measured; every peer keeps its own connections."""


@dataclass(frozen=True, slots=True)
class Register:
    """One database of the benchmark."""

    server: EmbeddedPostgres
    name: str = DATABASE

    def url(self, role: str) -> str:
        """Return its address for a role."""
        return self.server.url(role, self.name)

    def run(self, *statements: str, role: str = SUPERUSER) -> None:
        """Run statements, each in its own transaction."""
        with psycopg.connect(self.url(role), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Return what the owner sees."""
        with psycopg.connect(self.url(OWNER), autocommit=True) as connection:
            return connection.execute(statement.encode(), values or None).fetchall()


@contextmanager
def running(scale: float, folder: Path | None = None) -> Iterator[Register]:
    """Start Postgres in a temporary folder, make the register at `scale`, stop and remove it at the end.

    A `folder` that is given stays, and is filled only when it is new.
    """
    home = folder or Path(tempfile.mkdtemp(prefix="stedenband-bench-", dir="/tmp"))
    home.mkdir(exist_ok=True)
    home.chmod(0o755)  # the account of PostgreSQL has to enter
    try:
        with EmbeddedPostgres(home) as server:
            register = Register(server)
            if not register.rows("SELECT FROM pg_tables WHERE tablename = 'change'"):
                register.run(*(f"ALTER SYSTEM SET {name} = {value}" for name, value in SETTINGS.items()))
                migrations.upgrade(register.url(OWNER))
                fill(register.url(OWNER), scale)
                prepare(register)
        with EmbeddedPostgres(home) as server:  # with the settings
            yield Register(server)
    finally:
        if folder is None:
            real = (home / "postgres").resolve()
            shutil.rmtree(home, ignore_errors=True)
            shutil.rmtree(real, ignore_errors=True)


def prepare(register: Register) -> None:
    """Give peers their role, and the caller its key."""
    register.run(
        f"CREATE ROLE {PEER} LOGIN BYPASSRLS",
        f"GRANT CONNECT ON DATABASE {register.name} TO {PEER}",
        f"GRANT USAGE ON SCHEMA public TO {PEER}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {PEER}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {PEER}",
    )
    with psycopg.connect(register.url(OWNER)) as owner:
        owner.execute(
            "UPDATE api_key SET prefix = %s, hash = %s WHERE id = (SELECT k.id FROM api_key k"
            " JOIN api_client c ON c.id = k.api_client_id WHERE c.name = %s)",
            [KEY[3:15], sha256(KEY.encode()).digest(), CALLER],
        )


def copied(register: Register, name: str, *statements: str) -> Register:
    """Return a copy of the register, after `statements` of its owner; nobody may be connected to the original."""
    target = sql.Identifier(name).as_string(None)
    with psycopg.connect(register.server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{register.name}'".encode()
        )
        connection.execute(f"CREATE DATABASE {target} TEMPLATE {register.name} STRATEGY file_copy".encode())
        for statement in filter(str.strip, database_sql(name).split(";\n")):
            connection.execute(statement.encode())
        connection.execute(f"GRANT CONNECT ON DATABASE {target} TO {PEER}".encode())
    copy = Register(register.server, name)
    copy.run(*statements, role=OWNER)
    return copy
