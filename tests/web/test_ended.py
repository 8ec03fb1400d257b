"""What ended processes measured stays in the sums, and nothing else of them."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from stedenband.serve.api import MEASURES, READY
from stedenband.web import ended, metrics

PROCESS = """
from stedenband.web.measures import CONNECTIONS, REQUESTS, SECONDS
REQUESTS.labels("GET", "/v1/cityLinks", "200").inc(3)
SECONDS.labels("GET", "/v1/cityLinks").observe(0.5)
CONNECTIONS.inc()
import os
print(os.getpid())
"""


def measured(folder: Path) -> int:
    """Run a process that measures three requests and holds one connection, and return its id."""
    done = subprocess.run(
        [sys.executable, "-c", PROCESS], env={MEASURES: str(folder)}, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def shown(folder: Path) -> dict[str, float]:
    """Return what is shown, as far as it is not zero."""
    lines = [line.rpartition(" ") for line in metrics.of_all_processes(folder).decode().splitlines() if line[0] != "#"]
    return {name.partition("{")[0]: float(value) for name, _, value in lines if float(value) and "bucket" not in name}


def test_counts_are_added_up_in_one_file_and_gauges_forgotten(tmp_path: Path) -> None:
    processes = [measured(tmp_path) for _ in range(3)]
    before = shown(tmp_path)
    assert before["stedenband_requests_total"] == 9
    assert before["stedenband_connections_in_use"] == 3
    for pid in processes:
        ended.gather(tmp_path, pid)
        after = shown(tmp_path)
        assert after == {name: value for name, value in before.items() if "connections" not in name} | (
            {"stedenband_connections_in_use": after["stedenband_connections_in_use"]} if pid != processes[-1] else {}
        )
    assert {file.name for file in tmp_path.glob("*.db")} == {"counter_ended.db", "histogram_ended.db"}


def test_who_ended_without_measuring_leaves_nothing(tmp_path: Path) -> None:
    ended.gather(tmp_path, 1)
    assert not list(tmp_path.glob("*.db"))


def test_gunicorn_gathers_what_killed_workers_left_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEASURES, str(tmp_path))
    monkeypatch.setenv(READY, "0")
    from stedenband.serve import gunicorn_conf  # noqa: PLC0415 (it reads its environment)

    killed = subprocess.Popen([sys.executable, "-c", PROCESS + "import time; time.sleep(600)"], stdout=subprocess.PIPE)
    assert killed.stdout
    killed.stdout.readline()
    killed.kill()
    gunicorn_conf.on_exit(SimpleNamespace(WORKERS={killed.pid: None}))
    killed.stdout.close()
    killed.wait()
    assert "stedenband_connections_in_use" not in shown(tmp_path)
