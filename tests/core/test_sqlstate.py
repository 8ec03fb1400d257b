"""What PostgreSQL refuses, and what becomes of it: real errors of a real server."""

import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import psycopg
import pytest
from sqlalchemy import exc, text
from sqlalchemy.orm import Session

from stedenband.core.db import Database, Visit
from stedenband.core.errors import BadRequest, Conflict, InternalError, MissingPermission, Problem, ServiceUnavailable
from stedenband.core.sqlstate import problem_of
from tests.builders import OWN, World
from tests.processes import until

LOCK = "SELECT pg_advisory_xact_lock(%(key)s)"


@pytest.fixture
def api(world: World) -> Iterator[Database]:
    """A pool of the api's role, of two connections."""
    database = Database(world.database.api_url, size=2)
    yield database
    database.engine.dispose()


def refusal(database: Database, statement: str, **values: Any) -> Problem:
    with database.visit() as visit, pytest.raises(Problem) as refused:
        visit.rows(statement, values)
    return refused.value


@pytest.mark.parametrize(
    ("statement", "problem", "after"),
    [ ("SELECT pg_sleep(9)", ServiceUnavailable, "4"), ("SELECT 1 / 0", BadRequest, None), ("SELECT 'x'::integer", BadRequest, None), ("SELECT repeat('a', 2000000)::tsvector", BadRequest, None), ("SELECT hash FROM api_key", MissingPermission, None), ("SELECT nothing", InternalError, None), ("SELECT raise_nothing()", InternalError, None), ("INSERT INTO change_epoch DEFAULT VALUES", MissingPermission, None), ("DO $$ BEGIN RAISE 'full' USING ERRCODE = '53100'; END $$", ServiceUnavailable, "1"), ("DO $$ BEGIN RAISE 'again' USING ERRCODE = '40001'; END $$", ServiceUnavailable, "1"), ("DO $$ BEGIN RAISE 'unique' USING ERRCODE = '23505', CONSTRAINT = 'uq_api_client_name'; END $$", Conflict, None), ("DO $$ BEGIN RAISE 'unique' USING ERRCODE = '23505', CONSTRAINT = 'elsewhere'; END $$", Conflict, None), ("DO $$ BEGIN RAISE 'gone' USING ERRCODE = '23503', CONSTRAINT = 'fk_api_client_city_id'; END $$", Conflict, None), ("DO $$ BEGIN RAISE 'check' USING ERRCODE = '23514', CONSTRAINT = 'ck_api_client_name'; END $$", BadRequest, None), ("DO $$ BEGIN RAISE 'rule' USING ERRCODE = '23514', CONSTRAINT = 'two_members'; END $$", BadRequest, None), ("DO $$ BEGIN RAISE 'rule' USING ERRCODE = '23514', CONSTRAINT = 'one_open_link'; END $$", Conflict, None) ],
)  # fmt: skip
def test_a_refusal_is_the_problem_of_its_sqlstate_and_never_its_text(
    api: Database, statement: str, problem: type[Problem], after: str | None
) -> None:
    refused = refusal(api, statement)
    assert type(refused) is problem
    assert refused.headers.get("Retry-After") == after
    said = refused.detail + str(refused.issues)
    assert not any(
        word in said for word in ("ERROR", "violates", "does not exist", "denied", "pg_", "ck_", "uq_", "fk_")
    )


def test_the_field_of_a_broken_rule_is_named(api: Database) -> None:
    named = {
        "ck_api_client_name": "name", "two_members": "members", "one_open_link": "members",
        "ck_city_link_end_date": "endDate", "uq_partner_city_nis_code": "identifiers.nisCode",
    }  # fmt: skip
    for constraint, field in named.items():
        refused = refusal(api, f"DO $$ BEGIN RAISE 'x' USING ERRCODE = '23514', CONSTRAINT = '{constraint}'; END $$")
        assert refused.issues[0].name == field


def test_what_the_driver_cannot_send_is_a_fault_of_ours() -> None:
    assert type(problem_of(exc.DBAPIError("SELECT 1", {}, ValueError("odd")))) is InternalError
    assert type(problem_of(psycopg.ProgrammingError("odd"))) is InternalError
    assert type(problem_of(psycopg.OperationalError("the socket broke"))) is ServiceUnavailable


def test_a_lock_is_waited_for_a_second_and_no_longer(world: World, api: Database) -> None:
    with psycopg.connect(world.database.owner_url) as owner:
        owner.execute("LOCK TABLE partner_city")
        began = monotonic()
        refused = refusal(api, "SELECT id FROM partner_city")
        assert (type(refused), refused.headers["Retry-After"]) == (ServiceUnavailable, "1")
        assert 0.9 < monotonic() - began < 2.5


def test_a_caller_waits_a_second_for_a_connection_and_no_longer(world: World) -> None:
    database = world.app.extensions["stedenband.database"]
    held = [database.engine.connect() for _ in range(8)]
    try:
        began = monotonic()
        answer = world.api(OWN).get("/v1/cityLinks")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert 0.9 < monotonic() - began < 2.5
    finally:
        for connection in held:
            connection.close()
    assert world.api(OWN).get("/v1/cityLinks").status_code == 200


def in_turn(visit: Visit, first: int, second: int, met: threading.Barrier, attempts: list[int]) -> Callable[[], None]:
    """Return work that takes two locks, meeting the other between them the first time."""

    def work(session: Session) -> None:
        attempts.append(first)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": first})
        if attempts.count(first) == 1:
            met.wait()
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": second})

    return lambda: visit.write(work)


def test_the_loser_of_a_deadlock_is_run_again(world: World) -> None:
    """The server looks for deadlocks after a second; for this test its owner lets it look at once."""
    with psycopg.connect(world.database.superuser_url, autocommit=True) as superuser:
        superuser.execute("ALTER ROLE stedenband_api SET deadlock_timeout = '50ms'")
        try:
            database = Database(world.database.api_url, size=2)
            attempts: list[int] = []
            met = threading.Barrier(2)
            with database.visit() as one, database.visit() as two:
                works = (in_turn(one, 1, 2, met, attempts), in_turn(two, 2, 1, met, attempts))
                threads = [threading.Thread(target=work) for work in works]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            database.engine.dispose()
        finally:
            superuser.execute("ALTER ROLE stedenband_api RESET deadlock_timeout")
    assert sorted(attempts) in ([1, 1, 2], [1, 2, 2])


def test_what_fails_again_and_again_is_given_up(api: Database) -> None:
    attempts = []

    def work(session: Session) -> None:
        attempts.append(session)
        session.execute(text("DO $$ BEGIN RAISE 'again' USING ERRCODE = '40001'; END $$"))

    with api.visit() as visit, pytest.raises(ServiceUnavailable):
        visit.write(work)
    assert len(attempts) == 3


def test_a_lost_connection_is_a_503_and_the_next_request_has_a_new_one(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    assert api.get("/v1/cityLinks").status_code == 200
    with psycopg.connect(fresh_world.database.superuser_url, autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'stedenband_api' AND datname = current_database()"
        )
    assert api.get("/v1/cityLinks").status_code == 200


def test_a_connection_lost_in_the_middle_of_a_write_is_a_503_and_nothing_is_written(fresh_world: World) -> None:
    statuses = []
    fields = {"name": "Heist", "countryCode": "BE"}
    with psycopg.connect(fresh_world.database.superuser_url, autocommit=True) as superuser:
        with psycopg.connect(fresh_world.database.owner_url) as owner:
            owner.execute("LOCK TABLE partner_city IN SHARE MODE")
            thread = threading.Thread(
                target=lambda: statuses.append(fresh_world.api(OWN).post("/v1/partnerCities", fields).status_code)
            )
            thread.start()
            kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'stedenband_api' AND datname = current_database() AND wait_event_type = 'Lock'"
            until(lambda: superuser.execute(kill).fetchall())
            thread.join()
        found = superuser.execute("SELECT count(*) FROM partner_city WHERE name = 'Heist'").fetchone()
    assert (statuses, found) == ([503], (0,))


def test_a_locked_table_of_keys_is_a_503_too(fresh_world: World) -> None:
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        owner.execute("LOCK TABLE api_key")
        answer = fresh_world.api(OWN).get("/v1/cityLinks")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
