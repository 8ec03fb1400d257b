"""The lines to the database and to the callers are cut at every moment that matters to a write."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from stedenband.core.cluster import SOCKET
from stedenband.core.roles import API
from tests.builders import OWN
from tests.databases import TestDatabase, TestServer, open_folder
from tests.faults.conftest import Figures
from tests.faults.ledger import Ledger, stored_in
from tests.faults.load import Writer, a_visit, assert_nobody_is_mistaken, assert_repeats_alike, under_load
from tests.faults.relay import Point, Scissors, relay, to_socket
from tests.faults.rig import Rig, rig_on
from tests.faults.watches import DatabaseWatch, ReplyWatch
from tests.processes import until

DATABASE_LINE = (Point.BEFORE_BEGIN, Point.BEFORE_COMMIT, Point.WITH_COMMIT, Point.AFTER_COMMIT)
CALLERS_LINE = (Point.BEFORE_REPLY, Point.WITHIN_REPLY)
COMMITTED = {Point.AFTER_COMMIT, *CALLERS_LINE}
"""Where the write is stored although nobody said so."""
CUTS = 25
EVERY = 4
"""Under load, each fourth write that comes to the point is cut."""
THREADS = 4


@contextmanager
def cut_lines(database: TestDatabase, data: Path, scissors: Scissors) -> Iterator[tuple[Rig, int]]:
    """Serve with a relay before the database and one before the server; give the rig and the second's port."""

    with relay(to_socket(database.socket / SOCKET), lambda: DatabaseWatch(scissors)) as door:
        url = f"postgresql://{API}@127.0.0.1:{door}/{database.name}?sslmode=disable&gssencmode=disable"
        with (
            rig_on(database, data, url=url, STEDENBAND_THREADS=str(THREADS)) as rig,
            relay(
                lambda: socket.create_connection(("127.0.0.1", rig.server.port)), lambda: ReplyWatch(scissors)
            ) as front,
        ):
            yield rig, front


@pytest.fixture(scope="module")
def scissors() -> Scissors:
    return Scissors()


@pytest.fixture(scope="module")
def lines(server: TestServer, worker_id: str, scissors: Scissors) -> Iterator[tuple[Rig, int]]:
    with (
        server.copy(worker_id) as database,
        open_folder() as folder,
        cut_lines(database, folder / "data", scissors) as made,
    ):
        yield made


@pytest.fixture(autouse=True)
def calm(lines: tuple[Rig, int], scissors: Scissors) -> Iterator[None]:
    """Begin every test without writes of the one before."""
    with psycopg.connect(lines[0].database.owner_url) as owner:
        owner.execute("DELETE FROM organization WHERE name LIKE 'Load of %'")
        owner.execute("DELETE FROM exchange_project WHERE title LIKE 'Load of %'")
        owner.execute("DELETE FROM delegation WHERE title LIKE 'Load of %'")
    yield
    scissors.rest()


def assert_pools_are_clean(rig: Rig) -> None:
    """No connection is left in a transaction, none was lost to the pools, and nobody gets another's rows."""
    with psycopg.connect(rig.database.superuser_url, autocommit=True) as connection:
        states = "SELECT state FROM pg_stat_activity WHERE usename = %s AND datname = current_database()"

        def at_rest() -> list[str]:
            found = [str(state) for (state,) in connection.execute(states, [API]).fetchall()]
            return found if set(found) == {"idle"} else []

        assert len(until(at_rest)) <= 2 * THREADS
    assert_nobody_is_mistaken(rig)


@pytest.mark.parametrize("point", [*DATABASE_LINE, *CALLERS_LINE], ids=lambda point: point.name)
def test_a_write_whose_line_is_cut_is_settled_by_its_key(
    lines: tuple[Rig, int], scissors: Scissors, point: Point
) -> None:
    rig, front = lines
    name = f"Load of {OWN}, {point.name}"
    ledger = Ledger()
    writer = Writer(rig.caller(OWN, port=front), ledger, 0, a_visit(rig))
    scissors.arm(point, most=1)
    answer = writer.send(name, key := str(uuid4()))
    assert scissors.made == 1
    if point in CALLERS_LINE:
        assert answer is None
    else:
        assert answer is not None
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.json["type"] == "urn:problem-type:belgif:serviceUnavailable"
    if point in COMMITTED:
        assert [stored for stored, *_ in stored_in(rig.database)] == [name]
    elif point is not Point.WITH_COMMIT:
        assert stored_in(rig.database) == []
    first = until(lambda: done(writer, name, key))
    assert done(writer, name, key) == first
    assert [(stored, str(made)) for stored, made, *_ in stored_in(rig.database)] == [(name, json.loads(first)["id"])]


def done(writer: Writer, name: str, key: str) -> bytes:
    """Repeat a write once, with nobody in between; return its reply, nothing while the first is still running."""
    answer = writer.send(name, key)
    assert answer is not None
    assert answer.status == 201 or answer.asks_to_come_back
    return answer.body if answer.status == 201 else b""


@pytest.mark.parametrize("point", [*DATABASE_LINE, *CALLERS_LINE], ids=lambda point: point.name)
def test_lines_cut_again_and_again_under_load_lose_and_double_nothing(
    lines: tuple[Rig, int], scissors: Scissors, point: Point, figures: Figures
) -> None:
    rig, front = lines
    with under_load(rig, port=front) as ledger:
        ledger.progress(10)
        scissors.arm(point, every=EVERY, most=CUTS)
        assert until(lambda: scissors.made == CUTS)
        ledger.progress(10)
    ledger.assert_stored_once(rig.database)
    assert_repeats_alike(rig, ledger)
    assert_pools_are_clean(rig)
    assert ledger.answers["lost" if point in CALLERS_LINE else 503] >= CUTS
    figures(f"lines cut {point.name.lower().replace('_', ' ')}", cuts=CUTS, **ledger.figures(), duplicates=0)
