"""What processes cost: CPU seconds and memory, read from /proc."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def tree(root: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    yield root
    for thread in (PROC / str(root) / "task").glob("*/children"):
        for child in _read(thread).split():
            yield from tree(int(child))


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return the CPU time of all processes below `roots`, user and system, with that of children that have ended."""
    return sum(_cpu(process) for root in roots for process in tree(root))


def _cpu(process: int) -> float:
    fields = _read(PROC / str(process) / "stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) * TICK  # utime, stime, cutime, cstime


def begin_peak(processes: Iterable[int]) -> None:
    """Let the peak of each process's memory begin anew."""
    for process in processes:
        (PROC / str(process) / "clear_refs").write_text("5")


def memory(process: int, name: str) -> int:
    """Return VmRSS or VmHWM (the peak) of a process in bytes."""
    for line in _read(PROC / str(process) / "status").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _read(path: Path) -> str:
    """Return the text of a file; empty when the process has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
