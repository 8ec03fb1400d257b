"""Conditional requests: tags, 304, and the version that a change names."""

import re
from hashlib import sha256

from flask import Response, request

from stedenband.core.errors import BadRequest, PreconditionFailed, PreconditionRequired
from stedenband.core.words import say

TAG = re.compile(r'(?:W/)?"([!#-~\x80-\xff]*)"', re.ASCII)


def tag(body: bytes, version: int | None = None) -> str:
    """Return the tag of a representation: its version and the hash of its bytes (a list has no version)."""
    digest = sha256(body).hexdigest()[:20]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def reply(body: bytes, etag: str, status: int = 200, kind: str = "application/json") -> Response:
    """Return a reply of this `Content-Type` with its tag, or 304 when the caller has these bytes already."""
    if request.method in {"GET", "HEAD"} and has(etag):
        response = Response(status=304)
        response.content_type = None  # type: ignore[assignment]
    else:
        response = Response(body, status=status, content_type=kind)
    response.headers["ETag"] = etag
    return response


def has(etag: str) -> bool:
    """Tell whether the caller has this representation already."""
    sent = request.headers.get("If-None-Match")
    return sent is not None and (sent.strip() == "*" or etag.strip('"') in map(_bare, TAG.findall(sent)))


def _bare(opaque: str) -> str:
    """Return the tag without the suffix that a compressing proxy adds."""
    return re.sub(r"(-gzip|;gzip|-br|;br)$", "", opaque)


def expected_versions() -> frozenset[int] | None:
    """Return the versions that If-Match names, None for `*`; 428 without the header."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise PreconditionRequired
    if sent.strip() == "*":
        return None
    tags = TAG.findall(sent)
    if not tags:
        raise BadRequest.at(
            "header", "If-Match", say("Give the ETag of the record as you received it, with its quotes.")
        )
    return frozenset(int(found[1]) for opaque in tags if (found := re.match(r"([0-9]{1,9})-", opaque)))


def check_version(version: int) -> None:
    """Refuse a change of a record that is no longer as the caller read it."""
    expected = expected_versions()
    if expected is not None and version not in expected:
        raise PreconditionFailed
