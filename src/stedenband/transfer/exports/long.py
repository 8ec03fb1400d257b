"""An export that takes long, carried out as a task: one statement under the policies of whoever asked, one file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hashlib import file_digest
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.db import copied
from stedenband.core.errors import BadRequest
from stedenband.core.words import Rule, say
from stedenband.tasks.jobs import Work
from stedenband.tasks.rules import RESULT
from stedenband.transfer.exports.asking import FORMATS, as_request
from stedenband.web.exports import collect, name_of, subject_of, turned
from stedenband.web.formats.table import XLSX
from stedenband.web.problems import not_found
from stedenband.web.resource import Resource

ALL = 2**31 - 1
MOST_OF_EXCEL = 1_048_575
"""Rows that a sheet takes below its headings."""


def export_records(app: Flask, resources: Mapping[str, Resource], work: Work) -> Mapping[str, Any]:
    """Write all records of a collection that match into the result of a task."""
    resource, wanted = resources[work.wanted["collection"]], FORMATS[work.wanted["format"]]
    parent = work.wanted["parent"] and UUID(work.wanted["parent"])
    with (
        as_request(app, resource, parent, work.wanted["query"], work.language) as query,
        TemporaryFile() as documents,
    ):

        def gather(session: Session, _actor: Actor) -> int:
            copy = partial(_watched, work, session)
            return collect(resource, query, wanted, copy, documents, parent=parent, most=ALL)

        rows = work.do(gather)
        if parent and not rows:
            raise not_found()
        if wanted.format is XLSX and rows > MOST_OF_EXCEL:
            said = say("Excel takes {most} rows. Ask for csv or ndjson.", most=MOST_OF_EXCEL)
            raise BadRequest.at("body", "format", Rule(said))
        subject = subject_of(resource, query)
        work.files.write(work.key, RESULT, partial(turned, subject, wanted, documents))
        with (work.files.of(work.key) / RESULT).open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        work.tell(rows, rows)
        name = name_of(subject, wanted)
    return {"name": name, "mediaType": wanted.format.content_type, "sha256": digest, "rows": rows}


@contextmanager
def _watched(
    work: Work, session: Session, statement: str, values: Mapping[str, Any]
) -> Iterator[Iterator[tuple[Any, ...]]]:
    with copied(session.connection().connection.driver_connection, statement, values) as rows:
        yield work.watched(rows)
