"""The rules of uploads in pieces: who holds one, how much of it has arrived, and when it becomes a document."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stedenband.core.errors import Conflict, RequestInProgress
from stedenband.core.words import say
from stedenband.documents.models import Upload
from stedenband.documents.rules.store import Store, disk

MOST_OPEN = 50
"""Uploads that one client may have under way."""


def begin_upload(session: Session, values: dict[str, Any]) -> Upload:
    """Begin an upload of a known length."""
    if (session.scalar(select(func.count()).select_from(Upload).where(Upload.document_id.is_(None))) or 0) >= MOST_OPEN:
        raise Conflict(say("You have {most} uploads under way. Finish or delete some first.", most=MOST_OPEN))
    upload = Upload(**values)
    session.add(upload)
    session.flush()
    return upload


def finish_upload(upload: Upload, document: UUID) -> None:
    """Say which document an upload became; what was said of it stands there now."""
    upload.document_id = document
    upload.file_name = upload.metadata_json = None


@contextmanager
def open_upload(store: Store, key: UUID) -> Iterator[IO[bytes]]:
    """Give the file of an upload for the time of the block, to one request at a time; what is in it is durable."""
    with disk(), store.upload(key).open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RequestInProgress from None
        os.fsync(file.fileno())
        yield file


def append(file: IO[bytes], blocks: Iterable[bytes]) -> int:
    """Add what arrives, however it ends: what came before the line broke stays. Return the size of the file."""
    file.seek(0, os.SEEK_END)
    try:
        for block in blocks:
            file.write(block)
    finally:
        file.flush()
        os.fsync(file.fileno())
    return file.tell()
