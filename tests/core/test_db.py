"""The way to the database: whom it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from stedenband.core.db import Database, UnsafeDatabaseRole
from stedenband.core.errors import ServiceUnavailable
from stedenband.core.postmaster import socket_url
from tests.databases import TestDatabase


@contextmanager
def role(database: TestDatabase, attributes: str) -> Iterator[str]:
    """Make a role for the time of the block and give its address."""
    name = f"unsafe_{database.name}"
    with psycopg.connect(database.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"CREATE ROLE {name} LOGIN {attributes}")
        superuser.execute(f'GRANT CONNECT ON DATABASE "{database.name}" TO {name}')
        try:
            yield socket_url(database.socket, name, database.name)
        finally:
            superuser.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def verified(url: str) -> None:
    """Open the database as the application does."""
    database = Database(url, size=1)
    try:
        database.verify()
    finally:
        database.engine.dispose()


def test_the_roles_that_serve_are_accepted(database: TestDatabase) -> None:
    verified(database.api_url)
    verified(database.worker_url)


def test_owner_and_superuser_are_refused(database: TestDatabase) -> None:
    for url in (database.owner_url, database.superuser_url):
        with pytest.raises(UnsafeDatabaseRole, match="stedenband_api"):
            verified(url)


@pytest.mark.parametrize(
    "attributes", ["BYPASSRLS", "SUPERUSER", "IN ROLE stedenband_owner", "NOINHERIT IN ROLE stedenband_owner"]
)
def test_a_role_that_could_pass_by_the_policies_is_refused(database: TestDatabase, attributes: str) -> None:
    with role(database, attributes) as url, pytest.raises(UnsafeDatabaseRole):
        verified(url)


def test_a_database_without_tables_is_refused(fresh_database: TestDatabase) -> None:
    with psycopg.connect(fresh_database.superuser_url, autocommit=True) as superuser:
        superuser.execute("DROP TABLE partner_city CASCADE")
    with pytest.raises(UnsafeDatabaseRole, match="migrate"):
        verified(fresh_database.api_url)


def test_a_connection_that_breaks_in_the_middle_is_a_503_and_replaced(database: TestDatabase) -> None:
    served = Database(database.api_url, size=1)
    try:
        with served.visit() as visit, pytest.raises(ServiceUnavailable):
            visit.rows("SELECT pg_terminate_backend(pg_backend_pid())", {})
        with served.visit() as visit:
            assert visit.rows("SELECT 1", {}) == [(1,)]
    finally:
        served.engine.dispose()
