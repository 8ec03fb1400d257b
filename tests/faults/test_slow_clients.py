"""Forty slow clients come through the shipped nginx; others are served as if they were not there."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from stedenband.core.roles import API
from tests.builders import OWN, PARTNER
from tests.databases import TestDatabase
from tests.faults.callers import Caller
from tests.faults.conftest import Figures
from tests.faults.ledger import Ledger, now
from tests.faults.load import READS, Reader
from tests.faults.rig import Rig, rig_on
from tests.faults.slow import crawling, readers, senders
from tests.processes import until
from tests.proxies import nginx, shipped

THREADS = 4
"""Of each of the two processes that serve: slow clients are five times as many."""
PROBES = 32
BOUND = 30.0
"""Seconds within which each probe is answered, on a machine that may be busy."""
MUCH = "/v1/organizations?pageSize=200&sort=name&q=Long"
FILL = (
    "INSERT INTO organization (name, kind, city_id, visibility, summary)"
    " SELECT 'Long ' || number, '22', %s, 'city', jsonb_build_object('en', rtrim(repeat('long text ', 390)))"
    " FROM generate_series(1, 200) AS number"
)


def probe(rig: Rig, port: int, number: int, ledger: Ledger) -> float:
    """Read once as one of three callers, checking what comes; return the seconds it took."""
    city = (OWN, PARTNER, None)[number % 3]
    reader = Reader(rig.caller(city, port=port), ledger, tuple(other for other in (OWN, PARTNER) if other != city))
    asked = now()
    reader.look(READS[number % len(READS)])
    return now() - asked


def connections(database: TestDatabase) -> Sequence[str]:
    """Return the states of the API's connections."""
    with psycopg.connect(database.superuser_url) as connection:
        states = "SELECT state FROM pg_stat_activity WHERE usename = %s AND datname = current_database()"
        return [str(state) for (state,) in connection.execute(states, [API]).fetchall()]


def test_forty_slow_clients_keep_nobody_waiting(fresh_database: TestDatabase, folder: Path, figures: Figures) -> None:
    ledger = Ledger()
    few = {"STEDENBAND_THREADS": str(THREADS), "STEDENBAND_TRUSTED_PROXIES": "1"}
    with (
        rig_on(fresh_database, folder / "data", **few) as rig,
        nginx(folder / "nginx", shipped, rig.server.port) as port,
    ):
        with psycopg.connect(rig.database.owner_url) as owner:
            owner.execute(FILL, [rig.world.cities[OWN]])
        slow: Caller = rig.caller(OWN, port=port)
        sending, reading = senders(slow, 20), readers(slow, 20, MUCH)
        with crawling([*sending, *reading]), ThreadPoolExecutor(8) as threads:
            times = list(threads.map(lambda number: probe(rig, port, number, ledger), range(PROBES)))
            assert until(lambda: set(connections(rig.database)) == {"idle"})
            held = len(connections(rig.database))
            assert all(client.is_sending for client in sending), "the slow ones were done before the others"
        ledger.assert_clean()
        assert ledger.answers == {200: PROBES}
        assert max(times) < BOUND
        assert held <= 2 * THREADS
        assert [client.finish()[0] for client in sending] == [201] * 20
        bodies = [client.finish() for client in reading]
    assert {status for status, _ in bodies} == {200}
    assert len({body for _, body in bodies}) == 1
    figures(
        "slow clients through nginx",
        senders=len(sending),
        readers=f"{len(reading)} of {len(bodies[0][1]) // 1024} KiB each",
        served=f"{ledger.answers[200]} of {PROBES} probes",
        slowest=f"{max(times):.2f} s",
    )
