"""The rules of documents; that none is seen by more people than its subject stands in the database too."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stedenband.cities.rules import may_publish, never_published
from stedenband.core.access import Actor
from stedenband.core.errors import BadRequest, Conflict, Problem, ServiceUnavailable
from stedenband.core.parts import assign, referred, store
from stedenband.core.words import Rule, say
from stedenband.documents.models import SUBJECTS, Document
from stedenband.documents.rules import images
from stedenband.documents.rules.receive import Received
from stedenband.documents.rules.sniffing import EXTENSIONS, named
from stedenband.documents.rules.store import MEBIBYTE, RETRY_AFTER, Store, disk

Data = dict[str, Any]
KINDS = {each.kind: each for each in SUBJECTS}


@dataclass(frozen=True)
class Shelf:
    """Where files are, and how much fits: bytes of one, MiB of a city (0: no limit)."""

    store: Store
    largest: int
    quota: int

    def thumbnail(self, digest: str, media_type: str, size: str) -> Path:
        """Return where a small picture of a picture stands; it is made once, when it is first asked for."""
        path = self.store.thumbnail(digest, size)
        if not path.exists():
            with disk():
                self.store.put(path, images.thumbnail(self.store.file(digest), media_type, size))
        return path

    def shown(self, digest: str, media_type: str) -> bytes | None:
        """Return a picture to show within a page; None for one that cannot be read now."""
        with suppress(Problem, OSError):
            return self.thumbnail(digest, media_type, "large").read_bytes()
        return None


def create_document(session: Session, actor: Actor, data: Data, received: Received, shelf: Shelf) -> Document:
    """Attach a file in the store to a record that the caller sees.

    The file is named first, so that the sweep leaves it alone; where the sweep was faster, the caller sends it again.
    """
    session.execute(select(func.keep_file(received.sha256, received.size)))
    if not shelf.store.file(received.sha256).exists():
        raise ServiceUnavailable(RETRY_AFTER)
    if shelf.quota:
        _within(session, actor.city_id, received.size, shelf.quota)
    _ends_as_it_is(data, received.media_type)
    document = Document(city_id=actor.city_id, sha256=received.sha256, size=received.size)
    document.media_type, document.file_name = received.media_type, received.file_name
    subject = data["subject"]
    kind = KINDS[subject["type"]]
    target = Document.__mapper__.relationships[kind.relationship].mapper.class_
    setattr(document, kind.column, referred(session, target, subject["id"], "subject").id)
    change_document(session, actor, document, {name: value for name, value in data.items() if name != "file_name"})
    return document


def change_document(session: Session, actor: Actor, document: Document, data: Data) -> None:
    """Change what is said of a document; its file and what it is attached to stay."""
    may_publish(actor, document, data)
    _ends_as_it_is(data, document.media_type)
    assign(document, data)
    store(session, document)


def delete_document(_session: Session, _actor: Actor, document: Document) -> None:
    """Delete a document that was never published; the sweep takes its file when no other document has it."""
    never_published(document)


def _ends_as_it_is(data: Data, media_type: str) -> None:
    """Refuse a name by which a machine would take the file for another kind."""
    name = data.get("file_name", "")
    if name and named(name, media_type) != name:
        endings = ", ".join(EXTENSIONS[media_type])
        raise BadRequest.at("body", "fileName", Rule(say("Let the name end in one of: {endings}.", endings=endings)))


def _within(session: Session, city: UUID | None, size: int, quota: int) -> None:
    """Refuse what makes the documents of a city too large together, also where two arrive at once."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"documents of {city}", 0))))
    used = session.scalar(select(func.coalesce(func.sum(Document.size), 0)).where(Document.city_id == city)) or 0
    if used + size > quota * MEBIBYTE:
        raise Conflict(
            say(
                "The documents of your city take {used} of {quota} MiB, so this one does not fit. Delete some first.",
                used=used // MEBIBYTE,
                quota=quota,
            )
        )
