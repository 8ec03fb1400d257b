"""The database cannot do what it is asked: a lock, a deadlock, a conflict, too late, too many, no room, cut off."""

import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from uuid import uuid4

import pytest

from tests.builders import OWN, PARTNER
from tests.databases import TestDatabase
from tests.faults.callers import Answer
from tests.faults.conftest import Figures
from tests.faults.database import (
    BUSY,
    LATE,
    Connection,
    acknowledged,
    at_once,
    fill,
    full_disk,
    held_up,
    holding,
    one,
    refusals,
    superuser,
    timed,
)
from tests.faults.ledger import Ledger, now
from tests.faults.load import assert_nobody_is_mistaken, assert_repeats_alike, under_load
from tests.faults.rig import Rig, rig_on
from tests.processes import until

ORGANIZATIONS = "/v1/organizations"
AN_ORGANIZATION = {"name": "A slow one", "kind": "22", "visibility": "city"}


@pytest.fixture
def rig(fresh_database: TestDatabase, folder: Path) -> Iterator[Rig]:
    """A server of two workers on a database of its own."""
    with rig_on(fresh_database, folder / "data") as made:
        yield made


def assert_whole(rig: Rig, ledger: Ledger) -> None:
    """What every fault leaves: acknowledged is stored once, a repeat is answered alike, nobody is mistaken."""
    ledger.assert_stored_once(rig.database)
    assert_repeats_alike(rig, ledger)
    assert_nobody_is_mistaken(rig)


def counted(rig: Rig, table: str, condition: str) -> int:
    with superuser(rig) as connection:
        return int(one(connection, f"SELECT count(*) FROM {table} WHERE {condition}"))


def test_a_lock_of_another_session_is_a_503_within_a_second(rig: Rig, figures: Figures) -> None:
    elsewhere = []
    with under_load(rig) as ledger:
        ledger.progress(15)
        with holding(rig, "LOCK TABLE organization"):
            refusals(ledger, at_least=12)
            elsewhere = [timed(rig.caller(OWN), "GET", path) for path in ("/v1/partnerCities", "/livez", "/readyz")]
        recovery = ledger.recovery(now())
        ledger.progress(15)
    assert [answer.status for answer, _ in elsewhere] == [200, 200, 200], "reads of other tables go on"
    assert max(ledger.waits) < BUSY
    assert_whole(rig, ledger)
    figures("lock held by another session", **ledger.figures(), recovery=f"{recovery:.2f} s")


def test_two_writers_that_lock_each_other_out_are_both_told(rig: Rig, figures: Figures) -> None:
    """Each owner merges its link into that of the other: each holds its own first, then wants the other's.

    A third session makes them meet: the partner's request waits for it, then the own one, which holds what the other
    will want next. On a machine too busy for that within the time-out of a lock, it is tried again.
    """
    own, other = (a_link_of(rig, city) for city in (OWN, PARTNER))
    numbers = itertools.count(1)
    told: list[tuple[Answer, float]] = []

    def merge(city: str, link: str, into: str) -> tuple[Answer, float]:
        path, body = f"/v1/cityLinks/{link}/merge", {"into": {"id": into}}
        headers = {"If_Match": "*", "Idempotency_Key": f"merge-{next(numbers)}"}
        _, seconds = timed(rig.caller(city), "POST", path, body, **headers)
        return acknowledged(rig.caller(city), "POST", path, body, **headers), seconds

    def deadlocks(watcher: Connection) -> int:
        return int(one(watcher, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))

    def meet(watcher: Connection) -> int:
        with ThreadPoolExecutor(2) as threads:
            with holding(rig, f"SELECT FROM city_link WHERE id = '{other}' FOR UPDATE"):
                sent = [threads.submit(merge, PARTNER, other, own)]
                held_up(watcher, 1)
                sent.append(threads.submit(merge, OWN, own, other))
                held_up(watcher, 2)
            told.extend(each.result() for each in sent)
        return deadlocks(watcher)

    with superuser(rig) as watcher:
        watcher.execute(f"ALTER ROLE stedenband_api IN DATABASE {rig.database.name} SET deadlock_timeout = '100ms'")
        watcher.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'stedenband_api' AND datname = current_database()"
        )
        found = until(lambda: meet(watcher))
        with under_load(rig, writers=4) as ledger:
            ledger.progress(15)
    assert {answer.status for answer, _ in told} == {200}, [answer.body for answer, _ in told]
    assert counted(rig, "city_link_merge", f"city_link_id IN ('{own}', '{other}')") == 2
    assert max(seconds for _, seconds in told) < BUSY
    assert_whole(rig, ledger)
    figures("deadlock", deadlocks=found, longest=f"{max(seconds for _, seconds in told):.2f} s")


def a_link_of(rig: Rig, city: str) -> str:
    """Make a public link of the two cities that one of them owns, and return its id."""
    members = [{"city": {"id": str(rig.world.cities[name])}} for name in (OWN, PARTNER)]
    body = {"kind": "sdgPartnership", "visibility": "public", "members": members}
    made = rig.caller(city).ask("POST", "/v1/cityLinks", body)
    assert made.status == 201, made.body
    return str(made.json["id"])


SERIALIZABLE = """
ALTER FUNCTION enter(text, bytea) RENAME TO enter_rightly;
CREATE FUNCTION enter(presented_prefix text, presented_hash bytea)
RETURNS TABLE (client_id uuid, name text, city_id uuid, role text, scopes text[], expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM set_config('default_transaction_isolation', 'serializable', false);
    RETURN QUERY SELECT * FROM enter_rightly(presented_prefix, presented_hash);
END $$;
GRANT EXECUTE ON FUNCTION enter(text, bytea) TO stedenband_api;
"""
"""So that writes fail to be serialized for real: by default they run in READ COMMITTED, where that never happens."""


def test_writes_that_cannot_be_serialized_are_run_again(rig: Rig, figures: Figures) -> None:
    path = f"{ORGANIZATIONS}/{rig.world.organizations['city']}"
    rollbacks = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()"

    def patch(number: int) -> list[Answer]:
        return [
            acknowledged(rig.caller(OWN), "PATCH", path, {"community": f"{number}.{turn}"}, If_Match="*")
            for turn in range(20)
        ]

    with superuser(rig) as watcher:
        watcher.execute(SERIALIZABLE)
        before = one(watcher, rollbacks)
        with under_load(rig) as ledger:
            with at_once(*(lambda number=number: patch(number) for number in range(4))) as patches:
                answers = [answer for each in patches for answer in each.result()]
            ledger.progress(15)
        failures = until(lambda: one(watcher, rollbacks) - before)
    assert {answer.status for answer in answers} <= {200, 412}
    written = [answer.json["version"] for answer in answers if answer.status == 200]
    assert len(set(written)) == len(written), "every change is one version"
    assert counted(rig, "organization", f"id = '{rig.world.organizations['city']}' AND version = {max(written)}") == 1
    assert_whole(rig, ledger)
    figures("serialization failures", rollbacks=failures, **ledger.figures())


SLOW = """
CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;
CREATE TRIGGER be_slow BEFORE INSERT ON organization FOR EACH ROW WHEN (NEW.name LIKE 'A slow%')
EXECUTE FUNCTION be_slow();
"""


def test_a_statement_that_takes_too_long_is_a_503_within_four_seconds(rig: Rig, figures: Figures) -> None:
    key = str(uuid4())
    with superuser(rig) as owner, under_load(rig) as ledger:
        owner.execute(SLOW)
        slow = [
            lambda: timed(rig.caller(OWN), "POST", ORGANIZATIONS, AN_ORGANIZATION, Idempotency_Key=key),
            lambda: timed(rig.caller(PARTNER), "POST", ORGANIZATIONS, AN_ORGANIZATION),
        ]
        with at_once(*slow) as sent:
            ledger.progress(15)
            told = [each.result() for each in sent]
        owner.execute("DROP TRIGGER be_slow ON organization")
        began = now()
        again = acknowledged(rig.caller(OWN), "POST", ORGANIZATIONS, AN_ORGANIZATION, Idempotency_Key=key)
        recovery = now() - began
    assert [(answer.status, answer.headers["retry-after"]) for answer, _ in told] == [(503, "4")] * 2
    assert max(seconds for _, seconds in told) < LATE
    assert again.status == 201
    assert counted(rig, "organization", "name = 'A slow one'") == 1, "neither was stored when it was refused"
    assert_whole(rig, ledger)
    longest = max(seconds for _, seconds in told)
    figures("statement time-out", longest=f"{longest:.2f} s", recovery=f"{recovery:.2f} s", **ledger.figures())


def test_no_connection_left_is_a_503_within_a_second(rig: Rig, figures: Figures) -> None:
    """Others hold every connection that the server gives to this database, so the pools get none."""
    with superuser(rig) as owner, under_load(rig) as ledger:
        ledger.progress(15)
        owner.execute(f'ALTER DATABASE "{rig.database.name}" CONNECTION LIMIT 0')
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'stedenband_api' AND datname = current_database()"
        )
        refusals(ledger, at_least=30)
        alive, seconds = timed(rig.caller(), "GET", "/livez")
        owner.execute(f'ALTER DATABASE "{rig.database.name}" CONNECTION LIMIT -1')
        recovery = ledger.recovery(now())
        ledger.progress(15)
    assert alive.status == 200
    assert max(*ledger.waits, seconds) < BUSY
    assert_whole(rig, ledger)
    figures("no connection left", **ledger.figures(), recovery=f"{recovery:.2f} s")


CROWD = 40


def test_more_callers_than_threads_behind_one_lock_are_all_told(rig: Rig, figures: Figures) -> None:
    """Each worker has eight connections, and here all wait for one row: its other threads still answer."""
    link = rig.world.links["public"]
    path, body = f"/v1/cityLinks/{link}", {"summary": {"en": "Ours."}}
    with superuser(rig) as watcher:
        with holding(rig, f"SELECT FROM city_link WHERE id = '{link}' FOR UPDATE"):
            crowd = [lambda: timed(rig.caller(OWN), "PATCH", path, body, If_Match="*") for _ in range(CROWD)]
            with at_once(*crowd) as sent:
                held_up(watcher, 4)
                health = [timed(rig.caller(), "GET", each) for each in ("/livez", "/readyz", "/v1/health")]
                told = [each.result() for each in sent]
        began = now()
        assert acknowledged(rig.caller(OWN), "PATCH", path, body, If_Match="*").status == 200
        recovery = now() - began
    assert {(answer.status, answer.headers.get("retry-after")) for answer, _ in told} == {(503, "1")}
    alive, *ready = (answer.status for answer, _ in health)
    assert alive == 200
    assert set(ready) <= {200, 503}, "a worker whose connections all wait says within a second that it is not ready"
    assert max(seconds for _, seconds in (*told, *health)) < LATE
    assert_nobody_is_mistaken(rig)
    figures(
        f"{CROWD} callers behind one row lock",
        longest=f"{max(seconds for _, seconds in told):.2f} s",
        median=f"{sorted(seconds for _, seconds in told)[CROWD // 2]:.2f} s",
        health=f"{max(seconds for _, seconds in health):.2f} s",
        recovery=f"{recovery:.2f} s",
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_disk_is_a_503_and_reads_go_on(rig: Rig, folder: Path, figures: Figures) -> None:
    """Two tables lie on a disk without room; the rest of the database, its log above all, has enough."""
    with full_disk(rig, folder / "disk") as disk, superuser(rig) as owner:
        owner.execute(f"CREATE TABLESPACE {rig.database.name}_small LOCATION '{disk}'")
        for table in ("organization", "change"):
            owner.execute(f"ALTER TABLE {table} SET TABLESPACE {rig.database.name}_small")
        filler = fill(disk)
        with under_load(rig) as ledger:
            refusals(ledger, at_least=12)
            reads = [timed(rig.caller(OWN), "GET", path) for path in (ORGANIZATIONS, "/v1/changes", "/readyz")]
            filler.unlink()
            recovery = ledger.recovery(now())
            ledger.progress(15)
        assert_whole(rig, ledger)
        for table in ("organization", "change"):
            owner.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
        owner.execute(f"DROP TABLESPACE {rig.database.name}_small")
    assert [answer.status for answer, _ in reads] == [200, 200, 200]
    assert max(ledger.waits) < BUSY
    figures("disk full", **ledger.figures(), recovery=f"{recovery:.2f} s")


def test_a_worker_that_stands_still_in_a_transaction_is_cut_off(rig: Rig, figures: Figures) -> None:
    """It is stopped while its request waits for a lock; the database ends its session before it goes on."""
    key = str(uuid4())
    idle = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'stedenband_api' AND datname = current_database()"
    idle += " AND state LIKE 'idle in transaction%%'"

    def send() -> tuple[Answer, float]:
        return timed(rig.caller(OWN), "POST", ORGANIZATIONS, AN_ORGANIZATION, Idempotency_Key=key)

    with superuser(rig) as watcher, at_once(send) as sent:
        with holding(rig, "LOCK TABLE organization IN SHARE MODE"):
            held_up(watcher, 1)
            for worker in rig.workers():
                os.kill(worker, SIGSTOP)
        stopped = now()
        try:
            assert until(lambda: one(watcher, idle) == 1)
            assert until(lambda: one(watcher, idle) == 0)
            cut_off = now() - stopped
        finally:
            for worker in rig.workers():
                os.kill(worker, SIGCONT)
        answer, _ = sent[0].result()
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert counted(rig, "organization", "name = 'A slow one'") == 0
    again = acknowledged(rig.caller(OWN), "POST", ORGANIZATIONS, AN_ORGANIZATION, Idempotency_Key=key)
    assert again.status == 201
    assert counted(rig, "organization", "name = 'A slow one'") == 1
    assert_nobody_is_mistaken(rig)
    figures("idle in transaction", **{"cut off after": f"{cut_off:.2f} s"})
