"""Load by wrk, from a process of its own, and what each request of it cost."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from bench.data.clients import KEY
from bench.processes import cpu_seconds
from bench.servers import Server

CONNECTIONS = 8
PATIENCE, PAUSE, IDLE = 10.0, 0.1, 0.025
"""Seconds: a server that has used less than IDLE of CPU during PAUSE has nothing left to do."""
LONGEST = 8
"""Seconds of one load at most: on a slow machine a server may answer nothing within the first."""
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Run:
    """What one run of wrk found; times in milliseconds."""

    requests: int
    per_second: float
    application: float
    postgres: float
    p50: float
    p99: float

    @property
    def cpu(self) -> float:
        """CPU milliseconds of application and Postgres per request."""
        return self.application + self.postgres


class LoadFailed(RuntimeError):
    """A server answered with errors under load; what it was faster at is then worth nothing.

    A change may meet the version that a request left from the round before has made: one per connection at most.
    """


def settled(application: int, postgres: int) -> tuple[float, float]:
    """Return the CPU times once the requests that wrk left unanswered have been worked off: they were sent, too."""
    deadline = monotonic() + PATIENCE
    now = cpu_seconds([application]), cpu_seconds([postgres])
    while monotonic() < deadline:
        sleep(PAUSE)
        before, now = now, (cpu_seconds([application]), cpu_seconds([postgres]))
        if sum(now) - sum(before) < IDLE:
            break
    return now


def load(  # noqa: PLR0913, PLR0917 (what is loaded, and how)
    server: Server, postgres: int, requests: Sequence[str], seconds: int, mode: str = "read", tag: str = ""
) -> Run:
    """Send `requests` (lines for load.lua) round after round for some seconds, or longer until one was answered."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lines:
        lines.write("\n".join(requests))
        lines.flush()
        before = cpu_seconds([server.root]), cpu_seconds([postgres])
        done = subprocess.run(
            [
                *("wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s"),
                *("--timeout", "30s", "--script", str(SCRIPT), f"http://127.0.0.1:{server.port}"),
                *("--", mode, lines.name, KEY, tag),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        after = settled(server.root, postgres)
    found = json.loads(done.stdout[done.stdout.index("{") :])
    if not found["requests"] and seconds < LONGEST:
        return load(server, postgres, requests, 2 * seconds, mode, f"{tag}l")
    if found["errors"] > (CONNECTIONS if mode == "change" else 0) or not found["requests"]:
        raise LoadFailed(f"{server.peer.title}: {found}\n{requests[0]}")
    application, database = (1000 * (end - start) / found["sent"] for start, end in zip(before, after, strict=True))
    return Run(
        found["requests"],
        found["requests"] / found["seconds"],
        application,
        database,
        found["p50"],
        found["p99"],
    )
