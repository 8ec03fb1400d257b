"""`stedenband import twinning` is killed at random moments while the API serves."""

import subprocess
import sys
from collections import Counter
from contextlib import suppress
from itertools import islice, product
from pathlib import Path
from random import Random
from signal import SIGKILL
from string import ascii_lowercase

import psycopg

from stedenband.core.roles import OWNER
from tests.databases import TestDatabase
from tests.faults.conftest import Figures
from tests.faults.ledger import now
from tests.faults.load import assert_nobody_is_mistaken, under_load
from tests.faults.rig import rig_on
from tests.processes import until
from tests.serving import environment
from tests.transfer.conftest import HEADING

ROWS = 100
KILLS = 5
SEED = 20272
WRITTEN = "SELECT name FROM partner_city WHERE name LIKE 'Imported%'"
LINKED = "SELECT title FROM city_link WHERE title LIKE 'Imported%'"


def twinning_file(path: Path) -> Path:
    """Write a file of links between towns that exist nowhere, two new ones per row."""
    rows = [
        f"Imported {letters}dorp\tBelgium\t{49.6 + number % 40 / 25:.2f}\t{3 + number // 40 / 10:.1f}\t\t"
        f"Imported {letters}town\t{-21 - number % 40 / 25:.2f}\t{25 + number // 40 / 10:.1f}\t\tBotswana"
        for number, letters in enumerate(islice(map("".join, product(ascii_lowercase, repeat=3)), ROWS))
    ]
    path.write_text("\n".join((HEADING, *rows)) + "\n")
    return path


class Import:
    """One run of the command on a database."""

    def __init__(self, database: TestDatabase, data: Path, file: Path) -> None:
        self.database = database
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stedenband", "import", "twinning", str(file)],
            env=environment(data, STEDENBAND_OWNER_URL=database.owner_url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def is_in_transaction(self) -> bool:
        """Tell whether it has begun to compare and write, or is over."""
        return self.process.poll() is not None or bool(self._backends())

    def kill_after(self, seconds: float) -> None:
        """Kill it when so many seconds have gone by, unless it has ended; return when the database has noticed."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.process.send_signal(SIGKILL)
        self.process.communicate()
        assert until(lambda: not self._backends())

    def finish(self) -> str:
        """Wait for its end, and return what it said."""
        said, errors = self.process.communicate()
        assert self.process.returncode == 0, errors
        return said

    def _backends(self) -> list[int]:
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            working = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND datname = current_database() AND xact_start IS NOT NULL"
            return [pid for (pid,) in connection.execute(working, [OWNER]).fetchall()]


def written(database: TestDatabase) -> tuple[int, int]:
    """Return the number of cities and of links that imports wrote; none is there twice."""
    with psycopg.connect(database.owner_url) as connection:
        counts = [Counter(name for (name,) in connection.execute(sql).fetchall()) for sql in (WRITTEN, LINKED)]
    assert all(times == 1 for each in counts for times in each.values())
    return len(counts[0]), len(counts[1])


def test_a_killed_import_wrote_all_or_nothing_and_runs_again(
    fresh_database: TestDatabase, folder: Path, figures: Figures
) -> None:
    data = folder / "data"
    file = twinning_file(folder / "twinnings.tsv")
    nothing, everything = (0, 0), (2 * ROWS, ROWS)
    choice = Random(SEED)  # noqa: S311 (repeatable)
    seen = []
    with rig_on(fresh_database, data) as rig:
        with under_load(rig, writers=1) as ledger:
            long = duration(fresh_database, data, file)
            for number in range(KILLS):
                forget(fresh_database)
                run = Import(fresh_database, data, file)
                assert until(run.is_in_transaction)
                point = (number + choice.random()) / KILLS * long * 1.1
                run.kill_after(point)
                after = written(fresh_database)
                assert after in (nothing, everything)
                made = 0 if after == everything else ROWS
                long = long if made else min(long, point)  # the machine is quicker now than at the first run
                again = Import(fresh_database, data, file).finish()
                assert f"links: {ROWS}, {made} made, {ROWS - made} known" in again
                assert written(fresh_database) == everything
                seen.append(f"{point:.2f} s: {'nothing' if made else 'all'}")
        ledger.assert_stored_once(rig.database)
        assert_nobody_is_mistaken(rig)
    assert any("nothing" in each for each in seen), "no kill came in time"
    figures(
        "import killed -9",
        rows=ROWS,
        kills=KILLS,
        seed=SEED,
        transaction=f"{long:.2f} s",
        after=f"({'; '.join(seen)})",
        **ledger.figures(),
    )


def duration(database: TestDatabase, data: Path, file: Path) -> float:
    """Return the seconds that the transaction of a whole import takes."""
    run = Import(database, data, file)
    assert until(run.is_in_transaction)
    began = now()
    run.finish()
    return now() - began


def forget(database: TestDatabase) -> None:
    """Take away what an import wrote, as nobody could: without leaving a trace."""
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "DELETE FROM city_link_member WHERE city_link_id IN (SELECT id FROM city_link WHERE title LIKE 'Imported%')"
        )
        connection.execute("DELETE FROM city_link WHERE title LIKE 'Imported%'")
        connection.execute("DELETE FROM partner_city WHERE name LIKE 'Imported%'")
