"""The folder of files: named by their content, written whole or not at all, and durable before anybody is told.

    incoming/<random>            what is being received; gone when its request ends
    uploads/<id>                 what has arrived of an upload in pieces
    files/<two digits>/<sha256>  the files, each once
    thumbnails/<two digits>/<sha256>-<size>.webp

A file stands in its place by one rename after it, and before the database names it. Whatever a crash leaves behind has
no row, and the sweep takes it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from stedenband.core.errors import PayloadTooLarge, ServiceUnavailable
from stedenband.core.words import say

FOLDER = "documents"
"""In the data folder."""
MEBIBYTE = 1024 * 1024
RETRY_AFTER = 5


@dataclass
class Incoming:
    """A file that is being written: its size and hash so far, and how large it may get."""

    path: Path
    file: BinaryIO
    most: int
    size: int = 0
    digest: "sha256" = field(default_factory=sha256)  # type: ignore[valid-type]

    def write(self, block: bytes) -> int:
        """Add some bytes; refuse what makes the file too large."""
        self.size += len(block)
        if self.size > self.most:
            raise PayloadTooLarge(say("Send a file of at most {most} MiB.", most=self.most // MEBIBYTE))
        self.digest.update(block)  # type: ignore[attr-defined]
        return self.file.write(block)

    @property
    def sha256(self) -> str:
        """The hash of what was written, in hexadecimal digits."""
        return str(self.digest.hexdigest())  # type: ignore[attr-defined]

    def seal(self) -> None:
        """Make what was written durable."""
        self.file.flush()
        os.fsync(self.file.fileno())


@dataclass(frozen=True)
class Store:
    """The folder; it and those in it are made when they are needed."""

    root: Path

    @contextmanager
    def incoming(self, most: int) -> Iterator[Incoming]:
        """Give a new file of at most so many bytes; at the end of the block it is gone, unless it was placed."""
        with disk():
            path = self._folder(self.root / "incoming") / uuid4().hex
            try:
                with path.open("xb") as file:
                    yield Incoming(path, file, most)
            finally:
                path.unlink(missing_ok=True)

    def place(self, incoming: Incoming) -> None:
        """Put a sealed file in its place; one with the same content is replaced by it, which nobody notices."""
        with disk():
            target = self.file(incoming.sha256)
            self._folder(target.parent)
            incoming.path.replace(target)
            flush(target.parent)

    def put(self, target: Path, content: bytes) -> None:
        """Write a small file in its place."""
        with self.incoming(len(content)) as incoming:
            incoming.write(content)
            incoming.seal()
            self._folder(target.parent)
            incoming.path.replace(target)
            flush(target.parent)

    def file(self, digest: str) -> Path:
        """Return where a file stands."""
        return self.root / "files" / digest[:2] / digest

    def thumbnail(self, digest: str, size: str) -> Path:
        """Return where a thumbnail of a picture stands, once somebody has asked for it."""
        return self.root / "thumbnails" / digest[:2] / f"{digest}-{size}.webp"

    def upload(self, key: UUID) -> Path:
        """Return where the pieces of an upload stand."""
        return self.root / "uploads" / str(key)

    def begin(self, key: UUID) -> None:
        """Make the empty file of an upload, durable."""
        with disk():
            folder = self._folder(self.root / "uploads")
            self.upload(key).touch()
            flush(folder)

    def _folder(self, path: Path) -> Path:
        """Return a folder, made when it is missing, and then durable."""
        if not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(exist_ok=True)
            flush(path.parent)
        return path


def flush(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def disk() -> Iterator[None]:
    """Ask the caller to come back when the disk is full or cannot be written."""
    try:
        yield
    except OSError as error:
        raise ServiceUnavailable(RETRY_AFTER) from error


def remove(path: Path) -> bool:
    """Remove a file; tell whether it could be: what stays is swept later."""
    with suppress(OSError):
        path.unlink()
        return True
    return False
