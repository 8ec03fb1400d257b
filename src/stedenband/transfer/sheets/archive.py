"""The archive that a workbook is: its parts unpacked piece by piece, within limits that no bomb passes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 (an error it is)

from stedenband.core.words import say
from stedenband.transfer.sheets.cells import UnreadableFile
from stedenband.transfer.sheets.limits import LARGEST_UNPACKED, MOST_PARTS, MOST_TIMES_LARGER, SMALL_PART

LEGACY = b"\xd0\xcf\x11\xe0"
"""How Excel's older files begin, and all that are protected by a password."""
ENCRYPTED = 0x1
MACROS = "vbaproject.bin"
NOT_A_WORKBOOK = say("The file is no workbook that can be read. Save it as XLSX (Excel workbook) and send that.")


@contextmanager
def opened(file: BinaryIO) -> Iterator[ZipFile]:
    """Give the archive, whose parts were looked at, but not unpacked; raises UnreadableFile for what is none."""
    file.seek(0)
    if file.read(len(LEGACY)) == LEGACY:
        raise UnreadableFile(
            say("The file is of an old kind or has a password. Save it as XLSX (Excel workbook) without one.")
        )
    file.seek(0)
    try:
        with ZipFile(file) as archive:
            _look(archive)
            yield archive
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, ValueError, OverflowError, UnicodeError) as error:
        raise UnreadableFile(NOT_A_WORKBOOK) from error


def part(archive: ZipFile, name: str) -> IO[bytes] | None:
    """Return a part to be read, None where there is none of that name; nothing is unpacked beyond its declared size."""
    found = {each.filename.lower(): each for each in archive.infolist()}.get(name.lower())
    return archive.open(found) if found else None


def _look(archive: ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(each.file_size for each in parts) > LARGEST_UNPACKED or any(map(_bomb, parts)):
        raise UnreadableFile(
            say("The workbook is far larger unpacked than a table of the register. Send its rows in several files.")
        )
    if any(each.flag_bits & ENCRYPTED for each in parts):
        raise UnreadableFile(NOT_A_WORKBOOK)
    if any(each.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for each in parts):
        raise UnreadableFile(NOT_A_WORKBOOK)
    if any(each.filename.lower().endswith(MACROS) for each in parts):
        raise UnreadableFile(say("The workbook has macros. Save it as XLSX (Excel workbook), which has none."))


def _bomb(part: ZipInfo) -> bool:
    return part.file_size > max(SMALL_PART, part.compress_size * MOST_TIMES_LARGER)
