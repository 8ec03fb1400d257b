"""Every migration, down and up, under load, while a session sits idle in a transaction on the tables that it wants."""

import itertools
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from psycopg import sql

from stedenband import migrations
from stedenband.app import create_app
from stedenband.config import Settings
from tests.builders import BASE, OWN
from tests.databases import TestDatabase
from tests.faults.callers import LOST, Caller
from tests.faults.conftest import Figures
from tests.faults.rig import Rig, rig_on
from tests.processes import until

PATHS = (
    "/v1/partnerCities",
    "/v1/cityLinks?sort=-updatedAt",
    "/v1/organizations",
    "/v1/contacts",
    "/v1/policyPlans",
    "/v1/exchangeProjects",
    "/v1/statistics/exchangeProjects?groupBy=theme",
    "/v1/changes",
    "/v1/search?q=genk",
    "/v1/me",
)
NO_KEY = f"sb_{'0' * 12}_{'a' * 43}"
LOCK_TIMEOUT = "-c lock_timeout=1000 -c statement_timeout=3000"
"""As the API has it: who waits longer than a second for a lock is refused, and the test fails."""
PAUSE = 0.005
"""Seconds between two requests of one caller, so that the processors are left to the migrations."""
BUSY = {503, "55P03"}
"""What a caller is told that waited so long."""
TIMES = 3
"""How often a step may be tried: on a busy machine, which other work holds up too, callers may wait once for that long."""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
WAITING = f"""
SELECT coalesce(bool_or(application_name = '{migrations.NAME}'), false),
    coalesce(extract(epoch FROM max(clock_timestamp() - waitstart) FILTER (
        WHERE application_name <> '{migrations.NAME}')), 0)::float
FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""
"""Whether a migration waits for a lock, and how long the caller that waits longest has waited so far."""


@dataclass(frozen=True)
class Revision:
    """What there is at one revision: its tables, and the addresses that the API of today answers."""

    tables: frozenset[str]
    paths: frozenset[str]


@dataclass
class Load:
    """Callers of the API and of the tables themselves, and what they were told while one migration ran."""

    rig: Rig
    tables: list[str]
    paths: list[str]
    stop: Event = field(default_factory=Event)
    answers: Counter[object] = field(default_factory=Counter)
    longest: float = 0.0
    migration_waited: int = 0

    def read_and_write(self) -> None:
        """Take the locks of a reader and of a writer of every table, again and again."""
        url = self.rig.database.owner_url
        with psycopg.connect(url, autocommit=True, options=LOCK_TIMEOUT) as connection:
            for table in itertools.cycle(self.tables):
                if self.stop.wait(PAUSE):
                    return
                try:
                    connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
                    connection.execute(sql.SQL("DELETE FROM {} WHERE false").format(sql.Identifier(table)))
                    self.answers["done"] += 1
                except psycopg.Error as error:
                    self.answers[error.sqlstate] += 1

    def call(self, caller: Caller) -> None:
        """Ask the API for everything that it can answer before and after."""
        for path in itertools.cycle(self.paths):
            if self.stop.wait(PAUSE):
                return
            try:
                self.answers[caller.ask("GET", path).status] += 1
            except LOST:
                self.answers["lost"] += 1

    def watch(self) -> None:
        """Look who waits for a lock, and for how long."""
        with psycopg.connect(self.rig.database.superuser_url, autocommit=True) as connection:
            waited = False
            while not self.stop.wait(PAUSE):
                row = connection.execute(WAITING).fetchone()
                assert row
                self.migration_waited += row[0] and not waited
                waited = row[0]
                self.longest = max(self.longest, row[1])

    def work(self) -> list[Any]:
        """Return everything that is to run side by side."""
        tables = [self.read_and_write] * 3 if self.tables else []
        callers = (self.rig.caller(), self.rig.caller(OWN, "partner")) if self.paths else ()
        return [self.watch, *tables, *(lambda caller=caller: self.call(caller) for caller in callers)]


@contextmanager
def idle_in_transaction(rig: Rig, tables: list[str]) -> Iterator[None]:
    """Have read every table in a transaction that does not end before the block does."""
    with psycopg.connect(rig.database.owner_url) as holder:
        for table in tables:
            holder.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(sql.Identifier(table)))
        yield


def chain() -> list[str]:
    """Return 'base' and every revision, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    return ["base", *reversed([script.revision for script in scripts])]


def migrate(database: TestDatabase, start: str, end: str) -> None:
    """Go one step down or up."""
    down = end == "base" or (start != "base" and start > end)
    (migrations.downgrade if down else migrations.upgrade)(database.owner_url, end)


def look_around(database: TestDatabase) -> dict[str, Revision]:
    """Walk down and up without load, and return what there is at each revision."""
    settings = Settings(database_url=database.api_url, public_url=BASE, anonymous_limit=0)
    found = {}
    steps = chain()
    app = create_app(settings)
    for start, end in itertools.pairwise(["", *reversed(steps)]):
        if start:
            migrate(database, start, end)
        with psycopg.connect(database.owner_url) as owner:
            tables = frozenset(row[0] for row in owner.execute(TABLES))
        answered = {path for path in PATHS if all(status < 500 for status in statuses(app.test_client(), path))}
        app.extensions["stedenband.database"].engine.dispose()
        found[end] = Revision(tables, frozenset(answered))
    migrations.upgrade(database.owner_url)
    return found


def statuses(client: FlaskClient, path: str) -> tuple[int, int]:
    """Return how the public is answered, and somebody with a key, though one that nobody has."""
    return client.get(path).status_code, client.get(path, headers={"Authorization": f"Bearer {NO_KEY}"}).status_code


def test_no_migration_holds_callers_up(fresh_database: TestDatabase, folder: Path, figures: Figures) -> None:
    known = look_around(fresh_database)
    steps = chain()
    walk = [*itertools.pairwise(reversed(steps)), *itertools.pairwise(steps)]
    loads = {}
    with rig_on(fresh_database, folder / "data") as rig:
        for start, end in walk:
            tables = sorted(known[start].tables & known[end].tables)
            for attempt in range(TIMES):
                if attempt:
                    migrate(rig.database, end, start)
                load = Load(rig, tables, sorted(known[start].paths & known[end].paths))
                under(load, start, end)
                if not BUSY & set(load.answers):
                    break
            loads[f"{start} to {end}"] = load
        said = [line[:700] for line in rig.server.log.read_text().splitlines() if '"status": 500' in line]
    refused = {step: load.answers for step, load in loads.items() if set(load.answers) - {"done", 200, 401, 403}}
    assert not refused, "\n".join([str(refused), *said])
    stalls = {step: load.longest for step, load in loads.items()}
    held_up = [step for step, load in loads.items() if load.migration_waited]
    assert held_up, "no migration met the session that sat idle"
    worst = max(stalls, key=lambda step: stalls[step])
    answers = sum((load.answers for load in loads.values()), Counter[object]())
    figures(
        "migrations down and up",
        steps=len(walk),
        **{
            "held up by the idle session": len(held_up),
            "calls": sum(answers.values()),
            "replies of 500": answers[500],
            "longest wait for a lock": f"{stalls[worst]:.3f} s ({worst})",
        },
    )


def under(load: Load, start: str, end: str) -> None:
    """Migrate under load, at first against a session that sits idle, until the migration has tried three times."""
    with ThreadPoolExecutor(8) as threads:
        running = [threads.submit(each) for each in load.work()]
        try:
            with idle_in_transaction(load.rig, load.tables):
                migration: Future[None] = threads.submit(migrate, load.rig.database, start, end)
                assert until(lambda: migration.done() or load.migration_waited >= 3)
            migration.result()
        finally:
            load.stop.set()
        for each in running:
            each.result()
