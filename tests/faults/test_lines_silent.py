"""The line to the database falls silent: nothing is closed, nothing is refused, nothing comes any more."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stedenband.core.cluster import SOCKET
from stedenband.core.roles import API
from tests.databases import TestDatabase
from tests.faults.conftest import Figures
from tests.faults.ledger import now
from tests.faults.load import assert_nobody_is_mistaken, assert_repeats_alike, under_load
from tests.faults.rig import rig_on
from tests.processes import until

BOUND = 15.0
"""Seconds within which each caller is asked to come back, on a machine that may be busy; 3 + 2 are set."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def line_to(database: TestDatabase) -> Iterator[tuple[str, Callable[[str], None]]]:
    """Give the database's address on a host of its own, and what takes the line to it "down" and "up"."""
    name = f"sb{os.getpid()}"
    ours, theirs = (f"10.213.{os.getpid() % 256}.{number}" for number in (1, 2))
    ip("netns", "add", name)
    try:
        ip("link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b", "netns", name)
        ip("address", "add", f"{ours}/30", "dev", f"{name}a")
        ip("-n", name, "address", "add", f"{theirs}/30", "dev", f"{name}b")
        ip("link", "set", f"{name}a", "up")
        ip("-n", name, "link", "set", f"{name}b", "up")
        command = ["ip", "netns", "exec", name, sys.executable, "-m", "tests.faults.far_end"]
        with subprocess.Popen([*command, theirs, database.socket / SOCKET], stdout=subprocess.PIPE, text=True) as end:
            try:
                assert end.stdout
                door = int(end.stdout.readline())
                url = f"postgresql://{API}@{theirs}:{door}/{database.name}?sslmode=disable&gssencmode=disable"
                yield url, lambda state: ip("-n", name, "link", "set", f"{name}b", state)
            finally:
                end.kill()
    finally:
        ip("netns", "delete", name)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("ip") is None, reason="a host of its own takes root and iproute2")
def test_a_line_that_falls_silent_is_given_up_within_seconds(
    fresh_database: TestDatabase, folder: Path, figures: Figures
) -> None:
    with (
        line_to(fresh_database) as (url, set_line),
        rig_on(fresh_database, folder / "data", url=url) as rig,
    ):
        with under_load(rig) as ledger:
            ledger.progress(20)
            silent = now()
            set_line("down")
            assert until(lambda: ledger.answers[503] >= 30)
            set_line("up")
            restored = now()
            recovery = ledger.recovery(restored)
        ledger.assert_stored_once(rig.database)
        assert_repeats_alike(rig, ledger)
        assert_nobody_is_mistaken(rig)
    assert max(ledger.waits) < BOUND
    figures(
        "line to Postgres silent",
        silent=f"{restored - silent:.2f} s",
        **ledger.figures(),
        duplicates=0,
        recovery=f"{recovery:.2f} s",
    )
