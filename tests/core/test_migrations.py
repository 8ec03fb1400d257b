"""Migrations wait for locks in short tries, and give up in the end."""

import threading

import psycopg
import pytest
from sqlalchemy import exc

from stedenband import migrations
from tests.databases import TestDatabase
from tests.processes import until


def waiting(watcher: "psycopg.Connection[tuple[int]]") -> bool:
    found = watcher.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone()
    return bool(found and found[0])


def test_a_migration_waits_for_another_in_short_tries(fresh_database: TestDatabase) -> None:
    with psycopg.connect(fresh_database.owner_url, autocommit=True) as holder:
        holder.execute(f"SELECT pg_advisory_lock({migrations.LOCK})")
        second = threading.Thread(target=migrations.upgrade, args=[fresh_database.owner_url])
        second.start()
        for _ in range(2):
            until(lambda: waiting(holder))
            until(lambda: not waiting(holder))
        holder.execute(f"SELECT pg_advisory_unlock({migrations.LOCK})")
        second.join()
    migrations.upgrade(fresh_database.owner_url, patience=0)


def test_a_migration_gives_up_when_its_patience_ends(fresh_database: TestDatabase) -> None:
    with psycopg.connect(fresh_database.owner_url, autocommit=True) as holder:
        holder.execute(f"SELECT pg_advisory_lock({migrations.LOCK})")
        with pytest.raises(exc.OperationalError):
            migrations.upgrade(fresh_database.owner_url, patience=0)
