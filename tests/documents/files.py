"""Files of every kind that is taken in, and how one is sent."""

import io
import json
import zipfile
from base64 import b64encode
from typing import Any
from uuid import UUID

from tests.builders import Api, Reply, World
from tests.contracts.operations import FORM, in_a_form

DOCUMENTS, UPLOADS = "/v1/documents", "/v1/uploads"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TEXT = "Agreed on in June, with café.\n".encode()
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def archive(*files: tuple[str, bytes]) -> bytes:
    """Return a ZIP archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files:
            made.writestr(name, content)
    return out.getvalue()


def office(folder: str = "word/", *more: tuple[str, bytes], types: bytes = b"<Types/>") -> bytes:
    """Return an Office Open XML file."""
    return archive(("[Content_Types].xml", types), (f"{folder}document.xml", b"<a/>"), *more)


def open_document(media_type: str = ODT, *more: tuple[str, bytes]) -> bytes:
    """Return an OpenDocument file."""
    return archive(("mimetype", media_type.encode()), ("content.xml", b"<a/>"), *more)


def header(name: str, value: str) -> dict[str, Any]:
    """Return a header as arguments that are named."""
    return {name: value}


def about(key: UUID | str, kind: str = "cityLink", **said: Any) -> dict[str, Any]:
    """Return what is said of a document of this record."""
    return {"title": {"en": "A visit"}, "subject": {"type": kind, "id": str(key)}, **said}


def send(api: Api, metadata: dict[str, Any], file: bytes = PDF, name: str = "report.pdf", **headers: Any) -> Reply:
    """Send a document as a browser does."""
    body = in_a_form(json.dumps(metadata).encode(), file, name)
    return api.call("POST", DOCUMENTS, data=body, content_type=FORM, headers=headers)


def send_raw(api: Api, metadata: Any, file: bytes, kind: str, name: str = "report.pdf", **headers: str) -> Reply:
    """Send a document as bytes, with what is said of it in a header."""
    told = {"Content-Type": kind, "Upload-Metadata": described(metadata, name)}
    return api.call("POST", DOCUMENTS, data=file, headers={**told, **headers})


def described(metadata: Any, name: str = "report.pdf", **more: str) -> str:
    """Return the header `Upload-Metadata`."""
    said = {"metadata": json.dumps(metadata), "filename": name, **more}
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())


def made(world: World, api: Api, visibility: str = "link", file: bytes = PDF, **said: Any) -> Any:
    """Make a document of the public link of the world."""
    reply = send(api, about(world.links["public"], visibility=visibility, **said), file)
    assert reply.status_code == 201, reply.text
    return reply.json


def form(metadata: bytes, file: bytes = PDF) -> dict[str, Any]:
    """Return the body of a form, byte by byte."""
    return {"data": in_a_form(metadata, file), "content_type": FORM}
