"""Files that are imported by the rules themselves, and exports to make them of."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from stedenband.app import CODE_LISTS, RESOURCES
from stedenband.core.db import Database, PresentedKey
from stedenband.transfer.imports.files import Manner, asked_for
from stedenband.transfer.imports.order import Register
from stedenband.transfer.imports.outcome import Report
from stedenband.transfer.imports.run import Import
from stedenband.transfer.imports.words import Vocabulary
from stedenband.web.resource import Resource
from tests.builders import OWN, World

BY_NAME = {resource.name: resource for resource in RESOURCES}
VOCABULARY = Vocabulary(CODE_LISTS)
WRITABLE = Register(BY_NAME, VOCABULARY).writable
CSV, XLSX, NDJSON = Manner("csv"), Manner("xlsx"), Manner("ndjson")


def take_in(  # noqa: PLR0913 (as an import has it)
    world: World,
    name: str,
    data: bytes,
    manner: Manner = CSV,
    *,
    city: str = OWN,
    role: str = "coordinator",
    dry: bool = False,
    parent: UUID | None = None,
    scopes: frozenset[str] | None = None,
    resource: Resource | None = None,
) -> Report:
    """Import a file into a collection as a client of a city; `resource`: into one that is like it."""
    database: Database = world.app.extensions["stedenband.database"]
    with database.visit(PresentedKey(*world.credential(city, role))) as visit:
        actor = visit.actor
        assert actor
        actor = replace(actor, scopes=scopes)
        into = resource or BY_NAME[name]

        def work(session: Session) -> Report:
            asked = asked_for(into, VOCABULARY, BytesIO(data), manner)
            return Import(session, actor, into, BY_NAME, parent=parent, read=asked.read).run(asked.rows)

        return visit.rehearse(work) if dry else visit.write(work)


def exports(world: World, name: str, form: str, role: str = "coordinator") -> list[bytes]:
    """Return the exports of a collection; of one below others, that of each."""
    api, parent = world.api(OWN, role), BY_NAME[name].parent
    paths = [f"/v1/{name}"]
    if parent:
        above = api.get(f"/v1/{parent.name}?pageSize=200").json["items"]
        paths = [f"/v1/{parent.name}/{each['id']}/{name}" for each in above]
    replies = [api.get(f"{path}?format={form}") for path in paths]
    assert {reply.status_code for reply in replies} == {200}
    return [reply.data for reply in replies]


def rows_of(data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file by heading."""
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig")), delimiter=";"))


def csv_of(rows: Sequence[Mapping[str, Any]], delimiter: str = ";") -> bytes:
    """Return rows as CSV, with the headings of the first."""
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def sheet_of(data: bytes) -> list[list[Any]]:
    """Return the cells of the first sheet of a workbook, as another library reads them."""
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


def workbook_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return rows as XLSX, as a spreadsheet saves them: with shared texts, days as days."""
    out = BytesIO()
    options: dict[str, Any] = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with Workbook(out, {**options, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        sheet = book.add_worksheet("Rows")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()
