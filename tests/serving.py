"""`stedenband serve` as a real process, and what stands beside it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Any
from urllib.parse import urlsplit

from tests.processes import PATIENCE, children, gone, program, until

COMMAND = (sys.executable, "-m", "stedenband", "serve")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its process and what it writes."""

    process: "subprocess.Popen[bytes]"
    output: Path
    log: Path

    @property
    def port(self) -> int:
        """The port it serves on, once it does."""
        return urlsplit(json.loads(until(self._announcement))["address"]).port or 0

    def _announcement(self) -> str:
        lines = self.log.read_text().splitlines()
        assert self.process.poll() is None, lines
        return next((line for line in lines if '"serving"' in line), "")

    def status(self, path: str = "/livez") -> int:
        """Wait until it accepts connections, and return the status of GET `path`."""
        return until(lambda: self._status(path))

    def _status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionError:
            return 0
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """GET `path`, once, and return status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def said(self, event: str) -> list[dict[str, Any]]:
        """Return the lines of its log about `event` until now."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if f'"{event}"' in line]
        return [line for line in lines if line["event"] == event]

    def says(self, event: str, times: int = 1) -> dict[str, Any]:
        """Wait until it has logged `event` so many times, and return the last line."""
        return until(lambda: self.said(event)[times - 1 :])[-1]

    def family(self) -> list[int]:
        """Return its process id and those of all its descendants, once workers answer."""
        assert self.status() == 200
        return [self.process.pid, *children(self.process.pid)]


def environment(data: Path, **settings: str | None) -> dict[str, str]:
    """Return our environment with the settings of one server of one worker, on a port that is free; None: without."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("STEDENBAND_")}
    chosen = {"STEDENBAND_DATA": str(data), "STEDENBAND_PORT": "0", "STEDENBAND_WORKERS": "1"} | settings
    return bare | {name: value for name, value in chosen.items() if value is not None}


@contextmanager
def serving(data: Path, *options: str, **settings: str | None) -> Iterator[Server]:
    """Run a server for the time of the block; at the end it stops, and none of its processes is left."""
    data.mkdir(exist_ok=True)
    output, log = data / "output", data / "log"
    with output.open("wb") as out, log.open("wb") as err:
        process = subprocess.Popen([*COMMAND, *options], env=environment(data, **settings), stdout=out, stderr=err)
    try:
        yield Server(process, output, log)
    finally:
        family = [] if process.poll() is not None else children(process.pid)
        process.send_signal(SIGTERM)
        process.wait()
        assert gone(*family)


def refused(command: str, data: Path, *options: str, **settings: str) -> str:
    """Run a command that has to refuse, and return the one line it says."""
    done = subprocess.run(
        [*COMMAND[:-1], command, *options],
        env=environment(data, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == 1, done.stderr
    assert len(lines) == 1, done.stderr
    return lines[0]


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def listens(port: int) -> bool:
    """Tell whether something accepts connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionError:
        return False
    return True


@contextmanager
def redis_server() -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run a real Redis that keeps nothing; give its address and its process."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            until(lambda: listens(port))
            yield f"redis://127.0.0.1:{port}", process
        finally:
            process.kill()
            process.wait()
