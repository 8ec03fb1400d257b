"""Imports over HTTP: a file whose rows become records, what to put right in it, and workbooks to fill in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from stedenband.core.access import Permission
from stedenband.core.errors import BadRequest, PayloadTooLarge, UnsupportedMediaType
from stedenband.core.words import say
from stedenband.tasks.answers import PREFERENCE, accepted, files, preferred, result_of, sent
from stedenband.tasks.rules import RESULT, ask
from stedenband.transfer.imports.corrections import WRITERS, corrections
from stedenband.transfer.imports.files import Format, Manner, count_of
from stedenband.transfer.imports.long import CORRECTIONS, wanted_of
from stedenband.transfer.imports.order import MOST_ROWS, Order, Register, carry_out, opened
from stedenband.transfer.imports.report import document, faults_of, piece
from stedenband.transfer.imports.templates import write_template
from stedenband.transfer.imports.words import Vocabulary
from stedenband.transfer.schemas import TAB, ImportReportSchema, import_query, whole_query
from stedenband.web.conditional import reply, tag
from stedenband.web.contract.inputs import header_parameter
from stedenband.web.declare import StrictBlueprint, View, declare
from stedenband.web.exports import room, turn
from stedenband.web.formats import table
from stedenband.web.formats.table import Representation, Subject
from stedenband.web.guard import LARGEST_BODY, caller, come_back, end_visit, visit
from stedenband.web.idempotency import given_key, once
from stedenband.web.language import label, spoken
from stedenband.web.multipart import blocks
from stedenband.web.negotiation import chosen
from stedenband.web.problems import not_found, too_large
from stedenband.web.resource import Resource

FORMATS: Mapping[str, Format] = {
    table.NDJSON.media_type: "ndjson",
    table.CSV.media_type: "csv",
    table.XLSX.media_type: "xlsx",
}
"""How a file is read, by the media type that it is sent as."""
LARGEST = 40
"""Mebibytes of a file."""
PREFER = header_parameter("Prefer", f"`{PREFERENCE}`: answer with a task at once (RFC 7240).", PREFERENCE)


def blueprint(resources: Sequence[Resource], enumerations: Mapping[str, Sequence[str]]) -> Blueprint:
    """Return the routes for these collections; `enumerations` are the codes of our lists by name."""
    register = Register({each.name: each for each in resources}, Vocabulary(enumerations))
    made = StrictBlueprint("imports", __name__, url_prefix="/v1", description="Imports of files")
    takes = {"streams": True, "takes": tuple(FORMATS), "status": 200}
    declare(
        made,
        "/imports",
        "POST",
        "import_records",
        Permission.IMPORTS_CREATE,
        _importer(register),
        summary="Make and change records by the rows of a file, or say what that would do",
        query=whole_query(register.writable),
        returns=ImportReportSchema,
        facts={**takes, "headers": (PREFER,), "later": True},
    )
    declare(
        made,
        "/imports/<uuid:importId>",
        "GET",
        "read_import",
        Permission.TASKS_READ,
        read_import,
        summary="Read what became of the rows of a file that was imported as a task",
        returns=ImportReportSchema,
    )
    declare(
        made,
        "/imports/<uuid:importId>/corrections",
        "GET",
        "read_import_corrections",
        Permission.TASKS_READ,
        read_corrections,
        summary="Download the rows that were refused, to put right and send again",
        returns=ImportReportSchema,
        offers=(Representation(table.CSV, _write_example), Representation(table.XLSX, _write_example)),
        facts={"alone": True},
    )
    declare(
        made,
        "/imports/corrections",
        "POST",
        "list_import_corrections",
        Permission.IMPORTS_CREATE,
        _corrector(register),
        summary="Show the rows of a file that could not be taken, with what is wrong, to put right and send again",
        query=import_query(register.writable),
        returns=ImportReportSchema,
        offers=(Representation(table.CSV, _write_example), Representation(table.XLSX, _write_example)),
        facts={**takes, "alone": True, "safe": True},
    )
    declare(
        made,
        "/imports/templates/<collection>",
        "GET",
        "read_import_template",
        Permission.IMPORTS_CREATE,
        _templates(register),
        summary="Download a workbook to fill in with records of a collection",
        returns=ImportReportSchema,
        offers=(Representation(table.XLSX, _write_example),),
        facts={"alone": True},
    )
    return made


def _write_example(_subject: Subject, _documents: Any, out: BinaryIO) -> None:
    """Write what the contract shows of a file."""
    out.write(b"name;kind;importRow;importReason\r\n")


def _importer(register: Register) -> View:
    def view(query: dict[str, Any]) -> Response:
        with _received() as (file, digest):
            order = _order(query, dry_run=query["dryRun"], all_or_nothing=query["allOrNothing"])
            if preferred() or count_of(file, order.manner, MOST_ROWS + 1) > MOST_ROWS:
                return once(lambda session: _asked_for(session, register, order, file), sent=digest)

            def work(session: Session) -> Response:
                done = carry_out(session, caller(), register, order, file)
                body = orjson.dumps(document(order, done.asked, done.report, spoken()))
                return label(reply(body, tag(body)))

            if order.dry_run:
                given_key()  # it keeps nothing, and yet has to be one
                return visit().rehearse(work)
            return once(work, sent=digest)

    return view


def _asked_for(session: Session, register: Register, order: Order, file: BinaryIO) -> Response:
    """Ask for an import that takes long; what is wrong with all of the file is said now."""
    opened(session, caller(), register, order, file)
    task = ask(session, caller(), "import", wanted_of(order), spoken())
    files().receive(task.id, file)
    return accepted(session, task)


def read_import(**ids: UUID) -> Response:
    """Return the report on an import that is done."""
    return sent(result_of(ids["importId"], "import"), RESULT, "application/json")


def read_corrections(**ids: UUID) -> Response:
    """Return the refused rows of an import that is done."""
    wanted = chosen()
    assert wanted  # noqa: S101 (no other format is offered)
    row = result_of(ids["importId"], "import")
    name = f"import-corrections.{wanted.format.extension}"
    return sent(row, f"{CORRECTIONS}{wanted.format.name}", wanted.format.content_type, name)


def _corrector(register: Register) -> View:
    def view(query: dict[str, Any]) -> Response:
        wanted = chosen()
        assert wanted  # noqa: S101 (no other format is offered)
        with _received() as (file, _):
            order = _order(query, dry_run=True)
            if count_of(file, order.manner, MOST_ROWS + 1) > MOST_ROWS:
                raise PayloadTooLarge(
                    say(
                        "A request looks at no more than {most} rows. Import the file as a task, and fetch the"
                        " corrections from there.",
                        most=MOST_ROWS,
                    )
                )
            done = visit().rehearse(lambda session: carry_out(session, caller(), register, order, file))
            end_visit()
            faults = faults_of([piece(order, done.report, spoken())])
            lines = corrections(file, order.manner, faults, spoken())
            return _file(partial(WRITERS[wanted.format.name], lines), wanted, f"{order.resource}-corrections")

    return view


def _templates(register: Register) -> View:
    def view(collection: str) -> Response:
        wanted = chosen()
        assert wanted  # noqa: S101 (no other format is offered)
        if collection not in register.writable:
            raise not_found()
        write = partial(write_template, register.resources[collection], register.vocabulary, spoken())
        return _file(write, wanted, collection)

    return view


def _file(write: Callable[[BinaryIO], None], wanted: Representation, name: str) -> Response:
    out = BytesIO()
    write(out)
    body = out.getvalue()
    response = reply(body, tag(body), kind=wanted.format.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{wanted.format.extension}"'
    return label(response)


@contextmanager
def _received() -> Iterator[tuple[BinaryIO, bytes]]:
    """Give the file of this request and its digest; nothing is held while it arrives."""
    if request.mimetype not in FORMATS:
        types = ", ".join(FORMATS)
        raise UnsupportedMediaType(say("Send the file as: {types}.", types=types), headers={"Accept": types})
    end_visit()
    with room(), TemporaryFile() as file:
        digest, size = sha256(request.mimetype.encode()), 0
        for block in blocks():
            size += len(block)
            if size > LARGEST * LARGEST_BODY:
                raise too_large(LARGEST)
            digest.update(block)
            file.write(block)
        with turn():
            come_back()
            yield file, digest.digest()


def _order(query: Mapping[str, Any], *, dry_run: bool, all_or_nothing: bool = False) -> Order:
    between = query.get("delimiter")
    manner = Manner(
        FORMATS[request.mimetype],
        query.get("encoding"),
        "\t" if between == TAB else between,
        query["dayFirst"],
        dict(map(_column, query.get("column", ()))),
    )
    return Order(query["resource"], manner, query.get("parent"), dry_run, all_or_nothing)


def _column(text: str) -> tuple[str, str]:
    heading, between, name = text.rpartition("=")
    if not between:
        raise BadRequest.at("query", "column", say("Give a heading, =, and the name of a column."))
    return heading, name.strip()
