"""Which characters the bytes of a text file are: told by a mark or by the bytes themselves, else guessed."""

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from stedenband.core.words import say
from stedenband.transfer.sheets.cells import UnreadableFile
from stedenband.transfer.sheets.limits import BLOCK

ENCODINGS = {
    "utf8": "utf-8-sig",
    "utf16": "utf-16",
    "windows1252": "cp1252",
    "latin9": "iso8859-15",
    "macintosh": "mac-roman",
}
"""The names that callers give and are told, with Python's."""
MARKED = "utf-16"
_UTF_16 = {"little": "utf-16-le", "big": "utf-16-be"}
_SHARE = 0.3
"""How many of the higher halves are zero, and none of the lower, in UTF-16 of languages with Latin letters."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by our name and by Python's; `sure`: the bytes can hardly mean anything else."""

    name: str
    codec: str
    sure: bool = True


def encoding_of(file: BinaryIO, wanted: str | None = None) -> Encoding:
    """Return the encoding `wanted`, else the one that the file seems to have; the file is at its beginning then."""
    file.seek(0)
    if wanted is None:
        found = _without_asking(file)
    elif wanted == "utf16":
        found = Encoding(wanted, _utf_16(file.read(BLOCK)) or _UTF_16["little"])
    else:
        found = Encoding(wanted, ENCODINGS[wanted])
    file.seek(0)
    return found


def _without_asking(file: BinaryIO) -> Encoding:
    if codec := _utf_16(file.read(BLOCK)):
        return Encoding("utf16", codec, sure=codec == MARKED)
    if _reads_as(file, "utf-8-sig"):
        return Encoding("utf8", "utf-8-sig")
    if _reads_as(file, "cp1252"):
        return Encoding("windows1252", "cp1252", sure=False)
    listed = ", ".join(ENCODINGS)
    raise UnreadableFile(
        say(
            "The characters of the file cannot be told. Save it as CSV UTF-8, or say its encoding: {list}.", list=listed
        )
    )


def _utf_16(head: bytes) -> str | None:
    """Return Python's name of UTF-16 with its mark, or in the order that its bytes seem to have; None: it is none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return MARKED
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) > 0 or max(even, odd) <= _SHARE * len(head) / 2:
        return None
    return _UTF_16["little" if odd else "big"]


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
