"""Workers of the API are killed while eight writers write."""

import os
from collections import Counter
from pathlib import Path
from random import Random
from signal import SIGKILL

from tests.databases import TestDatabase
from tests.faults.conftest import Figures
from tests.faults.ledger import Ledger, now, stored_in
from tests.faults.load import assert_nobody_is_mistaken, assert_repeats_alike, under_load
from tests.faults.rig import Rig, rig_on
from tests.processes import gone

KILLS = 8
SEED = 20270


def kill_workers(rig: Rig, ledger: Ledger, choice: Random) -> list[float]:
    """Kill one worker after another, each time when writes go on again; return the seconds until the next was done."""
    recoveries = []
    for _ in range(KILLS):
        victim = choice.choice(rig.workers())
        killed = now()
        os.kill(victim, SIGKILL)
        assert gone(victim)
        recoveries.append(ledger.recovery(killed))
        rig.await_workers()
        ledger.progress(15)
    return recoveries


def test_a_killed_worker_loses_and_doubles_nothing(
    fresh_database: TestDatabase, folder: Path, figures: Figures
) -> None:
    choice = Random(SEED)  # noqa: S311 (repeatable)
    with rig_on(fresh_database, folder / "data") as rig:
        with under_load(rig) as ledger:
            recoveries = kill_workers(rig, ledger, choice)
        ledger.assert_stored_once(rig.database)
        assert_repeats_alike(rig, ledger)
        assert_nobody_is_mistaken(rig)
    assert ledger.answers["lost"], "no kill hit a request"
    figures(
        "workers killed -9, with keys",
        kills=KILLS,
        seed=SEED,
        **ledger.figures(),
        duplicates=0,
        recovery=f"at most {max(recoveries):.2f} s",
    )


def test_without_keys_nothing_is_lost_but_writes_may_be_doubled(
    fresh_database: TestDatabase, folder: Path, figures: Figures
) -> None:
    choice = Random(SEED)  # noqa: S311 (repeatable)
    with rig_on(fresh_database, folder / "data") as rig:
        with under_load(rig, keyed=False) as ledger:
            kill_workers(rig, ledger, choice)
        stored = Counter(name for name, *_ in stored_in(rig.database))
    assert set(stored) == set(ledger.acknowledged)
    figures(
        "workers killed -9, without keys",
        kills=KILLS,
        seed=SEED,
        **ledger.figures(),
        duplicates=stored.total() - len(stored),
    )
