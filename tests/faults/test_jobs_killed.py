"""The worker is killed at random moments of its jobs, while the API is written to."""

from pathlib import Path
from random import Random
from signal import SIGKILL
from time import sleep

from stedenband.changes.rules import check
from stedenband.core.address import owner_session
from stedenband.work.jobs import JOBS, STALLED
from tests.databases import TestDatabase
from tests.faults.conftest import Figures
from tests.faults.ledger import now
from tests.faults.load import assert_nobody_is_mistaken, under_load
from tests.faults.rig import rig_on
from tests.jobs import add, connected, states, working
from tests.processes import gone, until

KILLS = 10
SEED = 20281
UNSEALED = "SELECT count(*) FROM change LEFT JOIN sealed_change s USING (sequence) WHERE s.sequence IS NULL"
SILENT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
"""Whoever was killed has been silent for long, so that the next one begins its jobs again at once."""
NAMES = tuple(job.name for job in JOBS)


def test_a_killed_worker_loses_no_job_and_seals_everything_once(
    fresh_database: TestDatabase, folder: Path, figures: Figures
) -> None:
    choice = Random(SEED)  # noqa: S311 (repeatable)
    caught = 0
    with rig_on(fresh_database, folder / "data") as rig:
        with under_load(rig, writers=2) as ledger:
            for _ in range(KILLS):
                add(fresh_database, *NAMES, "revive")
                with connected(fresh_database) as connection:
                    connection.execute(SILENT)
                with working(fresh_database, folder) as worker:
                    until(lambda: _is_at_work(fresh_database))
                    sleep(choice.uniform(0, 0.3))
                    worker.process.send_signal(SIGKILL)
                    worker.process.wait()
                caught += _is_at_work(fresh_database)
        ledger.assert_stored_once(rig.database)
        began = now()
        with working(fresh_database, folder) as worker:
            until(lambda: not states(fresh_database))
            recovered = now() - began
            until(lambda: _seal_the_rest(fresh_database))
            worker.process.send_signal(SIGKILL)
            assert gone(worker.process.pid)
        assert_nobody_is_mistaken(rig)
    with owner_session(fresh_database.owner_url) as session:
        found = check(session)
    assert found.faults == ()
    assert found.head
    assert caught > 0, "no kill came while the record of change was sealed"
    figures(
        "worker killed -9",
        kills=KILLS,
        within_a_seal=caught,
        jobs=KILLS * len(NAMES),
        left=len(states(fresh_database)),
        entries_sealed=found.changes,
        seals=found.head.number,
        recovery=f"{recovered:.1f} s (a silent worker is given {STALLED:.0f})",
    )


def _is_at_work(database: TestDatabase) -> bool:
    return any(task == "seal" and state == "doing" for task, state, _ in states(database))


def _seal_the_rest(database: TestDatabase) -> bool:
    """Have what was written last sealed too; tell whether all is."""
    with connected(database) as connection:
        if connection.execute(UNSEALED).fetchone() == (0,):
            return True
    if not states(database):
        add(database, "seal")
    return False
