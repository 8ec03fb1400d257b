"""Which characters the bytes of a text file are: told by a mark or by the bytes themselves, else guessed."""

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from stedenband.core.words import say
from stedenband.transfer.sheets.cells import UnreadableFile
from stedenband.transfer.sheets.limits import BLOCK

ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    "macintosh": "mac-roman",
}
"""The names that callers give and are told, with Python's."""
_UTF_16 = {"little": "utf-16-le", "big": "utf-16-be"}
_SHARE = 0.3
"""Of the bytes: how many are zero, all in the higher halves, in UTF-16 of languages with Latin letters."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by our name and by Python's; `sure`: the bytes can hardly mean anything else."""

    name: str
    codec: str
    sure: bool = True


def encoding_of(file: BinaryIO, wanted: str | None = None) -> Encoding:
    """Return the encoding `wanted`, else the one that the file seems to have; the file is at its beginning then."""
    found = _without_asking(file) if wanted is None else Encoding(wanted, ENCODINGS[wanted])
    file.seek(0)
    return found


def _without_asking(file: BinaryIO) -> Encoding:
    head = file.read(BLOCK)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "utf-16")
    if order := _zeros(head):
        return Encoding("utf-16", _UTF_16[order], sure=False)
    if _reads_as(file, "utf-8-sig"):
        return Encoding("utf-8", "utf-8-sig")
    if _reads_as(file, "cp1252"):
        return Encoding("windows-1252", "cp1252", sure=False)
    listed = ", ".join(ENCODINGS)
    raise UnreadableFile(
        say(
            "The characters of the file cannot be told. Save it as CSV UTF-8, or say its encoding: {list}.", list=listed
        )
    )


def _zeros(head: bytes) -> str | None:
    """Return the order of bytes of UTF-16 without a mark; None: it is none."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    most = max(even, odd)
    if most < _SHARE * len(head) / 2 or min(even, odd) > 0 or most == 0:
        return None
    return "little" if odd else "big"


def _reads_as(file: BinaryIO, codec: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
