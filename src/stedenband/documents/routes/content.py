"""The file of a document and small pictures of it, as attachments that no browser runs, and links to them."""

import unicodedata
from contextlib import ExitStack
from functools import cache
from http.client import NOT_MODIFIED
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson
from flask import Request, Response
from sqlalchemy import bindparam, select

from stedenband.core.db import Credential
from stedenband.core.finished import finished
from stedenband.documents.models import Document
from stedenband.documents.routes.shelf import shelf, signer
from stedenband.documents.rules import images
from stedenband.documents.rules.store import disk
from stedenband.web.conditional import reply, tag
from stedenband.web.guard import LINK, end_visit, presented_now, visit
from stedenband.web.links import base_address
from stedenband.web.negotiation import readable_query
from stedenband.web.problems import not_found
from stedenband.web.ranges import send_file

POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
PLAIN = str.maketrans('"\\%', "___")


def read_content(_query: dict[str, Any], **ids: UUID) -> Response:
    """Send the file of a document that the caller sees, or the part that it wants."""
    digest, media_type, name = found(ids["documentId"])
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return sent(shelf().store.file(digest), digest, media_type + charset, name)


def read_thumbnail(query: dict[str, Any], **ids: UUID) -> Response:
    """Send a small picture; it is made once, when it is first asked for. 404 for what is no picture."""
    digest, media_type, name = found(ids["documentId"])
    if media_type not in images.FORMATS:
        raise not_found()
    size = query["size"]
    return sent(shelf().thumbnail(digest, media_type, size), f"{digest}-{size}", "image/webp", f"{name}.{size}.webp")


def make_link(**ids: UUID) -> Response:
    """Sign a link to the file of a document that the caller sees; whoever follows it is taken for the caller."""
    key = ids["documentId"]
    found(key)
    token, until = signer().sign(key, presented_now())
    href = f"{base_address()}/documents/{key}/content?{LINK}={token}"
    body = orjson.dumps({"href": href, "expiresAt": f"{until:%Y-%m-%dT%H:%M:%SZ}"})
    response = reply(body, tag(body))
    response.headers["Cache-Control"] = "no-store"
    return response


def link_reader(request: Request) -> Credential | None:
    """Return who signed the link that a request follows; None where it follows none, or was made by nobody."""
    readable_query()
    view_args, token = request.view_args or {}, request.args.get(LINK)
    return None if token is None else signer().read(view_args["documentId"], token)


def found(key: UUID) -> tuple[str, str, str]:
    """Return hash, type and name of the file of a document; 404 when it is missing or unseen."""
    rows = visit().rows(_statement(), {"id": key})
    if not rows:
        raise not_found()
    end_visit()
    digest, media_type, name = rows[0]
    return digest, media_type, name


@cache
def _statement() -> str:
    columns = (Document.sha256, Document.media_type, Document.file_name)
    return finished(select(*columns).where(Document.id == bindparam("id", type_=Document.id.type)))


def sent(path: Path, etag: str, media_type: str, name: str) -> Response:
    """Return a file as an attachment; nothing on the way may change its bytes."""
    with ExitStack() as unsent:
        with disk():
            file = unsent.enter_context(path.open("rb"))
        response = send_file(file, f'"{etag}"')
        unsent.pop_all()
    if response.status_code != NOT_MODIFIED:
        response.content_type = media_type
        response.headers["Content-Disposition"] = attachment(name)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-cache, no-transform"
    return response


def attachment(name: str) -> str:
    """Return the header that has a file saved under a name (RFC 6266): as it is (RFC 8187), and for old clients."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().translate(PLAIN)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
