"""The files of tasks: what came with the question, what is being written, and what came of it.

    tasks/<id>/input     what was sent
    tasks/<id>/report    what became of the rows so far
    tasks/<id>/result    what came of it, and what else there is to fetch beside it

The row of the task comes after its folder, and goes before it: the sweep takes a folder without a row.
"""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj, rmtree
from time import time
from typing import BinaryIO
from uuid import UUID

from stedenband.documents.rules.store import disk, flush

FOLDER = "tasks"
"""In the data folder."""
INPUT, REPORT, RESULT = "input", "report", "result"
A_DAY = 24 * 60 * 60
"""Seconds for which a folder may wait for its row."""


@dataclass(frozen=True, slots=True)
class Files:
    """All folders of tasks."""

    root: Path

    def of(self, key: UUID) -> Path:
        """Return the folder of a task."""
        return self.root / str(key)

    def receive(self, key: UUID, file: BinaryIO) -> None:
        """Keep what was sent for a task that is yet to be committed, durably."""
        file.seek(0)
        self.write(key, INPUT, lambda out: copyfileobj(file, out))

    def write(self, key: UUID, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Have a file written whole, or not at all, durably; one of that name is replaced."""
        with disk():
            folder = self.of(key)
            folder.mkdir(parents=True, exist_ok=True)
            unfinished = folder / f"{name}.unfinished"
            with unfinished.open("wb") as out:
                write(out)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(folder / name)
            flush(folder)

    def append(self, key: UUID, kept: int, line: bytes) -> None:
        """Add a line to the report behind its first `kept` bytes, durably."""
        with disk(), (self.of(key) / REPORT).open("ab") as out:
            out.truncate(kept)
            out.write(line)
            out.flush()
            os.fsync(out.fileno())

    @contextmanager
    def lines(self, key: UUID, kept: int) -> Iterator[Iterator[bytes]]:
        """Give the lines of the report, of which the first `kept` bytes hold."""
        with (self.of(key) / REPORT).open("ab+") as file:
            file.truncate(kept)
            file.seek(0)
            yield iter(file)

    def forget(self, known: Collection[str]) -> int:
        """Remove the folders of tasks that are not known (any more), unless they are of today; return how many."""
        before = time() - A_DAY
        gone = [each for each in self.root.glob("*") if each.name not in known and each.stat().st_mtime < before]
        for folder in gone:
            rmtree(folder, ignore_errors=True)
        return len(gone)

    def drop(self, key: UUID, *names: str) -> None:
        """Remove files of a task that are needed no longer."""
        for name in names:
            (self.of(key) / name).unlink(missing_ok=True)
