"""A server of this checkout with the demo data, in a temporary folder, for the time of a `with` block."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 240.0


@dataclass(frozen=True)
class Demo:
    """Where it serves, and the keys of the demo's callers by name."""

    address: str
    keys: dict[str, str]


@contextmanager
def demo_server(**settings: str) -> Iterator[Demo]:
    """Start it, wait until it answers, stop it at the end; `settings` are variables of the environment."""
    with tempfile.TemporaryDirectory(prefix="stedenband-") as folder:
        Path(folder).chmod(0o755)  # the account of PostgreSQL has to enter
        data, log, port = Path(folder) / "data", Path(folder) / "log", free_port()
        own = {
            "STEDENBAND_DATA": str(data),
            "STEDENBAND_HOST": "127.0.0.1",
            "STEDENBAND_PORT": str(port),
            "STEDENBAND_ANONYMOUS_LIMIT": str(10**9),  # more than any machine asks for
            "STEDENBAND_CLIENT_LIMIT": str(10**9),
        }
        bare = {name: value for name, value in os.environ.items() if not name.startswith("STEDENBAND_")}
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "stedenband", "serve", "--demo"],
                env=bare | own | settings,
                stdout=output,
                stderr=output,
            )
        try:
            address = f"http://127.0.0.1:{port}"
            wait(address, log, server)
            yield Demo(address, json.loads((data / "demo-keys.json").read_text()))
        finally:
            server.terminate()
            server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def wait(address: str, log: Path, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz"):  # noqa: S310 (loopback)
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"The server did not start:\n{log.read_text()}")
