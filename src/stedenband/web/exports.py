"""Exports: all records that match, in one file, at the same size in memory however many they are.

PostgreSQL copies the documents into a temporary file that has no name, the connection goes back, the file is turned
into the format, and only then the reply begins: nothing waits for a slow reader, and no reply breaks off half-way for
a time-out. Every request makes its file anew; the same data gives the same bytes, so that `Range` goes on in it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from hashlib import file_digest
from http.client import NOT_MODIFIED
from io import BytesIO
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from flask import Response, request

from stedenband.core.db import now
from stedenband.core.errors import INCORRECT, BadRequest, Issue, ServiceUnavailable
from stedenband.core.words import Rule, say
from stedenband.web.conditional import reply, tag
from stedenband.web.formats.table import Representation, Subject
from stedenband.web.guard import end_visit, visit
from stedenband.web.language import kept, label, spoken
from stedenband.web.links import API, base_address
from stedenband.web.listing import PAGING, page_address, projection_of, statements_of
from stedenband.web.paging import steps_of
from stedenband.web.problems import not_found
from stedenband.web.ranges import send_file
from stedenband.web.resource import Resource
from stedenband.web.statements import Shape

MOST_ROWS = 100_000
SECONDS = 60
"""For the statement."""
AT_ONCE = 2
"""Files that one process makes, or takes in, at the same time; who comes third is asked to come back."""
RETRY_AFTER = 5
PAGES = ("after", "pageSize", "total")

Copied = Callable[[str, Mapping[str, Any]], AbstractContextManager[Iterator[tuple[Any, ...]]]]
"""Gives the rows of a finished statement with its values, as texts, one by one."""

TURNS = BoundedSemaphore(AT_ONCE)


def answer_export(
    resource: Resource, query: Mapping[str, Any], wanted: Representation, parent: UUID | None = None
) -> Response:
    """Return all records that `query` matches, in the order asked for; 404 when the parent is missing or unseen."""
    refuse_paging()
    refuse_embedding()
    with turn(), room(), ExitStack() as unfinished:
        documents = unfinished.enter_context(TemporaryFile())
        copied = partial(visit().copied, seconds=SECONDS)
        rows = collect(resource, query, wanted, copied, documents, parent=parent, most=MOST_ROWS + 1)
        end_visit()
        if parent is not None and not rows:
            raise not_found()
        if rows > MOST_ROWS:
            raise BadRequest.at(
                "query",
                "format",
                Rule(
                    say(
                        "More than {most} records match. Ask for them with POST {path}, which takes its time, or narrow"
                        " the export with filters.",
                        most=MOST_ROWS,
                        path=f"{API}/exports",
                    )
                ),
            )
        return _made(subject_of(resource, query), wanted, documents)


def collect(  # noqa: PLR0913 (what, how, where from and where to)
    resource: Resource,
    query: Mapping[str, Any],
    wanted: Representation,
    copied: Copied,
    documents: BinaryIO,
    *,
    parent: UUID | None = None,
    most: int,
) -> int:
    """Write the documents of at most so many records that `query` matches, a line each; return how many rows there are.

    A parent that the caller sees and that has no children is one row.
    """
    steps = steps_of(resource, query.get("sort", ()))
    asked = {name: value for name, value in query.items() if name not in PAGING}
    filters = dict(wanted.unless_asked) | asked
    statement = statements_of(resource, base_address(), features=wanted.features).list(
        Shape(most, tuple(sorted(filters)), steps, projection=projection_of(_selected(query, wanted)))
    )
    count = 0
    with copied(statement, {**filters, "parent": parent, "lang": kept()}) as rows:
        for count, row in enumerate(rows, 1):  # noqa: B007 (the last one is their number)
            if row[-1] is not None:
                documents.write(row[1].replace("\n", "").encode())
                documents.write(b"\n")
    return count


def subject_of(resource: Resource, query: Mapping[str, Any]) -> Subject:
    """Return what an export of a collection is about."""
    return Subject(resource.name, resource.schema, page_address({}), selected=query.get("select"))


def turned(subject: Subject, wanted: Representation, documents: BinaryIO, out: BinaryIO) -> None:
    """Turn documents, a line each, into a format."""
    documents.seek(0)
    wanted.write(subject, (line.rstrip(b"\n") for line in documents), out)


def answer_single(
    resource: Resource, query: Mapping[str, Any], wanted: Representation, key: UUID, parent: UUID | None = None
) -> Response:
    """Return one record in another format; 404 when it is missing or unseen."""
    refuse_embedding()
    statement = statements_of(resource, base_address(), features=wanted.features).read(
        projection_of(_selected(query, wanted), resource)
    )
    rows = visit().rows(statement, {"id": key, "parent": parent, "lang": kept()})
    if not rows:
        raise not_found()
    subject = Subject(
        resource.name, resource.schema, page_address({}), single=True, selected=query.get("select"), language=spoken()
    )
    return _small(subject, wanted, [rows[0][1].encode()], rows[0][0])


def name_of(subject: Subject, wanted: Representation) -> str:
    """Return the name of a file that is made today."""
    return f"{subject.name}-{now():%Y-%m-%d}.{wanted.format.extension}"


def _selected(query: Mapping[str, Any], wanted: Representation) -> Mapping[str, Any]:
    """Return the query with the properties that a format is made of, where it is made of certain ones."""
    return {**query, "select": wanted.needs} if wanted.needs else query


def answer_page(subject: Subject, wanted: Representation, items: Sequence[Any], following: str | None) -> Response:
    """Return one page in another format: of a record of change, which has no end; `Link` leads to the next."""
    response = _small(subject, wanted, map(orjson.dumps, items))
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def refuse_paging() -> None:
    """Refuse the parameters of pages: an export has none."""
    paging = [name for name in PAGES if name in request.args]
    if paging:
        detail = say("An export is complete and has no pages. Leave this parameter out.")
        raise BadRequest(INCORRECT, issues=[Issue("query", name, detail, "rejectedInput") for name in paging])


def refuse_embedding() -> None:
    """Refuse to embed where there is no place for it."""
    if "embed" in request.args:
        detail = Rule(say("Only JSON carries embedded records. Leave this parameter out."))
        raise BadRequest.at("query", "embed", detail)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for nobody: refuse when enough files are being made, or taken in."""
    if not TURNS.acquire(blocking=False):
        raise ServiceUnavailable(RETRY_AFTER)
    try:
        yield
    finally:
        TURNS.release()


@contextmanager
def room() -> Iterator[None]:
    """Ask the caller to come back when there is no room for a temporary file."""
    try:
        yield
    except OSError as error:
        raise ServiceUnavailable(RETRY_AFTER) from error


def _small(
    subject: Subject, wanted: Representation, documents: Iterable[bytes], version: int | None = None
) -> Response:
    """Return the reply for documents that are there already."""
    out = BytesIO()
    with room():
        wanted.write(subject, documents, out)
    body = out.getvalue()
    response = reply(body, tag(body, version), kind=wanted.format.content_type)
    if wanted.spoken:
        label(response)
    if wanted.policy:
        response.headers["Content-Security-Policy"] = wanted.policy
    return response


def _made(subject: Subject, wanted: Representation, documents: BinaryIO) -> Response:
    """Return the reply with the finished file."""
    with ExitStack() as unfinished:
        file = unfinished.enter_context(TemporaryFile())
        turned(subject, wanted, documents, file)
        file.seek(0)
        response = send_file(file, f'"{file_digest(file, "sha256").hexdigest()[:20]}"')
        unfinished.pop_all()
    if response.status_code != NOT_MODIFIED:
        response.content_type = wanted.format.content_type
        response.headers["Content-Disposition"] = f'attachment; filename="{name_of(subject, wanted)}"'
    return response
