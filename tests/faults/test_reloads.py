"""The one worker is replaced again and again while requests go on."""

from pathlib import Path
from signal import SIGHUP

from tests.databases import TestDatabase
from tests.faults.conftest import Figures
from tests.faults.load import assert_nobody_is_mistaken, under_load
from tests.faults.rig import rig_on
from tests.processes import gone

RELOADS = 40


def test_forty_reloads_fail_no_request(fresh_database: TestDatabase, folder: Path, figures: Figures) -> None:
    with rig_on(fresh_database, folder / "data", STEDENBAND_WORKERS="1") as rig:
        with under_load(rig, writers=4) as ledger:
            for _ in range(RELOADS):
                former = rig.workers()
                ledger.progress(2)
                rig.server.process.send_signal(SIGHUP)
                assert gone(*former)
                rig.await_workers()
        assert set(ledger.answers) == {200, 201}, (ledger.answers, rig.problems())
        ledger.assert_stored_once(rig.database)
        assert_nobody_is_mistaken(rig)
    figures("reloads under load", reloads=RELOADS, **ledger.figures(), failed=0)
