"""Real processes: waiting for what they do, never for a time."""

import os
import select
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

Result = TypeVar("Result")

PATIENCE = 120.0
"""Seconds after which a test that waits has failed; on a good day nothing takes a fiftieth of it."""


def until(look: Callable[[], Result]) -> Result:
    """Look again and again until there is something to see, and return that."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {look}"
        time.sleep(0.02)


def gone(*pids: int) -> bool:
    """Wait until these processes have ended (a dead child that nobody asked for has ended too)."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([descriptor], [], [], PATIENCE)[0], f"process {pid} is still there"
        finally:
            os.close(descriptor)
    return True


def line_of(file: Path, text: str) -> str:
    """Wait until a line of `file` holds `text`, and return the line."""
    return until(lambda: next((line for line in file.read_text().splitlines() if text in line), ""))


def children(pid: int) -> list[int]:
    """Return the process ids of all that descend from `pid`; one that ends meanwhile has none."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        direct = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [*direct, *(grandchild for child in direct for grandchild in children(child))]


def command_of(pid: int) -> str:
    """Return what a process was started with, its words apart by NUL; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def program(name: str) -> str:
    """Return the path of a program that a test starts; without it the test is skipped, and says what to install."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed: scripts/install-debian-packages installs it")
    return found
