"""PostgreSQL is killed while eight writers write: its whole, or one of its processes."""

import os
from pathlib import Path
from random import Random
from signal import SIGKILL

import psycopg

from stedenband import migrations
from stedenband.core.embedded import EmbeddedPostgres
from stedenband.core.roles import API, DATABASE, OWNER
from tests.databases import TestDatabase
from tests.faults.conftest import Figures
from tests.faults.ledger import Ledger, now
from tests.faults.load import assert_nobody_is_mistaken, assert_repeats_alike, under_load
from tests.faults.rig import Rig, rig_of_its_own, rig_on
from tests.processes import children, command_of, gone, until

KILLS = 5
SEED = 20271


def postmaster_of(rig: Rig) -> int:
    """Return the process id of the Postgres that the server started."""
    return next(pid for pid in children(rig.server.process.pid) if "bin/postgres\0-D" in command_of(pid))


def backends(rig: Rig) -> list[int]:
    """Return the process ids of the Postgres processes that work for the API now; none while it recovers."""
    try:
        with psycopg.connect(rig.database.superuser_url, autocommit=True) as connection:
            working = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND state <> 'idle'"
            return [pid for (pid,) in connection.execute(working, [API]).fetchall()]
    except psycopg.OperationalError:
        return []


def kill(rig: Rig, ledger: Ledger, victim: int) -> float:
    """Kill a process of Postgres; return the seconds until a write that was sent after that was done."""
    ledger.progress(20)
    killed = now()
    os.kill(victim, SIGKILL)
    assert gone(victim)
    return ledger.recovery(killed)


def settled(rig: Rig, ledger: Ledger) -> None:
    """Nothing acknowledged was lost, nothing is there twice, nobody sees what is another's."""
    assert ledger.answers[503], "no kill hit a request"
    ledger.assert_stored_once(rig.database)
    assert_repeats_alike(rig, ledger)
    assert_nobody_is_mistaken(rig)


def test_a_killed_postgres_comes_back_by_itself_and_loses_nothing(folder: Path, figures: Figures) -> None:
    with rig_of_its_own(folder / "data") as rig:
        with under_load(rig) as ledger:
            recoveries = [kill(rig, ledger, postmaster_of(rig)) for _ in range(KILLS)]
        settled(rig, ledger)
    figures(
        "Postgres of serve killed -9",
        kills=KILLS,
        **ledger.figures(),
        duplicates=0,
        recovery=f"at most {max(recoveries):.2f} s",
    )


def test_a_killed_process_of_postgres_makes_no_more_than_a_short_pause(folder: Path, figures: Figures) -> None:
    choice = Random(SEED)  # noqa: S311 (repeatable)
    with rig_of_its_own(folder / "data") as rig:
        postmaster = postmaster_of(rig)
        with under_load(rig) as ledger:
            recoveries = [kill(rig, ledger, choice.choice(until(lambda: backends(rig)))) for _ in range(KILLS)]
        assert postmaster_of(rig) == postmaster
        settled(rig, ledger)
    figures(
        "backends of Postgres killed -9",
        kills=KILLS,
        seed=SEED,
        **ledger.figures(),
        duplicates=0,
        recovery=f"at most {max(recoveries):.2f} s",
    )


def test_while_postgres_is_away_everybody_is_asked_to_come_back(folder: Path, figures: Figures) -> None:
    data = folder / "postgres"
    with EmbeddedPostgres(data) as postgres:
        migrations.upgrade(postgres.url(OWNER))
        database = TestDatabase(postgres.socket, DATABASE)
        with rig_on(database, folder / "data") as rig:
            with under_load(rig) as ledger:
                ledger.progress(20)
                gone_at = now()
                os.kill(postgres.pid, SIGKILL)
                assert until(postgres.ended)
                before = ledger.answers[503]
                assert until(lambda: ledger.answers[503] >= before + 100)
                assert rig.server.status("/readyz") == 503
                assert rig.server.status("/livez") == 200
                assert not ledger.since(gone_at)
                started = now()
                postgres.restart()
                recovery = ledger.recovery(started)
            settled(rig, ledger)
    figures(
        "Postgres away, another's server",
        **ledger.figures(),
        duplicates=0,
        away=f"{started - gone_at:.2f} s",
        recovery=f"{recovery:.2f} s after its start",
    )
