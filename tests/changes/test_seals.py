"""Seals: an entry that is altered, removed or slipped in is found out, and a removed tail by a published seal."""

from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner, Result

from stedenband.changes.rules import Head, check, seal
from stedenband.cli import main
from stedenband.core.address import owner_session, worker_session
from tests.builders import OWN, World
from tests.changes.feed import wait_for_older_transactions

SEALS = "/v1/changes/seals"
REMOVED = """
    WITH gone AS (DELETE FROM change WHERE sequence = %s RETURNING sequence)
    DELETE FROM sealed_change s USING gone WHERE s.sequence = gone.sequence
"""
SLIPPED_IN = """
    INSERT INTO change (transaction_id, operation, table_name, record_id, version, fields, visibility)
    SELECT transaction_id, operation, table_name, uuidv7(), 1, '{}', 'public' FROM change WHERE sequence = %s
"""
ALTERED, GONE = "Seal 1: entries were altered: {}.", "Seal 1: entries are gone: {}."
DEEDS = {
    "another author": ("UPDATE change SET actor_name = 'Nobody' WHERE sequence = %s", ALTERED),
    "another value": ("UPDATE change SET fields = fields || '{\"title\": null}' WHERE sequence = %s", ALTERED),
    "removed": ("DELETE FROM change WHERE sequence = %s", GONE),
    "removed with its digest": (REMOVED, "Seal 1 does not hold what it held when it was made."),
    "slipped in": (SLIPPED_IN, "Came in after the entries of their time were sealed: "),
}
"""What a superuser does to an entry, and what a check says of it."""


def sealed(world: World, most: int = 1000) -> Head:
    """Seal all that was committed, with the rights of the worker, and return the last seal."""
    wait_for_older_transactions(world.database)
    with worker_session(world.database.worker_url) as session:
        made = seal(session, most)
    assert made
    return made


def faults(world: World, published: Head | None = None) -> tuple[str, ...]:
    """Return what a check finds."""
    with owner_session(world.database.owner_url) as session:
        return check(session, published).faults


def run(world: World, *arguments: str) -> Result:
    """Run a command of the operator."""
    settings = {"STEDENBAND_DATABASE_URL": world.database.api_url, "STEDENBAND_OWNER_URL": world.database.owner_url}
    return CliRunner().invoke(main, arguments, env=settings)


def write(world: World, name: str = "Sealed") -> None:
    """Change something."""
    reply = world.api(OWN).post("/v1/partnerCities", {"name": name, "countryCode": "BE"})
    assert reply.status_code == 201, reply.text


@pytest.fixture
def superuser(fresh_world: World) -> Iterator[psycopg.Connection]:
    """A connection that nothing stops."""
    with psycopg.connect(fresh_world.database.superuser_url, autocommit=True) as connection:
        yield connection


def test_what_is_sealed_holds_and_what_is_new_is_sealed_next(fresh_world: World) -> None:
    first = sealed(fresh_world)
    with owner_session(fresh_world.database.owner_url) as session:
        assert seal(session) is None, "nothing is new"
        before = check(session)
    assert before.head == first
    write(fresh_world)
    second = sealed(fresh_world)
    assert second.number == first.number + 1
    assert faults(fresh_world, first) == faults(fresh_world, second) == ()


def test_many_entries_are_sealed_in_parts(fresh_world: World) -> None:
    made = sealed(fresh_world, most=7)
    with psycopg.connect(fresh_world.database.owner_url) as connection:
        rows = connection.execute("SELECT changes FROM change_seal ORDER BY number").fetchall()
        (count,) = connection.execute("SELECT count(*) FROM change").fetchone() or (0,)
    assert {changes for (changes,) in rows[:-1]} == {7}
    assert (sum(changes for (changes,) in rows), len(rows)) == (count, made.number)
    assert faults(fresh_world, made) == ()


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_of_a_superuser_is_found_out(fresh_world: World, superuser: psycopg.Connection, deed: str) -> None:
    sql, told = DEEDS[deed]
    sealed(fresh_world)
    (victim,) = superuser.execute("SELECT sequence FROM change ORDER BY sequence OFFSET 3 LIMIT 1").fetchone() or (0,)
    superuser.execute(sql.encode(), (victim,))
    (fault,) = faults(fresh_world)
    assert told.format(victim) in fault
    write(fresh_world)
    sealed(fresh_world)
    assert fault in faults(fresh_world), "a later seal does not hide it"


def test_many_entries_are_named_in_part(fresh_world: World, superuser: psycopg.Connection) -> None:
    sealed(fresh_world)
    superuser.execute("UPDATE change SET version = version + 1")
    (fault,) = faults(fresh_world)
    assert fault.startswith("Seal 1: entries were altered: ")
    assert fault.endswith(" more.")


def test_a_tail_that_was_removed_is_found_out_by_what_was_published(
    fresh_world: World, superuser: psycopg.Connection
) -> None:
    sealed(fresh_world)
    write(fresh_world)
    published = sealed(fresh_world)
    superuser.execute("DELETE FROM change WHERE sequence IN (SELECT sequence FROM sealed_change WHERE seal = 2)")
    superuser.execute("DELETE FROM sealed_change WHERE seal = 2")
    superuser.execute("DELETE FROM change_seal WHERE number = 2")
    assert faults(fresh_world) == (), "by itself the rest is whole"
    assert faults(fresh_world, published) == ("Seal 2 is gone, and with it what was published.",)
    write(fresh_world, "Another")
    sealed(fresh_world)
    assert faults(fresh_world, published) == ("Seal 2 has another digest than what was published.",)


def test_a_seal_that_is_gone_is_missed(fresh_world: World, superuser: psycopg.Connection) -> None:
    sealed(fresh_world)
    write(fresh_world)
    sealed(fresh_world)
    superuser.execute("DELETE FROM sealed_change WHERE seal = 1")
    superuser.execute("DELETE FROM change_seal WHERE number = 1")
    found = faults(fresh_world)
    assert "Seal 1 is gone." in found
    assert "Seal 2 does not hold what it held when it was made." in found


def test_a_restore_begins_the_numbers_of_transactions_anew(fresh_world: World, superuser: psycopg.Connection) -> None:
    sealed(fresh_world)
    write(fresh_world)
    superuser.execute("UPDATE change_seal SET horizon = 9000000000000000000")  # as in a cluster that lived long
    superuser.execute("INSERT INTO change_epoch (started_at) VALUES (now() + interval '1 second')")
    made = sealed(fresh_world, most=2)
    write(fresh_world, "Another")
    last = sealed(fresh_world)
    assert (last.number > made.number, faults(fresh_world, made)) == (True, ())
    with psycopg.connect(fresh_world.database.owner_url) as connection:
        unsealed = (
            "SELECT count(*) FROM change c WHERE NOT EXISTS (SELECT FROM sealed_change s WHERE s.sequence = c.sequence)"
        )
        assert connection.execute(unsealed).fetchone() == (0,)


def test_everyone_reads_the_seals_page_by_page(fresh_world: World) -> None:
    first = sealed(fresh_world)
    write(fresh_world)
    second = sealed(fresh_world)
    page = fresh_world.api().get(f"{SEALS}?pageSize=1").json
    (newest,) = page["items"]
    assert (newest["id"], newest["digest"], newest["changes"]) == (str(second.number), second.digest, 1)
    assert newest["sealedAt"].endswith("Z")
    assert fresh_world.api().get(newest["href"]).json["items"][0] == newest
    (oldest,) = fresh_world.api().get(page["next"]).json["items"]
    assert oldest["digest"] == first.digest
    assert "next" not in fresh_world.api().get(SEALS).json
    table = fresh_world.api().get(f"{SEALS}?format=csvComma").text.splitlines()
    assert (table[0].split(",")[:2], len(table)) == (["href", "id"], 3)
    assert fresh_world.api().get(f"{SEALS}?after=x").status_code == 400


def test_the_operator_seals_and_checks(fresh_world: World, superuser: psycopg.Connection) -> None:
    nothing = run(fresh_world, "check", "seals")
    assert (nothing.exit_code, nothing.stdout) == (0, "Nothing is sealed yet.\n")
    wait_for_older_transactions(fresh_world.database)
    made = run(fresh_world, "seal")
    assert made.exit_code == 0
    head = made.stdout.removeprefix("The last seal: ").strip()
    assert run(fresh_world, "seal").stdout == "Nothing is new since the last seal.\n"
    good = run(fresh_world, "check", "seals", "--head", head)
    assert (good.exit_code, head in good.stdout, "entries are as they were sealed" in good.stdout) == (0, True, True)
    wrong = run(fresh_world, "check", "seals", "--head", "1:abc")
    assert (wrong.exit_code, "64 hexadecimal digits" in wrong.stderr) == (1, True)
    superuser.execute("UPDATE change SET actor_name = 'Nobody' WHERE sequence = (SELECT min(sequence) FROM change)")
    bad = run(fresh_world, "check", "seals")
    assert (bad.exit_code, "were altered" in bad.stderr) == (1, True)
