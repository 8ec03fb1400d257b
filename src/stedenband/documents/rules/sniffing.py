"""What a file is, by its bytes: the few kinds that are taken in, and nothing that a machine would run."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from stedenband.core.errors import BadRequest
from stedenband.core.words import Rule, say

HEAD = 64
BLOCK = 64 * 1024
LONGEST_TYPE = 200
MOST_NAMES = 10_000
"""Names in an archive; an office document has some hundreds."""
MOST_CONTENT_TYPES = 1024 * 1024

MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
ARCHIVE = b"PK\x03\x04"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OFFICE = {
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""The folder of an Office Open XML file that says what it is."""
ACTIVE = re.compile(
    r"(^|/)(vbaProject\.bin|vbaData\.xml|macrosheets/|activeX/|Basic/|Scripts/|.*\.(exe|dll|js|vbs)$)", re.IGNORECASE
)
"""What programs stand under in office documents."""
MARKUP = re.compile(rb"\s*(<|#!)")
"""How HTML, SVG, XML and scripts begin."""
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")

EXTENSIONS = {
    "application/pdf": (".pdf",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    OFFICE["ppt/"]: (".pptx",),
    OFFICE["xl/"]: (".xlsx",),
    OFFICE["word/"]: (".docx",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "text/csv": (".csv",),
    "text/plain": (".txt", ".md"),
}
"""The endings of names by kind, the usual one first."""
TEXTS = ("text/plain", "text/csv")
ALIASES = {"image/jpg": "image/jpeg", "text/markdown": "text/plain", "application/vnd.ms-excel": "text/csv"}
"""What browsers also say; the last is what they call a CSV file where Excel is installed."""
UNDECLARED = {None, "", "application/octet-stream", "binary/octet-stream"}


def recognize(path: Path, declared: str | None, name: str) -> str:
    """Return the media type of a file; 400 for one that is not taken in, or that is not what is said of it.

    `declared` is the type that came with it, `name` its name, which tells a table from a text.
    """
    found = sniffed(path)
    said = None if declared in UNDECLARED else ALIASES.get(str(declared), declared)
    if found == "text/plain" and (said == "text/csv" or (said is None and name.lower().endswith(".csv"))):
        return "text/csv"
    if found is None:
        raise refused(
            say(
                "Send a PDF, an OpenDocument or Office Open XML file without macros, a JPEG, PNG or WebP picture, or a"
                " text or CSV file in UTF-8."
            )
        )
    if said not in {None, found}:
        raise refused(say("The file is of the type {found}, not {said}.", found=found, said=said))
    return found


def refused(detail: str) -> BadRequest:
    """Return the answer to a file that is not taken in."""
    return BadRequest.at("body", "file", Rule(detail))  # type: ignore[arg-type]


def named(name: str, media_type: str) -> str:
    """Return a name that ends as the kind of file does, so that no machine takes it for another."""
    return name if name.lower().endswith(EXTENSIONS[media_type]) else name + EXTENSIONS[media_type][0]


def sniffed(path: Path) -> str | None:
    """Return what the bytes of a file say that it is; None for what is not taken in."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for magic, media_type in MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(ARCHIVE):
        return _office(path)
    return "text/plain" if _is_text(path) else None


def _office(path: Path) -> str | None:
    """Look into an archive without unpacking it."""
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) > MOST_NAMES or any(ACTIVE.search(name) for name in names):
                return None
            if names[0] == "mimetype":
                said = archive.open(names[0]).read(LONGEST_TYPE).decode("ascii")
                return said if said in EXTENSIONS and said.startswith(OPEN_DOCUMENT) else None
            if "[Content_Types].xml" not in names:
                return None
            types = archive.open("[Content_Types].xml").read(MOST_CONTENT_TYPES)
            if b"macroEnabled" in types or b"vbaProject" in types:
                return None
            return next(
                (kind for folder, kind in OFFICE.items() if any(each.startswith(folder) for each in names)), None
            )
    except (BadZipFile, OSError, ValueError, IndexError, KeyError, RuntimeError, NotImplementedError, EOFError):
        return None


def _is_text(path: Path) -> bool:
    """Tell whether a file is text in UTF-8 without control characters, and neither markup nor a script."""
    try:
        for place, text in enumerate(_decoded(path)):
            if CONTROL.search(text) or (place == 0 and MARKUP.match(text.lstrip("\ufeff").encode())):
                return False
    except UnicodeDecodeError:
        return False
    return True


def _decoded(path: Path) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield decoder.decode(block)
    decoder.decode(b"", final=True)
