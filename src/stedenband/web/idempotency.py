"""Idempotency-Key (IETF draft): the same request repeated gets the first reply, and nothing is done twice."""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b, sha256

from flask import Response, request
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from stedenband.core.db import now
from stedenband.core.errors import BadRequest, IdempotencyKeyReused, ReplyNotKept, RequestInProgress
from stedenband.core.ledger import IdempotencyKey
from stedenband.core.words import say
from stedenband.web.guard import caller, visit

KEPT = timedelta(hours=24)
FORM = re.compile(r'"?([!#-\[\]-~]{1,255})"?', re.ASCII)


def once(work: Callable[[Session], Response], *, secret: bool = False) -> Response:
    """Run `work` in one transaction; with a key, at most once. A reply with a `secret` is kept without its body."""
    key = _key()
    if key is None:
        return visit().write(work)
    actor = caller()

    def keyed(session: Session) -> Response:
        lock = int.from_bytes(blake2b(f"{actor.key} {key}".encode(), digest_size=8).digest(), signed=True)
        if not session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
            raise RequestInProgress
        kept = session.get(IdempotencyKey, (actor.client_id, actor.actor_id, key))
        if kept is not None and kept.created_at > now() - KEPT:
            return _repeated(kept)
        _forget_old(session)
        response = work(session)
        session.add(_first(key, response, secret=secret))
        session.flush()
        return response

    return visit().write(keyed)


def _key() -> str | None:
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    found = FORM.fullmatch(sent)
    if found is None:
        raise BadRequest.at(
            "header", "Idempotency-Key", say("Give 1 to 255 printable ASCII characters, such as a UUID.")
        )
    return found[1]


def _fingerprint() -> bytes:
    return sha256(
        f"{request.method} {request.full_path} {request.headers.get('If-Match')}\n".encode() + request.get_data()
    ).digest()


def _repeated(kept: IdempotencyKey) -> Response:
    if kept.request_hash != _fingerprint():
        raise IdempotencyKeyReused
    headers = {name: value for name, value in (("Location", kept.location), ("ETag", kept.etag)) if value}
    if kept.body is None:
        raise ReplyNotKept(
            say("The first reply held a secret, which is shown once. Location names what was made."), headers=headers
        )
    return Response(kept.body, status=kept.status, mimetype="application/json", headers=headers)


def _first(key: str, response: Response, *, secret: bool) -> IdempotencyKey:
    return IdempotencyKey(
        api_client_id=caller().client_id,
        actor_id=caller().actor_id,
        key=key,
        request_hash=_fingerprint(),
        status=response.status_code,
        location=response.headers.get("Location"),
        etag=response.headers.get("ETag"),
        body=None if secret else response.get_data(as_text=True),
    )


def _forget_old(session: Session) -> None:
    session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.api_client_id == caller().client_id, IdempotencyKey.created_at <= now() - KEPT
        )
    )
