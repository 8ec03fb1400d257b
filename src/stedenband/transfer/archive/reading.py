"""Reading an archive from elsewhere: nothing of it is believed until it is as the manifest says."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from stedenband.core.refusal import Refusal
from stedenband.transfer.archive.manifest import LARGEST, NAME, Manifest

BLOCK = 1 << 18
"""Bytes of a file that are held at once."""
ENCRYPTED = 0x1
EXEMPT = 64 << 20
"""Bytes up to which a file may be packed as small as it will."""
RATIO = 200
"""How many times larger than its packed form a larger file may be; rows of a city are some ten times larger."""
BROKEN = (BadZipFile, LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What zipfile raises for what is no good ZIP."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is open: its manifest, and its files, which are read by their names in that, never by a path."""

    zip: ZipFile
    manifest: Manifest

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file; refused at its end at the latest when it is not what the manifest says.

        zipfile unpacks no more than the size in the directory of the ZIP, which is that in the manifest.
        """
        entry = self.manifest.files[name]
        digest, size = sha256(), 0
        with _readable(name), self.zip.open(name) as file:
            while block := file.read(BLOCK):
                size += len(block)
                digest.update(block)
                yield block
        if size != entry.size or digest.hexdigest() != entry.sha256:
            raise Refusal(f"The archive is damaged: {name} is not what its manifest says.")

    def check(self, progress: Callable[[int], None]) -> None:
        """Read all files and compare them with the manifest; `progress` is told how many bytes were read so far."""
        read = 0
        for name, entry in self.manifest.files.items():
            lines = 0
            for block in self.blocks(name):
                lines += block.count(b"\n")
                read += len(block)
                progress(read)
            if entry.rows is not None and entry.rows != lines:
                raise Refusal(f"The archive is damaged: {name} has {lines} rows, its manifest says {entry.rows}.")

    @property
    def size(self) -> int:
        """The bytes of all files together."""
        return sum(each.size for each in self.manifest.files.values())


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive and look at what it says of itself, without reading its files; refused when that is not right."""
    with path.open("rb") as file, _zip(file, path.name) as zip_file:
        entries = {info.filename: info for info in zip_file.infolist()}
        if len(entries) != len(zip_file.infolist()):
            raise Refusal("The archive has a file twice.")
        if NAME not in entries:
            raise Refusal(f"{path.name} is not the archive of a city: it has no {NAME}.")
        manifest = Manifest.read(_manifest(zip_file, entries.pop(NAME)))
        for name in sorted(manifest.files.keys() | entries.keys()):
            if name not in entries:
                raise Refusal(f"The archive is damaged: {name[:100]!r} is missing.")
            if name not in manifest.files:
                raise Refusal(f"The archive has a file that its manifest does not name: {name[:100]!r}.")
            _sound(entries[name], manifest.files[name].size)
        yield Archive(zip_file, manifest)


@contextmanager
def _zip(file: BinaryIO, name: str) -> Iterator[ZipFile]:
    with _readable(name):
        opened_zip = ZipFile(file)
    with opened_zip:
        yield opened_zip


def _manifest(zip_file: ZipFile, info: ZipInfo) -> bytes:
    if info.file_size > LARGEST:
        raise Refusal("The manifest of this archive is too large.")
    _sound(info, info.file_size)
    with _readable(NAME), zip_file.open(info) as file:
        return file.read()


def _sound(info: ZipInfo, size: int) -> None:
    """Refuse a file that is encrypted, packed unusually, of another size than it says, or packed too small."""
    if info.flag_bits & ENCRYPTED or info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise Refusal(f"The archive cannot be read: {info.filename[:100]!r} is encrypted, or packed in an unusual way.")
    if info.file_size != size:
        raise Refusal(f"The archive is damaged: {info.filename[:100]!r} has another size than its manifest says.")
    if size > EXEMPT and size > RATIO * info.compress_size:
        raise Refusal(f"The archive is refused: {info.filename[:100]!r} unpacks to {size >> 20} MiB from very little.")


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Refuse what cannot be read as a ZIP."""
    try:
        yield
    except BROKEN as error:
        raise Refusal(f"The archive is damaged: {name} cannot be read.") from error
