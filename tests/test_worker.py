"""The worker: what it does by itself, and that nothing of it is lost."""

from pathlib import Path
from signal import SIGTERM

import psycopg
import pytest
from click.testing import CliRunner, Result

from stedenband.cli import main
from stedenband.work.jobs import JOBS
from tests.builders import OWN, World
from tests.changes.feed import wait_for_older_transactions
from tests.databases import TestDatabase
from tests.jobs import add, connected, states, work_off, working
from tests.processes import until
from tests.serving import refused

SEALED = "SELECT count(*) FILTER (WHERE s.sequence IS NULL) = 0, count(*) FROM change c LEFT JOIN sealed_change s USING (sequence)"
LOST = """
    WITH gone AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id)
    UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM gone) WHERE task_name = 'seal'
"""
LATER_ON = """
    UPDATE procrastinate_jobs SET queueing_lock = 'seal', scheduled_at = now() + interval '1 hour'
    WHERE task_name = 'seal' AND status = 'todo'
"""
LATER = "SELECT bool_and(scheduled_at > now()) FROM procrastinate_jobs WHERE task_name = 'sweep'"
FAILED = "UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = %s"
LONG_AGO = "UPDATE procrastinate_events SET at = now() - interval '31 days'"


def run(database: TestDatabase, *arguments: str) -> Result:
    """Run a command of the operator."""
    settings = {"STEDENBAND_DATABASE_URL": database.api_url, "STEDENBAND_OWNER_URL": database.owner_url}
    return CliRunner().invoke(main, arguments, env=settings)


def measured(world: World, line: str) -> float:
    """Return a measurement."""
    text = world.api().get("/metrics").text
    return float(next(each for each in text.splitlines() if each.startswith(line)).rpartition(" ")[2])


def test_a_worker_does_what_is_due(fresh_world: World, folder: Path) -> None:
    wait_for_older_transactions(fresh_world.database)
    add(fresh_world.database, *(job.name for job in JOBS))
    work_off(fresh_world.database, folder)
    wait_for_older_transactions(fresh_world.database)  # what retention changed is sealed the next time
    add(fresh_world.database, "seal")
    work_off(fresh_world.database, folder)
    assert states(fresh_world.database) == []
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        ((whole, count),) = owner.execute(SEALED).fetchall()
    assert whole
    assert count > 0


def test_what_a_lost_worker_did_is_begun_again(fresh_world: World, folder: Path) -> None:
    add(fresh_world.database, "seal")
    with connected(fresh_world.database) as connection:
        connection.execute(LOST)
    add(fresh_world.database, "revive")
    work_off(fresh_world.database, folder)
    assert states(fresh_world.database) == []


def test_what_a_lost_worker_did_is_not_begun_twice(fresh_world: World, folder: Path) -> None:
    add(fresh_world.database, "seal")
    with connected(fresh_world.database) as connection:
        connection.execute("UPDATE procrastinate_jobs SET queueing_lock = 'seal'")
        connection.execute(LOST)
        add(fresh_world.database, "seal", "revive")
        connection.execute(LATER_ON)
    work_off(fresh_world.database, folder)
    assert states(fresh_world.database) == [("seal", "todo", 0)]


def test_what_fails_is_tried_again_later_and_seen(fresh_world: World, folder: Path) -> None:
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute("REVOKE SELECT ON upload FROM stedenband_worker")
    add(fresh_world.database, "sweep")
    work_off(fresh_world.database, folder)
    assert ("sweep", "todo", 1) in states(fresh_world.database)
    with connected(fresh_world.database) as connection:
        assert connection.execute(LATER).fetchone() == (True,)


def test_jobs_that_failed_are_seen_and_done_again(fresh_world: World, folder: Path) -> None:
    database = fresh_world.database
    add(database, "seal", "unknown")
    with connected(database) as connection:
        connection.execute(FAILED, ["seal"])
    work_off(database, folder)
    assert [row for row in states(database) if row[1] == "failed"] == [("seal", "failed", 0), ("unknown", "failed", 1)]
    assert measured(fresh_world, 'stedenband_jobs{state="failed",task="seal"}') == 1
    assert measured(fresh_world, 'stedenband_job_seconds{state="failed",task="seal"}') >= 0
    assert measured(fresh_world, "stedenband_workers") == 0
    listed = run(database, "jobs", "list").output
    number = next(line for line in listed.splitlines() if "seal" in line).split("│")[1].strip()
    assert "failed" in listed
    assert run(database, "jobs", "retry", number).output == f"Job {number} is done again.\n"
    assert run(database, "jobs", "retry", number).output == (
        f"Error: No job {number} has failed; `stedenband jobs list` shows those that did.\n"
    )
    work_off(database, folder)
    assert [row[0] for row in states(database)] == ["unknown"]


def test_jobs_that_failed_long_ago_are_forgotten(fresh_database: TestDatabase, folder: Path) -> None:
    add(fresh_database, "unknown")
    work_off(fresh_database, folder)
    with connected(fresh_database) as connection:
        connection.execute(LONG_AGO)
    add(fresh_database, "forget")
    work_off(fresh_database, folder)
    assert states(fresh_database) == []


def test_while_the_database_does_not_answer_measurements_leave_the_jobs_out(fresh_world: World) -> None:
    assert "stedenband_workers 0.0" in fresh_world.api().get("/metrics").text
    with psycopg.connect(fresh_world.database.superuser_url, autocommit=True) as owner:
        owner.execute("ALTER FUNCTION count_jobs() RENAME TO lost")
    answer = fresh_world.api().get("/metrics")
    assert answer.status_code == 200
    assert "stedenband_workers 0.0" not in answer.text
    assert "stedenband_requests_total" in answer.text


@pytest.mark.measured
def test_a_worker_finishes_when_asked_to_stop(fresh_world: World, folder: Path) -> None:
    fresh_world.api(OWN).post("/v1/partnerCities", {"name": "Sealed", "countryCode": "BE"})
    wait_for_older_transactions(fresh_world.database)
    with working(fresh_world.database, folder) as worker:
        worker.says("working")
        add(fresh_world.database, "seal")
        assert len(worker.says("sealed")["digest"]) == 64
        assert until(lambda: measured(fresh_world, "stedenband_workers") == 1)
        worker.process.send_signal(SIGTERM)
        assert worker.process.wait() == 0
    assert measured(fresh_world, "stedenband_workers") == 0


@pytest.mark.measured
def test_a_worker_waits_for_a_database_that_is_away(fresh_database: TestDatabase, folder: Path) -> None:
    name = fresh_database.name
    with (
        working(fresh_database, folder) as worker,
        psycopg.connect(fresh_database.superuser_url, autocommit=True) as superuser,
    ):
        worker.says("working")
        superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
        superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'stedenband_worker'")
        worker.says("the worker lost the database")
        superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
        worker.says("working", 2)


@pytest.mark.measured
def test_a_worker_needs_the_address_for_its_own_role(fresh_database: TestDatabase, folder: Path) -> None:
    assert refused("worker", folder) == (
        "Error: STEDENBAND_WORKER_URL, the address of the database for the role stedenband_worker, is not set."
    )
    message = refused("worker", folder, STEDENBAND_WORKER_URL=fresh_database.owner_url)
    assert "names a role that is superuser, has BYPASSRLS or is (a member of) the owner" in message
