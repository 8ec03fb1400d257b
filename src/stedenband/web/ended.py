"""What processes that have ended measured: in one file for all, so that no number of reloads leaves more behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, flock
from pathlib import Path
from typing import Any

from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import mark_process_dead

File: Any = MmapedDict
"""A file of measurements (its class has no types)."""
COUNTED = ("counter", "histogram")


@contextmanager
def locked(folder: Path, how: int) -> Iterator[None]:
    """Hold the lock of the folder: `LOCK_SH` to read what all measured, `LOCK_EX` to move it."""
    with (folder / "lock").open("a") as file:
        flock(file, how)
        yield


@contextmanager
def still(folder: Path) -> Iterator[None]:
    """Let nothing be moved from file to file meanwhile, so that nothing is read twice or not at all."""
    with locked(folder, LOCK_SH):
        yield


def gather(folder: Path, pid: int) -> None:
    """Add what the process `pid` counted to what others had counted at their end, and forget its gauges."""
    with locked(folder, LOCK_EX):
        mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        for kind in COUNTED:
            file = folder / f"{kind}_{pid}.db"
            if file.exists():
                _add(file, folder / f"{kind}_ended.db")
                file.unlink()


def _add(file: Path, total: Path) -> None:
    sums = File(str(total))
    for key, value, _, _ in File.read_all_values_from_file(str(file)):
        sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    sums.close()
