"""Idempotency-Key (IETF draft): the same request repeated gets the first reply, and nothing is done twice."""

import re
from collections.abc import Callable
from hashlib import blake2b, sha256

from flask import Response, request
from sqlalchemy.orm import Session

from stedenband.core.db import asked, told
from stedenband.core.errors import BadRequest, IdempotencyKeyReused, ReplyNotKept, RequestInProgress
from stedenband.core.words import say
from stedenband.web.guard import caller, visit

BEGIN = "SELECT * FROM begin_once(%(lock)s::bigint, %(actor)s::uuid, %(key)s::text)"
KEEP = """
INSERT INTO idempotency_key (api_client_id, actor_id, key, request_hash, status, location, etag, body)
VALUES (%(client)s, %(actor)s, %(key)s, %(hash)s, %(status)s, %(location)s, %(etag)s, %(body)s)
"""
"""The first reply, which is kept for 24 hours; `begin_once` of the migration 0025 forgets it."""
FORM = re.compile(r'"?([!#-\[\]-~]{1,255})"?', re.ASCII)


def once(work: Callable[[Session], Response], *, secret: bool = False, sent: bytes | None = None) -> Response:
    """Run `work` in one transaction; with a key, at most once. A reply with a `secret` is kept without its body.

    `sent` is what tells the request from another where its body was read already, piece by piece.
    """
    key = given_key()
    if key is None:
        return visit().write(work)
    actor = caller()

    def keyed(session: Session) -> Response:
        lock = int.from_bytes(blake2b(f"{actor.key} {key}".encode(), digest_size=8).digest(), signed=True)
        begun = asked(session, BEGIN, {"lock": lock, "actor": actor.actor_id, "key": key})
        if not begun:
            raise RequestInProgress
        is_first, request_hash, *kept = begun[0]
        if not is_first:
            if request_hash != _fingerprint(sent):
                raise IdempotencyKeyReused
            return _repeated(*kept)
        response = work(session)
        session.flush()
        told(session, KEEP, _first(key, response, sent, secret=secret))
        return response

    return visit().write(keyed)


def given_key() -> str | None:
    """Return the key of this request, None without one; refuse one of another form."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    found = FORM.fullmatch(sent)
    if found is None:
        raise BadRequest.at(
            "header", "Idempotency-Key", say("Give 1 to 255 printable ASCII characters, such as a UUID.")
        )
    return found[1]


def _fingerprint(sent: bytes | None) -> bytes:
    body = request.get_data() if sent is None else sent
    return sha256(f"{request.method} {request.full_path} {request.headers.get('If-Match')}\n".encode() + body).digest()


def _repeated(status: int, location: str | None, etag: str | None, body: str | None) -> Response:
    headers = {name: value for name, value in (("Location", location), ("ETag", etag)) if value}
    if body is None:
        raise ReplyNotKept(
            say("The first reply held a secret, which is shown once. Location names what was made."), headers=headers
        )
    return Response(body, status=status, mimetype="application/json", headers=headers)


def _first(key: str, response: Response, sent: bytes | None, *, secret: bool) -> dict[str, object]:
    return {
        "client": caller().client_id,
        "actor": caller().actor_id,
        "key": key,
        "hash": _fingerprint(sent),
        "status": response.status_code,
        "location": response.headers.get("Location"),
        "etag": response.headers.get("ETag"),
        "body": None if secret else response.get_data(as_text=True),
    }
