"""The worker is killed at random moments of a long import, which loses no row and does none twice."""

from http.client import SEE_OTHER
from pathlib import Path
from random import Random
from signal import SIGKILL
from time import sleep

import psycopg

from tests.builders import DATA, OWN, World
from tests.faults.conftest import Figures
from tests.jobs import add, connected, working
from tests.processes import until
from tests.transfer.imports.sending import csv_of

KILLS = 6
SEED = 20282
ROWS = 10_000
BAD = 100
"""Every so many rows there is one that cannot be taken."""
SILENT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
"""Whoever was killed has been silent for long, so that the next one goes on at once."""


def test_a_killed_worker_loses_no_row_of_an_import_and_does_none_twice(
    fresh_world: World, folder: Path, figures: Figures
) -> None:
    choice = Random(SEED)  # noqa: S311 (repeatable)
    api, database = fresh_world.api(OWN), fresh_world.database
    rows = [{"name": f"School {number}" if number % BAD else "", "kind": "21"} for number in range(1, ROWS + 1)]
    path, headers = "/v1/imports?resource=organizations", {"Content-Type": "text/csv"}
    asked = api.call("POST", path, data=csv_of(rows), headers=headers)
    assert asked.status_code == 202
    task, reached = asked.headers["Location"], [0]

    def went_on() -> bool:
        seen = api.get(task)
        return seen.status_code == SEE_OTHER or seen.json["progress"]["rows"] > reached[-1]

    for _ in range(KILLS):
        with working(database, folder, STEDENBAND_DATA=str(DATA)) as worker:
            until(went_on)
            sleep(choice.uniform(0, 0.3))
            worker.process.send_signal(SIGKILL)
            worker.process.wait()
        reached.append(api.get(task).json["progress"]["rows"])
        with connected(database) as connection:
            connection.execute(SILENT)
        add(database, "revive")
    with working(database, folder, STEDENBAND_DATA=str(DATA)):
        until(lambda: api.get(task).status_code == SEE_OTHER)
    report = api.get(api.get(task).headers["Location"]).json
    refused = ROWS // BAD
    assert (report["rows"], report["created"], report["left"], report["refused"]) == (ROWS, ROWS - refused, 0, refused)
    with psycopg.connect(database.superuser_url) as connection:
        [(made, names)] = connection.execute(
            "SELECT count(*), count(DISTINCT name) FROM organization WHERE name LIKE 'School %'"
        ).fetchall()
    assert (made, names) == (ROWS - refused, ROWS - refused)
    inside = sum(0 < each < ROWS for each in reached)
    assert inside > 0, "no kill came while rows were done"
    figures(
        "worker killed -9 within an import", rows=ROWS, kills=KILLS, within=inside, reached=str(reached[1:]), lost=0
    )
