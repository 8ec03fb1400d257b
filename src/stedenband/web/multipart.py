"""Reads multipart/form-data while it arrives (RFC 7578): nothing of a file is kept in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import request
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from stedenband.core.errors import BadRequest, UnsupportedMediaType
from stedenband.core.words import say

BLOCK = 64 * 1024
MOST_PARTS = 4
MOST_BUFFERED = 256 * 1024
SILENCE = 60.0
"""Seconds for which a line may be silent while a body is read."""


@dataclass(frozen=True)
class Part:
    """The head of a part."""

    name: str
    file_name: str | None
    media_type: str | None


def parts() -> Iterator[tuple[Part, bytes]]:
    """Yield the pieces of the body, each with the part that it belongs to; every part has at least one."""
    boundary = request.mimetype_params.get("boundary", "")
    decoder = MultipartDecoder(boundary.encode(), MOST_BUFFERED, max_parts=MOST_PARTS)
    part = Part("", None, None)
    arriving = blocks()
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            match event:
                case NeedData():
                    decoder.receive_data(next(arriving, None))
                case Field() | File():
                    kind = event.headers.get("content-type", "").partition(";")[0].strip().lower()
                    part = Part(event.name, getattr(event, "filename", None), kind or None)
                case Data():
                    yield part, event.data
    except ValueError:  # no boundary, no end, a head that cannot be read
        raise BadRequest.at("body", "", say("The body is not valid multipart/form-data.")) from None


def blocks() -> Iterator[bytes]:
    """Yield the body while it arrives; a line that falls silent is given up."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType(say("Send the body uncompressed."), headers={"Accept-Encoding": "identity"})
    with _patience():
        while block := request.stream.read(BLOCK):
            yield block


@contextmanager
def _patience() -> Iterator[None]:
    """Bound how long the server waits for the next bytes, where it lets us."""
    line = request.environ.get("gunicorn.socket")
    if line is None:
        yield
        return
    line.settimeout(SILENCE)
    try:
        yield
    finally:
        line.settimeout(None)
