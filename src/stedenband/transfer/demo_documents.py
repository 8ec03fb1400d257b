"""Documents of the demo data: made here, of invented content, and marked as demo."""

import struct
import zlib
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from stedenband.cities.models import Agreement
from stedenband.delegations.models import Delegation
from stedenband.documents.models import Document, StoredFile
from stedenband.documents.rules import Store
from stedenband.projects.models import ExchangeProject

MINUTES = "Demo: minutes of a meeting that was not held.\n\n1. The renewal 2026-2031\n2. The ward award\n"
TITLE = {
    "nl": "Demo: verslag van een vergadering",
    "fr": "Démo : procès-verbal de réunion",
    "en": "Demo: minutes of a meeting",
}
SIDE = 64


def fill(session: Session, store: Store, link: UUID, genk: UUID) -> None:
    """Attach a note to the link, an agreement to its record, and one picture to a project and to a visit."""
    agreement = session.scalars(
        select(Agreement.id).filter_by(city_link_id=link).order_by(Agreement.valid_from).limit(1)
    ).one()
    project = session.scalars(
        select(ExchangeProject.id)
        .filter_by(city_link_id=link, visibility="public")
        .order_by(ExchangeProject.id)
        .limit(1)
    ).one()
    visit = session.scalars(
        select(Delegation.id)
        .filter_by(city_link_id=link, visibility="public", report_publishable=True)
        .order_by(Delegation.arrival.desc())
        .limit(1)
    ).one()
    for content, file_name, media_type, said in (
        (
            MINUTES.encode(),
            "demo-minutes.txt",
            "text/plain",
            {"title": TITLE, "subject_link_id": link, "visibility": "link", "language": "en"},
        ),
        (
            pdf("Demo: this is no agreement."),
            "demo-agreement.pdf",
            "application/pdf",
            {
                "title": {"en": "Demo: memorandum of understanding (empty)"},
                "agreement_id": agreement,
                "visibility": "public",
                "category": "A09",
            },
        ),
        (
            picture(),
            "demo-picture.png",
            "image/png",
            {"title": {"en": "Demo: picture"}, "exchange_project_id": project, "visibility": "public"},
        ),
        (
            picture(),
            "demo-visit.png",
            "image/png",
            {"title": {"en": "Demo: picture of a visit"}, "delegation_id": visit, "visibility": "public"},
        ),
    ):
        digest = sha256(content).hexdigest()
        store.put(store.file(digest), content)
        if session.get(StoredFile, digest) is None:
            session.add(StoredFile(sha256=digest, size=len(content)))
        session.flush()
        kept = {"sha256": digest, "size": len(content), "media_type": media_type, "file_name": file_name}
        session.add(Document(city_id=genk, **kept, **said))
    session.flush()


def pdf(line: str) -> bytes:
    """Return a PDF of one line."""
    content = f"BT /F1 18 Tf 72 720 Td ({line}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj{each}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return f"{body}{head}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n".encode()


def picture() -> bytes:
    """Return a PNG: a square whose colors change from corner to corner."""
    lines = b"".join(
        b"\0" + b"".join(bytes((4 * column, 4 * line, 128)) for column in range(SIDE)) for line in range(SIDE)
    )
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
