"""What is no longer needed: documents past their day, uploads that nobody finished, and files without a document."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from stedenband.documents.models import Document, StoredFile, Upload
from stedenband.documents.rules.store import Store, remove

A_DAY = 24 * 60 * 60
"""Seconds for which a file may wait for its row."""


def sweep(session: Session, store: Store, *, age: float = A_DAY) -> Counter[str]:
    """Remove all that; return how many of each. It runs as the worker or the owner of the tables, over all cities.

    Each step is a transaction of its own: what a request is naming just now stays.
    """
    counts: Counter[str] = Counter()
    over = delete(Document).where(Document.keep_until < func.current_date()).returning(Document.id)
    counts["document"] = len(session.execute(over).all())
    late = delete(Upload).where(Upload.expires_at < func.now()).returning(Upload.id)
    counts["upload"] = len(session.execute(late).all())
    session.commit()
    for digest in session.scalars(select(StoredFile.sha256).where(~_used(StoredFile.sha256))).all():
        counts["stored_file"] += _forget(session, digest)
    before = time() - age
    for path in _old(store.root / "files", "*/*", before):
        counts["files"] += take(session, path)
    for path in _old(store.root / "thumbnails", "*/*", before):
        if not store.file(path.name[:64]).exists():
            counts["thumbnails"] += remove(path)
    for path in _old(store.root / "uploads", "*", before):
        if not session.scalar(select(_under_way(path))):
            counts["uploads"] += remove(path)
    session.rollback()
    counts["incoming"] = sum(map(remove, _old(store.root / "incoming", "*", before)))
    return +counts


def _used(digest: Any) -> ColumnElement[bool]:
    return exists().where(Document.sha256 == digest)


def _forget(session: Session, digest: str) -> int:
    """Delete the row of a file that no document has; one that is being named is waited for, and stays."""
    session.execute(select(_lock(digest)))
    gone = delete(StoredFile).where(StoredFile.sha256 == digest, ~_used(digest)).returning(StoredFile.sha256)
    count = len(session.execute(gone).all())
    session.commit()
    return count


def take(session: Session, path: Path) -> int:
    """Remove a file that has no row, and tell how many that are; ends the transaction."""
    session.execute(select(_lock(path.name)))
    taken = not session.scalar(select(exists().where(StoredFile.sha256 == path.name))) and remove(path)
    session.commit()
    return int(taken)


def _lock(digest: str) -> ColumnElement[Any]:
    return func.pg_advisory_xact_lock(func.hashtextextended(digest, 0))


def _under_way(path: Path) -> ColumnElement[bool]:
    return exists().where(Upload.id == UUID(path.name), Upload.document_id.is_(None))


def _old(folder: Path, names: str, before: float) -> Iterator[Path]:
    """Yield the files that were last written before an instant."""
    for path in sorted(folder.glob(names)):
        if path.stat().st_mtime < before:
            yield path
