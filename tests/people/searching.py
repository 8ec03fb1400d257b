"""Looking for a person: in what pg_dump writes of the whole database, and in everything that anybody is told."""

import json
import subprocess
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote

import psycopg
from python_calamine import CalamineWorkbook

from stedenband.access.models import ROLES
from stedenband.app import RESOURCES
from stedenband.core.cluster import bundled
from tests.builders import OWN, PARTNER, STRANGER, Api, World
from tests.people.erasing import EMAIL, FAMILY, FUNCTION, GIVEN, NAME, PHONE, VALUES
from tests.people.people import CONTACTS

LEXEMES = "SELECT lexeme FROM unnest(tsvector_to_array(words_of(%s, NULL))) lexeme WHERE char_length(lexeme) > 5"
FORMATS = ("csv", "csvComma", "ndjson", "vcard", "xlsx")


def dump(world: World) -> str:
    """Return the database as pg_dump writes it: schema and data, as plain text."""
    command = [str(bundled() / "pg_dump"), f"--dbname={world.database.superuser_url}", "--format=plain"]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Give every line of a dump with the table whose row it is; none: the schema."""
    table = ""
    for line in text.splitlines():
        if line.startswith("COPY "):
            table = line.split()[1].removeprefix("public.")
        elif line == "\\.":
            table = ""
        yield table, line.lower()


def forms(world: World, value: str) -> set[str]:
    """Return a value as it may stand somewhere: plain, folded, escaped, encoded, and as the words of a search index."""
    with psycopg.connect(world.database.superuser_url) as connection:
        (folded,) = connection.execute("SELECT fold(%s)", [value]).fetchone() or ("",)
        words = connection.execute(LEXEMES, [value]).fetchall() if value in {GIVEN, FAMILY, FUNCTION} else []
    plain = {value, folded, json.dumps(value)[1:-1], quote(value), value.encode().hex(), value.replace("\\", "\\\\")}
    return {form.lower() for form in plain | {f"'{lexeme}'" for (lexeme,) in words}}


def found_in_a_dump(world: World) -> set[tuple[str, str]]:
    """Return in which tables which of the person's values stand in any form."""
    wanted = {form: value for value in VALUES for form in forms(world, value)}
    return {(table, value) for table, line in blocks(dump(world)) for form, value in wanted.items() if form in line}


def callers(world: World) -> Iterator[Api]:
    """Give everyone who may ask."""
    yield world.api()
    for city in (OWN, PARTNER, STRANGER):
        for role in ROLES:
            yield world.api(city, role)


def told(world: World, contact: str) -> Iterator[tuple[str, str]]:
    """Give all that anybody is told about anything: every collection, in every format for some, records and histories."""
    link = f"/v1/cityLinks/{world.links['public']}"
    collections = [f"/v1/{each.name}" for each in RESOURCES if not each.parent] + [f"{link}/agreements", "/v1/changes"]
    record = f"{CONTACTS}/{contact}"
    singles = (record, f"{record}/history", f"{record}?format=vcard", link, f"{link}/history")
    for api in callers(world):
        for path in (*collections, *singles):
            yield path, api.get(path).text
    for api in (world.api(), world.api(OWN), world.api(OWN, "admin"), world.api(PARTNER, "partner")):
        for path in (f"{path}?format={name}" for path in collections for name in FORMATS):
            reply = api.get(path)
            binary = reply.status_code == 200 and path.endswith("xlsx")
            yield path, cells(reply.data) if binary else reply.text


def cells(workbook: bytes) -> str:
    """Return all that stands in a spreadsheet, as another library reads it."""
    book = CalamineWorkbook.from_filelike(BytesIO(workbook))
    sheets = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    return "\n".join(str(cell) for sheet in sheets for row in sheet for cell in row)


def found_by_words(world: World) -> set[str]:
    """Return where anybody finds a record by a word of the person's: with `q`, in the search, in a question."""
    searched = [f"/v1/{each.name}" for each in RESOURCES if "q" in each.filter_named and not each.parent]
    searched.append(f"/v1/cityLinks/{world.links['public']}/agreements")
    questions = ({"q": FAMILY}, {"q": GIVEN}, {"q": FUNCTION}, {"name": NAME}, {"email": EMAIL}, {"phone": PHONE})
    found = set()
    for api in callers(world):
        for word in (GIVEN, FAMILY, FUNCTION):
            found |= {path for path in searched if api.get(f"{path}?q={quote(word)}").json.get("items")}
            found |= {"/v1/search"} if api.get(f"/v1/search?q={quote(word)}").json.get("groups") else set()
        for question in questions:
            found |= {str(question)} if api.post(f"{CONTACTS}/query", question).json.get("items") else set()
    return found


def leaked(world: World, contact: str) -> set[tuple[str, str]]:
    """Return what anybody is told of the person, and where."""
    written = {value: {value, json.dumps(value)[1:-1]} for value in VALUES}
    return {
        (path, value)
        for path, text in told(world, contact)
        for value, looks in written.items()
        if any(look in text for look in looks)
    }
