"""The archive of a city as a task: everything that whoever asked oversees, at one moment, in one file."""

from collections.abc import Callable, Mapping
from hashlib import file_digest
from time import monotonic
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from stedenband.core.access import Actor, Permission
from stedenband.core.db import now
from stedenband.core.errors import Conflict, MissingPermission
from stedenband.core.refusal import Refusal
from stedenband.core.words import say
from stedenband.documents.rules import Store
from stedenband.tasks.jobs import Work
from stedenband.tasks.rules import RESULT
from stedenband.transfer.archive.writing import Summary, write_archive

MEDIA_TYPE = "application/zip"
OFTEN = 1.0
"""Seconds between two looks whether the task was canceled."""


def archive_city(store: Store, work: Work) -> Mapping[str, Any]:
    """Write the archive of the city of whoever asked into the result of a task."""
    written: list[Summary] = []

    def write(session: Session, actor: Actor) -> None:
        city = actor.own_city
        if city is None or not actor.may(Permission.EXPORTS_ARCHIVE):
            raise MissingPermission(say("Your role does not allow this operation."))

        def into(out: BinaryIO) -> None:
            written.append(write_archive(session, city, store, out, _watch(work)))

        try:
            work.files.write(work.key, RESULT, into)
        except Refusal as refusal:
            raise Conflict(say("The archive cannot be written: {reason}", reason=str(refusal))) from refusal

    work.do(write, stays=False, isolation="REPEATABLE READ")
    [summary] = written
    with (work.files.of(work.key) / RESULT).open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    rows = sum(summary.rows.values())
    work.tell(rows, rows)
    return {"name": f"city-{now():%Y-%m-%d}.zip", "mediaType": MEDIA_TYPE, "sha256": digest, "hash": summary.hash}


def _watch(work: Work) -> Callable[[int], None]:
    """Return what says every now and then how far it is."""
    told = monotonic()

    def tell(count: int) -> None:
        nonlocal told
        if monotonic() - told >= OFTEN:
            told = monotonic()
            work.tell(count)

    return tell
