"""Starts the API and its peers, each with the same number of processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from signal import SIGTERM

from bench.data.clients import KEY
from bench.database import PEER, Register
from bench.processes import tree
from scripts.demo_server import free_port
from stedenband.core.process import child, stop
from stedenband.core.roles import API, WORKER

WORKERS = 2
THREADS = 8
BASE = "http://127.0.0.1:8000"
"""Scheme and authority in every link, the same for all, whatever port they listen on."""
PATIENCE = 60.0
GUNICORN = (sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--threads", str(THREADS))
PLAIN_GUNICORN = (
    *GUNICORN,
    "--worker-class",
    "gthread",
    "--keep-alive",
    "5",
    "--no-control-socket",
    "--log-level",
    "warning",
)


@dataclass(frozen=True)
class Peer:
    """A server to be measured: its name, how it is started (with its port), and whose rows it reads."""

    name: str
    title: str
    command: tuple[str, ...]
    role: str = PEER
    environment: dict[str, str] = field(default_factory=dict)


OURS = Peer(
    "ours",
    "stedenband",
    (sys.executable, "-m", "stedenband", "serve"),
    API,
    {
        "STEDENBAND_PORT": "{port}",
        "STEDENBAND_WORKERS": str(WORKERS),
        "STEDENBAND_THREADS": str(THREADS),
        "STEDENBAND_CLIENT_LIMIT": str(10**9),
        "STEDENBAND_ANONYMOUS_LIMIT": str(10**9),
        "STEDENBAND_PUBLIC_URL": BASE,
    },
)
LIMIT = Peer(
    "limit", "the limit", (*PLAIN_GUNICORN, "--bind", "127.0.0.1:{port}", "bench.peers.limit:application"), API
)
EAGER = Peer(
    "eager", "eager flask-smorest", (*PLAIN_GUNICORN, "--bind", "127.0.0.1:{port}", "bench.peers.eager:app"), API
)
FASTAPI = Peer(
    "fastapi",
    "FastAPI",
    (
        *(sys.executable, "-m", "uvicorn", "--workers", str(WORKERS), "--loop", "uvloop", "--http", "httptools"),
        *("--no-access-log", "--log-level", "warning", "--port", "{port}", "bench.peers.fastapi_peer:app"),
    ),
)
DRF = Peer(
    "drf",
    "Django REST framework",
    (*PLAIN_GUNICORN, "--bind", "127.0.0.1:{port}", "bench.peers.drf.application:application"),
)
PEERS = {peer.name: peer for peer in (OURS, FASTAPI, DRF, EAGER, LIMIT)}


@dataclass(frozen=True)
class Server:
    """A peer that runs."""

    peer: Peer
    port: int
    root: int

    @property
    def workers(self) -> list[int]:
        """The processes below the first."""
        return list(tree(self.root))[1:]

    def call(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request as the caller of the benchmark; return status, headers and body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Authorization": f"Bearer {KEY}", **named})
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, content


@contextmanager
def serving(peer: Peer, register: Register, logs: Path) -> Iterator[Server]:
    """Run a peer on a register for the time of the block; what it says goes to a file in `logs`."""
    port = free_port()
    url = register.url(peer.role)
    shared = {"BENCH_DATABASE_URL": url, "STEDENBAND_DATABASE_URL": url, "BENCH_BASE": f"{BASE}/v1"}
    bare = {name: value for name, value in os.environ.items() if not name.startswith("STEDENBAND_")}
    with (logs / f"{peer.name}.log").open("ab") as output, ExitStack() as stack:
        process = child(
            [part.format(port=port) for part in peer.command],
            on_our_death=SIGTERM,
            environment={
                **bare,
                **shared,
                **{name: value.format(port=port) for name, value in peer.environment.items()},
            },
            output=output,
            errors=output,
        )
        stack.callback(stop, process, SIGTERM)
        server = Server(peer, port, process.pid)
        _await(server, process, logs)
        yield server


def _await(server: Server, process: "subprocess.Popen[bytes]", logs: Path) -> None:
    """Wait until it answers."""
    deadline, last = time.monotonic() + PATIENCE, b""
    while time.monotonic() < deadline and process.poll() is None:
        try:
            status, _, last = server.call("GET", "/v1/partnerCities?pageSize=1")
            if status == 200:  # noqa: PLR2004
                return
        except OSError:
            pass
        time.sleep(0.1)
    log = logs / f"{server.peer.name}.log"
    raise SystemExit(f"{server.peer.title} did not start: {last.decode()}\n{log.read_text()[-4000:]}")


@contextmanager
def running_worker(register: Register, folder: Path) -> Iterator[None]:
    """Run the worker that does the jobs, with webhooks that lead to this machine."""
    own = {
        "STEDENBAND_DATA": str(folder),
        "STEDENBAND_WORKER_URL": register.url(WORKER),
        "STEDENBAND_WEBHOOKS_TO_LOOPBACK": "true",
        "STEDENBAND_PUBLIC_URL": BASE,
    }
    with (folder / "log").open("wb") as log:
        process = child(
            (sys.executable, "-m", "stedenband", "worker"),
            on_our_death=SIGTERM,
            environment=os.environ | own,
            errors=log,
        )
    try:
        yield
    finally:
        stop(process, SIGTERM)
