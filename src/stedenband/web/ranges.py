"""Sends a finished file, whole or in part, so that a download over a bad line goes on where it broke off (RFC 9110)."""

import re
from collections.abc import Iterator
from http.client import NOT_MODIFIED, PARTIAL_CONTENT
from os import SEEK_END
from typing import BinaryIO

from flask import Response, request

from stedenband.core.errors import RangeNotSatisfiable
from stedenband.core.words import say
from stedenband.web.conditional import has

BLOCK = 64 * 1024
ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII | re.IGNORECASE)
"""Several parts at once are answered with the whole, as RFC 9110 allows."""


def send_file(file: BinaryIO, etag: str) -> Response:
    """Return the file, the part of it that `Range` names (206), or 304; it is closed once it is sent or not needed."""
    size = file.seek(0, SEEK_END)
    if has(etag):
        response = Response(status=NOT_MODIFIED)
    elif part := _wanted(size, etag):
        response = _part(file, part)
        response.status_code = PARTIAL_CONTENT
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    else:
        response = _part(file, range(size))
    if response.status_code == NOT_MODIFIED or request.method != "GET":
        file.close()
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _part(file: BinaryIO, part: range) -> Response:
    blocks = _blocks(file, part) if request.method == "GET" else ()
    response = Response(blocks, direct_passthrough=True)
    response.content_length = len(part)
    response.call_on_close(file.close)
    return response


def _blocks(file: BinaryIO, part: range) -> Iterator[bytes]:
    with file:
        file.seek(part.start)
        for start in range(0, len(part), BLOCK):
            yield file.read(min(BLOCK, len(part) - start))


def _wanted(size: int, etag: str) -> range | None:
    """Return the bytes asked for, None for all; 416 when they lie behind the end."""
    found = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or not found or not any(found.groups()):
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if first and last and int(last) < int(first):
        return None
    part = range(int(first), min(int(last or size), size - 1) + 1) if first else range(max(size - int(last), 0), size)
    if not part:
        detail = say("The file has {size} bytes; ask for a part of those.", size=size)
        raise RangeNotSatisfiable(detail, headers={"Content-Range": f"bytes */{size}"})
    return part
