"""/uploads: a file in pieces over a bad line (tus 1.0.0: core, creation, expiration, termination)."""

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from werkzeug.http import http_date

from stedenband.core.access import Permission
from stedenband.core.db import now
from stedenband.core.errors import BadRequest, Conflict, OtherProtocol, PayloadTooLarge, UnsupportedMediaType
from stedenband.core.finished import finished
from stedenband.core.records import Instant
from stedenband.core.words import say
from stedenband.documents import rules
from stedenband.documents.models import Upload
from stedenband.documents.routes.documents import DOCUMENTS
from stedenband.documents.routes.receiving import HEADER, UPLOAD_METADATA, Sent, attached, described, name_of
from stedenband.documents.routes.shelf import shelf
from stedenband.documents.rules.store import MEBIBYTE, disk, remove
from stedenband.documents.rules.uploads import append
from stedenband.documents.schemas import DocumentSchema, UploadSchema
from stedenband.web.conditional import reply, tag
from stedenband.web.contract.inputs import header_parameter
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.fields import present
from stedenband.web.guard import come_back, end_visit, visit
from stedenband.web.idempotency import once
from stedenband.web.links import base_address
from stedenband.web.mount import answer
from stedenband.web.multipart import BLOCK, blocks
from stedenband.web.problems import not_found

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
PIECE = "application/offset+octet-stream"
NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)

TUS_RESUMABLE = header_parameter("Tus-Resumable", "The version of the protocol.", VERSION, required=True)
UPLOAD_LENGTH = header_parameter(
    "Upload-Length", "Bytes of the whole file.", "7421", required=True, pattern="^[0-9]{1,15}$"
)
UPLOAD_OFFSET = header_parameter(
    "Upload-Offset", "Bytes that the server has, after which these come.", "0", required=True, pattern="^[0-9]{1,15}$"
)
OFFSET = {
    "Upload-Offset": {
        "description": "Bytes that have arrived for good.",
        "schema": {"type": "string", "example": "7421"},
    }
}

blueprint = StrictBlueprint("uploads", __name__, url_prefix="/v1", description="Uploads in pieces")


@blueprint.after_request
def speak(response: Response) -> Response:
    """Say which protocol is spoken, and to who asks what of it."""
    response.headers["Tus-Resumable"] = VERSION
    if request.method == "OPTIONS":
        response.headers["Tus-Version"] = VERSION
        response.headers["Tus-Extension"] = EXTENSIONS
        response.headers["Tus-Max-Size"] = str(shelf().largest)
    return response


def create_upload() -> Response:
    """Begin an upload; what is said of the document is checked now, before anything is sent."""
    protocol()
    length = number("Upload-Length", least=1)
    if length > shelf().largest:
        raise PayloadTooLarge(say("Send a file of at most {most} MiB.", most=shelf().largest // MEBIBYTE))
    sent = described(request.headers.get(HEADER, ""))
    name = name_of(sent.read(), sent.name)
    said = {"length": length, "file_name": name, "media_type": sent.media_type}

    def work(session: Session) -> Response:
        upload = rules.begin_upload(session, {**said, "metadata_json": sent.metadata.decode()})
        session.refresh(upload)
        shelf().store.begin(upload.id)
        response = shown(upload, 0, 201)
        response.headers["Location"] = address(upload.id)
        return response

    return once(work, sent=f"{length} {request.headers.get(HEADER)}".encode())


def read_upload(**ids: UUID) -> Response:
    """Tell how much has arrived, for good; HEAD does not read a body."""
    upload = held(ids["uploadId"])
    end_visit()
    response = shown(upload, upload.length if upload.document_id else durable(ids["uploadId"]))
    response.headers["Cache-Control"] = "no-store"
    return response


def continue_upload(**ids: UUID) -> Response:
    """Add a piece where the last one ended; what arrives before a line breaks off stays."""
    protocol()
    if request.mimetype != PIECE:
        raise UnsupportedMediaType(say("Send the body in UTF-8 as: {types}.", types=PIECE), headers={"Accept": PIECE})
    offset = number("Upload-Offset")
    upload = held(ids["uploadId"])
    refuse_finished(upload)
    end_visit()
    with rules.open_upload(shelf().store, ids["uploadId"]) as file:
        size = file.seek(0, os.SEEK_END)
        if size != offset:
            detail = say("The server has {size} bytes. Go on from there.", size=size)
            raise Conflict(detail, headers={"Upload-Offset": str(size)})
        size = append(file, within(upload.length - offset))
    response = Response(status=204)
    response.headers["Upload-Offset"] = str(size)
    response.headers["Upload-Expires"] = http_date(upload.expires_at)
    return response


def delete_upload(**ids: UUID) -> Response:
    """Give an upload up; of one that became a document nothing but its address goes."""
    protocol()

    def work(session: Session) -> Response:
        session.delete(row(session, ids["uploadId"]))
        session.flush()
        return Response(status=204)

    response = visit().write(work)
    remove(shelf().store.upload(ids["uploadId"]))
    return response


def finish_upload(**ids: UUID) -> Response:
    """Make the document of an upload that is complete; asked again, the reply is the document."""
    upload = held(ids["uploadId"])
    if upload.document_id is None:
        end_visit()
        file, data = taken_in(upload)
        come_back()

    def work(session: Session) -> Response:
        kept = row(session, ids["uploadId"])
        if kept.document_id:
            return answer(session, DOCUMENTS, kept.document_id, 201)
        response = attached(session, data, file)
        rules.finish_upload(kept, UUID(response.headers["Location"].rpartition("/")[2]))
        session.flush()
        return response

    response = once(work)
    remove(shelf().store.upload(ids["uploadId"]))
    return response


def taken_in(upload: Any) -> tuple[rules.Received, dict[str, Any]]:
    """Put the file of a complete upload in its place in the store; the pieces stay until the document is there."""
    store = shelf().store
    with rules.open_upload(store, upload.id) as pieces, store.incoming(shelf().largest) as incoming:
        while block := pieces.read(BLOCK):
            incoming.write(block)
        if incoming.size != upload.length:
            raise Conflict(
                say(
                    "Of {length} bytes {size} have arrived. Send the rest first.",
                    length=upload.length,
                    size=incoming.size,
                )
            )
        data = Sent(str(upload.metadata_json).encode(), "body", "", None, None).read()
        return rules.received(store, incoming, upload.media_type, str(upload.file_name)), data


def protocol() -> None:
    """Refuse another version of the protocol."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise OtherProtocol


def number(header: str, *, least: int = 0) -> int:
    """Return the number in a header."""
    value = request.headers.get(header, "")
    if not NUMBER.fullmatch(value) or int(value) < least:
        raise BadRequest.at("header", header, say("Give a number of bytes, {least} or more.", least=least))
    return int(value)


def within(most: int) -> Iterator[bytes]:
    """Yield the body; refuse what goes beyond the end of the file."""
    if (request.content_length or 0) > most:
        raise PayloadTooLarge(say("This is more than the rest of the file: {most} bytes.", most=most))
    for block in blocks():
        most -= len(block)
        if most < 0:
            raise PayloadTooLarge(say("This is more than the rest of the file: {most} bytes.", most=most + len(block)))
        yield block


def held(key: UUID) -> Any:
    """Return the columns of an upload of the caller's own; 404 for any other, and for one that is over."""
    found = visit().rows(_statement(), {"id": key, "now": now()}, named=True)
    if not found:
        raise not_found()
    return found[0]


def row(session: Session, key: UUID) -> Upload:
    """Return the row of an upload in a transaction, which no other changes meanwhile."""
    found = session.scalar(select(Upload).where(Upload.id == key, Upload.expires_at > now()).with_for_update())
    if found is None:
        raise not_found()
    return found


@cache
def _statement() -> str:
    key = Upload.id == bindparam("id", type_=Upload.id.type)
    return finished(select(*Upload.__table__.c).where(key, Upload.expires_at > bindparam("now", type_=Instant)))


def refuse_finished(upload: Any) -> None:
    """Refuse to add to what became a document."""
    if upload.document_id:
        raise Conflict(say("This upload became a document already; nothing is added to it."))


def durable(key: UUID) -> int:
    """Return how many bytes of an upload would outlive a loss of power."""
    with disk(), shelf().store.upload(key).open("rb") as file:
        os.fsync(file.fileno())
        return file.seek(0, os.SEEK_END)


def shown(upload: Any, offset: int, status: int = 200) -> Response:
    """Return an upload as JSON and in the headers of the protocol."""
    document = upload.document_id and f"{base_address()}/documents/{upload.document_id}"
    values = {"href": address(upload.id), "id": str(upload.id), "length": upload.length, "offset": offset}
    ends = f"{upload.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    body = orjson.dumps(present({**values, "expiresAt": ends, "document": document}))
    response = reply(body, tag(body), status)
    response.headers["Upload-Offset"] = str(offset)
    response.headers["Upload-Length"] = str(upload.length)
    response.headers["Upload-Expires"] = http_date(upload.expires_at)
    return response


def address(key: UUID) -> str:
    """Return the address of an upload."""
    return f"{base_address()}/uploads/{key}"


declare(
    blueprint,
    "/uploads",
    "POST",
    "create_upload",
    Permission.DOCUMENTS_CREATE,
    create_upload,
    summary="Begin to send a file in pieces (tus 1.0.0)",
    returns=UploadSchema,
    facts={"headers": (TUS_RESUMABLE, UPLOAD_LENGTH, {**UPLOAD_METADATA, "required": True}), "tus": True},
)
declare(
    blueprint,
    "/uploads/<uuid:uploadId>",
    "GET",
    "read_upload",
    Permission.DOCUMENTS_CREATE,
    read_upload,
    summary="Tell how much of a file has arrived",
    returns=UploadSchema,
    facts={"tells": OFFSET},
)
declare(
    blueprint,
    "/uploads/<uuid:uploadId>",
    "PATCH",
    "continue_upload",
    Permission.DOCUMENTS_CREATE,
    continue_upload,
    summary="Send a piece of a file",
    facts={
        "headers": (TUS_RESUMABLE, UPLOAD_OFFSET),
        "streams": True,
        "takes": (PIECE,),
        "tells": OFFSET,
        "tus": True,
    },
)
declare(
    blueprint,
    "/uploads/<uuid:uploadId>",
    "DELETE",
    "delete_upload",
    Permission.DOCUMENTS_CREATE,
    delete_upload,
    summary="Give an upload up",
    facts={"headers": (TUS_RESUMABLE,), "tus": True},
)
declare(
    blueprint,
    "/uploads/<uuid:uploadId>/finish",
    "POST",
    "finish_upload",
    Permission.DOCUMENTS_CREATE,
    finish_upload,
    summary="Make a document of a file that has arrived in pieces",
    returns=DocumentSchema,
)
