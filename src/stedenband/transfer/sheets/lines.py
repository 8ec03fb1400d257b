"""NDJSON: one JSON document per line, each read by the same strict rules as a body of the API."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from stedenband.core.errors import BadRequest
from stedenband.core.words import say
from stedenband.transfer.sheets.cells import Unreadable, UnreadableFile
from stedenband.transfer.sheets.limits import LONGEST_ROW, MOST_ROWS
from stedenband.web.parsing import strict_json


@dataclass(frozen=True, slots=True)
class Line:
    """A document by the number of its line, the first being 1."""

    number: int
    document: dict[str, Any] | Unreadable


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """Yield the documents of the lines that are not blank; raises UnreadableFile."""
    number = filled = 0
    while text := file.readline(LONGEST_ROW + 1):
        number += 1
        if len(text) > LONGEST_ROW:
            raise UnreadableFile(say("This row is longer than {most} characters.", most=LONGEST_ROW), number)
        if not text.strip():
            continue
        filled += 1
        if filled > MOST_ROWS:
            raise UnreadableFile(say("Send at most {most} rows at once.", most=MOST_ROWS), number)
        yield Line(number, _document(text))


def _document(text: bytes) -> dict[str, Any] | Unreadable:
    try:
        document = strict_json(text)
    except BadRequest as error:
        return Unreadable(error.issues[0].detail)  # type: ignore[arg-type]
    return document if isinstance(document, dict) else Unreadable(say("Give a JSON object."))
