"""Compresses replies for callers on slow lines, with Brotli or gzip as they ask.

Never a reply that holds a secret (`no-store`; BREACH) or says `no-transform`, a part of a file, or what is compressed
already. The strong tag of a compressed reply has the name of its coding at the end, since its bytes are others;
`conditional` knows such tags.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Protocol

import brotli
from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

LEAST = 1000
"""Bytes below which compression saves no packet."""
KINDS = (
    "application/geo+json",
    "application/json",
    "application/ld+json",
    "application/ndjson",
    "application/problem+json",
    "application/x-ndjson",
    "application/xml",
    "application/yaml",
    "image/svg+xml",
    "text/",
)


class Compressor(Protocol):
    """What turns bytes into fewer bytes."""

    def compress(self, data: bytes, /) -> bytes:
        """Take some more, return what is ready."""

    def finish(self) -> bytes:
        """Return the rest."""


class Brotli:
    """Brotli at a level that costs no more time than gzip."""

    def __init__(self) -> None:
        """Begin."""
        self._compressor = brotli.Compressor(quality=4)

    def compress(self, data: bytes, /) -> bytes:
        """Take some more, return what is ready."""
        return self._compressor.process(data)

    def finish(self) -> bytes:
        """Return the rest."""
        return self._compressor.finish()


class Gzip:
    """gzip without a time stamp, so that the same bytes stay the same bytes."""

    def __init__(self) -> None:
        """Begin."""
        self._compressor = zlib.compressobj(6, wbits=zlib.MAX_WBITS | 16)

    def compress(self, data: bytes, /) -> bytes:
        """Take some more, return what is ready."""
        return self._compressor.compress(data)

    def finish(self) -> bytes:
        """Return the rest."""
        return self._compressor.flush()


CODINGS: dict[str, Callable[[], Compressor]] = {"br": Brotli, "gzip": Gzip}
"""By preference, where the caller has none."""


def install(app: Flask) -> None:
    """Compress what is worth it."""

    @app.after_request
    def compress(response: Response) -> Response:
        """Compress a reply if its caller can read that."""
        coding = wanted(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
        if coding is None:
            return response
        if response.status_code == 304:  # noqa: PLR2004 (not modified)
            _name_again(response, coding)
        elif _is_worth_it(response):
            _encode(response, coding)
        return response


@lru_cache(256)
def wanted(sent: str) -> str | None:
    """Return the coding of ours that `Accept-Encoding` likes best; None for the bytes as they are."""
    accepted = parse_accept_header(sent, Accept)
    best = max(CODINGS, key=lambda coding: accepted[coding])
    return best if accepted[best] > 0 and accepted[best] >= accepted["identity"] else None


def _is_worth_it(response: Response) -> bool:
    if response.status_code in {204, 206, 304} or "Content-Encoding" in response.headers or "Range" in request.headers:
        return False
    if response.cache_control.no_store or response.cache_control.no_transform:
        return False
    if not (response.mimetype or "").startswith(KINDS):
        return False
    length = response.content_length if response.is_streamed else response.calculate_content_length()
    return length is None or length >= LEAST


def _encode(response: Response, coding: str) -> None:
    """Replace the body by a compressed one: at once, or piece by piece where it comes in pieces."""
    compressor = CODINGS[coding]()
    if response.is_streamed:
        source: Any = response.response
        response.direct_passthrough = False
        response.response = _pieces(source, compressor)
        response.headers.pop("Content-Length", None)
        response.headers.pop("Accept-Ranges", None)
    else:
        response.set_data(compressor.compress(response.get_data()) + compressor.finish())
    response.headers["Content-Encoding"] = coding
    tag = response.headers.get("ETag", "")
    if tag.startswith('"'):
        response.headers["ETag"] = f'{tag[:-1]}-{coding}"'


def _pieces(source: Iterable[bytes], compressor: Compressor) -> Iterator[bytes]:
    try:
        for piece in source:
            if ready := compressor.compress(piece):
                yield ready
        yield compressor.finish()
    finally:
        if close := getattr(source, "close", None):
            close()


def _name_again(response: Response, coding: str) -> None:
    """Answer "not modified" with the tag that the caller has, if that is the one of the compressed reply."""
    named = f'{response.headers.get("ETag", "")[:-1]}-{coding}"'
    if named in request.headers.get("If-None-Match", ""):
        response.headers["ETag"] = named
