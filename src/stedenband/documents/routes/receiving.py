"""POST /documents: a file and what is said of it, as multipart/form-data or as bytes with a header beside them."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from stedenband.core.errors import INCORRECT, BadRequest, Issue, PayloadTooLarge, Place, UnsupportedMediaType
from stedenband.core.words import Rule, say
from stedenband.documents import rules
from stedenband.documents.models import MEDIA_TYPES
from stedenband.documents.routes.documents import DOCUMENTS
from stedenband.documents.routes.shelf import shelf
from stedenband.documents.rules import Incoming, Received
from stedenband.documents.schemas import DocumentSchema
from stedenband.web.contract.inputs import header_parameter
from stedenband.web.fields import EXAMPLE_ID
from stedenband.web.guard import caller, come_back, end_visit
from stedenband.web.idempotency import once
from stedenband.web.merge import flattened
from stedenband.web.mount import answer
from stedenband.web.multipart import blocks, parts
from stedenband.web.parsing import echo_name, loaded
from stedenband.web.schema import create_schema

HEADER = "Upload-Metadata"
FORM = "multipart/form-data"
METADATA, FILE = "metadata", "file"
LONGEST_METADATA = 64 * 1024
LONGEST_NAME = 190
"""Characters that are kept of the name that came with a file; its ending may be added."""
UNNAMED = "document"

EXAMPLE = {"title": {"en": "A visit (demo)"}, "subject": {"type": "cityLink", "id": EXAMPLE_ID}}


def _coded(value: bytes) -> str:
    return b64encode(value).decode()


_CODED = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
_PAIR = f"[A-Za-z0-9_-]+(?: {_CODED})?"
PAIRS = f"^(?:{_PAIR}(?:, *{_PAIR})*)?$"
"""The form of the header (tus 1.0.0): names, each with its value in Base64 (RFC 4648) or without one."""
UPLOAD_METADATA = header_parameter(
    HEADER,
    "What is said of a file whose bytes are the body (tus 1.0.0): pairs of a name and a value in Base64. `metadata` is"
    " the JSON of the part of that name; `filename` and `filetype` are what they say.",
    f"filename {_coded(b'picture.png')},metadata {_coded(orjson.dumps(EXAMPLE))}",
    pattern=PAIRS,
)


@dataclass(frozen=True)
class Sent:
    """What came with a file: JSON, where it stood, the type and name that it was given."""

    metadata: bytes
    place: Place
    within: str
    media_type: str | None
    name: str | None

    def read(self) -> dict[str, Any]:
        """Return the properties of the document; 400 names what is wrong with them."""
        schema = create_schema(DocumentSchema)()
        return flattened(DocumentSchema, loaded(schema, self.metadata, self.place, self.within))


def receive_document() -> Response:
    """Take in a file while it arrives, put it in its place, then attach it; nothing is held meanwhile."""
    end_visit()
    files = shelf().store
    with files.incoming(shelf().largest) as incoming:
        sent = read_sent(incoming)
        data = sent.read()
        told = f"{incoming.sha256} {sent.media_type} {sent.name} ".encode("utf-8", "replace") + sent.metadata
        file = rules.received(files, incoming, sent.media_type, name_of(data, sent.name))
    come_back()
    return once(lambda session: attached(session, data, file), sent=told)


def attached(session: Session, data: dict[str, Any], file: Received) -> Response:
    """Attach a file in the store to a record; the reply is the document."""
    row = rules.create_document(session, caller(), dict(data), file, shelf())
    return answer(session, DOCUMENTS, row.id, 201)


def read_sent(incoming: Incoming) -> Sent:
    """Write the file of this request into `incoming`, and return what came with it."""
    if request.mimetype == FORM:
        return _read_form(incoming)
    if request.mimetype not in MEDIA_TYPES:
        types = ", ".join((FORM, *MEDIA_TYPES))
        raise UnsupportedMediaType(say("Send the file as: {types}.", types=types), headers={"Accept": types})
    sent = described(request.headers.get(HEADER, ""), request.mimetype)
    for block in blocks():
        incoming.write(block)
    return sent


def described(header: str, media_type: str | None = None) -> Sent:
    """Read `Upload-Metadata`; `media_type` is what the request says itself of the file."""
    if not re.search(PAIRS, header):
        raise BadRequest.at("header", HEADER, say("Give pairs of a name and a value in Base64, with commas."))
    try:
        pairs = dict(_pair(pair) for pair in header.split(","))
    except UnicodeDecodeError:
        raise BadRequest.at("header", HEADER, Rule(say("Give text in UTF-8, in Base64."))) from None
    if METADATA not in pairs:
        detail = say("Give what is said of the document as JSON, in Base64, under the name `metadata`.")
        raise BadRequest(INCORRECT, issues=[Issue("header", HEADER, detail, "requiredInput")])
    kind = media_type or pairs.get("filetype", "").partition(";")[0].strip().lower() or None
    return Sent(pairs[METADATA].encode(), "header", HEADER, kind, pairs.get("filename"))


def name_of(data: Mapping[str, Any], came_with: str | None) -> str:
    """Return the name of a file: the one that is given, else the last step of the one that it came with."""
    if "file_name" in data:
        return str(data["file_name"])
    last = (came_with or "").replace("\\", "/").rpartition("/")[2].strip()
    try:
        return str(DocumentSchema().fields["file_name"].deserialize(last[:LONGEST_NAME] or UNNAMED))
    except ma.ValidationError as error:
        raise BadRequest.at("body", "fileName", error.messages[0]) from None


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.strip().partition(" ")
    return name, b64decode(value, validate=True).decode()


def _read_form(incoming: Incoming) -> Sent:
    metadata = b""
    seen: dict[str, Any] = {}
    for part, piece in parts():
        if part.name not in {METADATA, FILE} or seen.setdefault(part.name, part) is not part:
            detail = say("Send one part `metadata` and one part `file`, and no other.")
            raise BadRequest(INCORRECT, issues=[Issue("body", echo_name(part.name), detail)])
        if part.name == FILE:
            incoming.write(piece)
        else:
            metadata += piece
            if len(metadata) > LONGEST_METADATA:
                raise PayloadTooLarge(say("Send metadata of at most 64 KiB."))
    missing = [name for name in (METADATA, FILE) if name not in seen]
    if missing:
        detail = say("This part is required.")
        raise BadRequest(INCORRECT, issues=[Issue("body", name, detail, "requiredInput") for name in missing])
    return Sent(metadata, "body", "", seen[FILE].media_type, seen[FILE].file_name)
