"""What a cluster's `postmaster.pid` says about the Postgres that runs it."""

import os
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from urllib.parse import quote

from stedenband.core.refusal import Refusal

PAUSE = 0.005
"""Seconds between two looks at the file; Postgres has no other way to say that it is ready."""


def socket_url(folder: Path, role: str, database: str) -> str:
    """Return the address of `database` for `role` on the unix socket in `folder`."""
    return f"postgresql://{role}@/{database}?host={quote(str(folder), safe='')}"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The Postgres of the folder `cluster`, whoever started it."""

    cluster: Path

    def ready_socket(self) -> Path | None:
        """Return the folder of its socket, or None while it does not accept connections."""
        lines = self._lines()
        return Path(lines[4]) if lines[7:] and lines[7].strip() == "ready" else None

    def await_ready(self, process: "subprocess.Popen[bytes]") -> bool:
        """Wait until `process` accepts connections; False when it ended instead."""
        while process.poll() is None:
            if self._pid() == process.pid and self.ready_socket():
                return True
            time.sleep(PAUSE)
        return False

    def await_end(self, patience: float) -> None:
        """Wait until a former Postgres, whose parent was killed, has stopped; refused after `patience` seconds.

        The file that a dead one leaves gets our process id when its own has been given to another program meanwhile:
        Postgres takes a file with its parent's id for stale, and still looks for the shared memory of survivors.
        """
        deadline = time.monotonic() + patience
        while self._alive():
            if time.monotonic() > deadline:
                raise Refusal(f"Another PostgreSQL (process {self._pid()}) still runs the cluster {self.cluster}.")
            time.sleep(PAUSE)
        lines = self._lines()
        if lines:
            self._file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    def kill_survivors(self) -> None:
        """Kill every process that still works in the cluster, and wait until they are gone."""
        while survivors := [pid for pid in map(_number, Path("/proc").iterdir()) if pid and self._works_here(pid)]:
            for pid in survivors:
                with suppress(ProcessLookupError):
                    os.kill(pid, SIGKILL)
            time.sleep(PAUSE)

    @property
    def _file(self) -> Path:
        return self.cluster / "postmaster.pid"

    def _lines(self) -> list[str]:
        try:
            return self._file.read_text().splitlines()
        except FileNotFoundError:
            return []

    def _pid(self) -> int:
        return int("".join(self._lines()[:1]) or "0")

    def _alive(self) -> bool:
        """Whether the process that the file names works in this cluster, and is not another that got its number."""
        return self._works_here(self._pid())

    def _works_here(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").samefile(self.cluster)
        except OSError:
            return False


def _number(folder: Path) -> int:
    """Return the process that a folder of /proc is about, 0 for one of another kind."""
    return int(folder.name) if folder.name.isdigit() else 0
