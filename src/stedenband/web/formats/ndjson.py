"""NDJSON: one JSON document per line, the same as the items of the list."""

from collections.abc import Iterable
from typing import BinaryIO

from stedenband.web.formats.table import Subject


def write(_subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write the documents, each on its line."""
    for document in documents:
        out.write(document)
        out.write(b"\n")
