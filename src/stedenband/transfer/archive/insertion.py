"""The statements by which the rows of an archive come in: table by table, from a temporary table of JSON objects.

`arriving` holds the rows of one table; `arrived` the records of all tables so far, each by its id there and here.
"""

from collections.abc import Mapping
from json import dumps
from typing import Any
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from stedenband.core.refusal import Refusal
from stedenband.transfer.archive.manifest import rows_of
from stedenband.transfer.archive.rows import CITY
from stedenband.transfer.archive.tables import named_by, stored

SOME = 5
"""How many records are named where several are in the way."""
BEGIN = (
    "CREATE TEMPORARY TABLE arriving (line bigint GENERATED ALWAYS AS IDENTITY, said json NOT NULL) ON COMMIT DROP",
    """CREATE TEMPORARY TABLE arrived (name text, id uuid, here uuid NOT NULL, made boolean NOT NULL,
        PRIMARY KEY (name, id)) ON COMMIT DROP""",
)
ENROLL = text(
    "INSERT INTO arrived SELECT :name, id, id, true FROM (SELECT (said ->> 'id')::uuid AS id FROM arriving) r"
)
ENROLL_CITIES = text("""
    INSERT INTO arrived
    SELECT :name, r.id, coalesce(here.id, r.id), here.id IS NULL
    FROM arriving, json_populate_record(NULL::partner_city, said) r
    LEFT JOIN LATERAL (
        SELECT t.id FROM partner_city t
        WHERE r.id <> CAST(:city AS uuid) AND r.city_id IS NULL AND (t.id = r.id OR t.visibility = 'public' AND (
            t.nis_code = r.nis_code OR t.wikidata_id = r.wikidata_id OR t.geonames_id = r.geonames_id
            OR t.iati_identifier = r.iati_identifier))
        ORDER BY t.id = r.id DESC, t.city_id NULLS FIRST, t.id LIMIT 1
    ) here ON true
""")
"""Cities are those that are here already by their id or an identifier, but for the city itself and what it made."""
KEYS = text("SELECT key FROM arriving, json_object_keys(said) key WHERE key <> ALL (:columns) LIMIT 1")
KNOWN = text("SELECT count(*) FROM arrived WHERE NOT made")
FILES = text("""
    SELECT said ->> 'sha256' FROM arriving
    WHERE NOT coalesce(CAST(:files AS jsonb) -> (said ->> 'sha256') = to_jsonb((said ->> 'size')::bigint), false)
    LIMIT 1
""")
UNUSED = text("""
    SELECT key FROM jsonb_object_keys(CAST(:files AS jsonb)) key
    WHERE NOT EXISTS (SELECT FROM arriving WHERE said ->> 'sha256' = key) LIMIT 1
""")
NAME_FILE = text("""
    INSERT INTO stored_file (sha256, size) VALUES (:digest, :size)
    ON CONFLICT (sha256) DO UPDATE SET size = excluded.size
""")
"""A file that is here already is held until the end of the transaction, so that no sweep takes it."""


def begin(session: Session) -> None:
    """Make the temporary tables."""
    for statement in BEGIN:
        session.execute(text(statement))


def empty(session: Session) -> None:
    """Make room for the rows of the next table."""
    session.execute(text("TRUNCATE arriving"))


def check_form(session: Session, table: Table) -> None:
    """Refuse rows with what the table does not have."""
    unknown = session.scalar(KEYS, {"columns": [column.name for column in stored(table)]})
    if unknown is not None:
        raise Refusal(f"{rows_of(table.name)} has a property that its rows do not have: {unknown[:100]!r}.")


def enroll(session: Session, table: Table, city: str) -> None:
    """Write down which records arrive; refused when one of them is here already."""
    if "id" not in table.c:
        return
    session.execute(ENROLL_CITIES if table.name == CITY else ENROLL, {"name": table.name, "city": city})
    found = session.scalars(
        text(f"""
            SELECT t.id FROM "{table.name}" t JOIN arrived a ON a.id = t.id AND a.name = :name AND a.made
            ORDER BY t.id LIMIT {SOME + 1}
        """),  # noqa: S608 (a table of ours)
        {"name": table.name},
    ).all()
    if found:
        raise Refusal(f"This register has records of the archive already: {_named(table, found)}. Nothing was written.")


def _named(table: Table, found: Any) -> str:
    ids: list[UUID] = list(found[:SOME])
    more = " and more" if len(found) > SOME else ""
    return f"{table.name} {', '.join(map(str, ids))}{more}"


def check_references(session: Session, table: Table, city: str) -> None:
    """Refuse rows that name what the archive does not hold, and rows of others that are not shared."""
    for column in stored(table):
        target = named_by(column)
        if target and session.scalar(
            text(f"""
                SELECT EXISTS (SELECT FROM (SELECT (said ->> '{column.name}')::uuid AS named FROM arriving) r
                WHERE named IS NOT NULL
                    AND NOT EXISTS (SELECT FROM arrived a WHERE a.name = :target AND a.id = r.named))
            """),  # noqa: S608 (a column of ours)
            {"target": target},
        ):
            raise Refusal(f"{rows_of(table.name)} names in {column.name} what {rows_of(target)} does not hold.")
    if (
        "visibility" in table.c
        and table.name != CITY
        and session.scalar(
            text("""
            SELECT EXISTS (SELECT FROM arriving WHERE said ->> 'visibility' = 'city'
                AND said ->> 'city_id' IS DISTINCT FROM :city)
        """),
            {"city": city},
        )
    ):
        raise Refusal(f"{rows_of(table.name)} has a row of another city that is not shared.")


def check_files(session: Session, files: Mapping[str, int]) -> None:
    """Refuse documents whose file the archive does not hold in that size, and files that are of no document."""
    told = {"files": dumps(files)}
    missing = session.scalar(FILES, told)
    if missing is not None:
        raise Refusal(f"The archive has no documents/{missing[:64]} of the size that {rows_of('document')} says.")
    unused = session.scalar(UNUSED, told)
    if unused is not None:
        raise Refusal(f"The archive has documents/{unused}, which no document has.")


def name_file(session: Session, digest: str, size: int) -> None:
    """Give a file its row."""
    session.execute(NAME_FILE, {"digest": digest, "size": size})


def insert(session: Session, table: Table) -> int:
    """Write the rows that arrive, with the cities that are here; return how many."""
    columns = [column.name for column in stored(table)]
    values = [
        f"(SELECT here FROM arrived a WHERE a.name = '{CITY}' AND a.id = r.\"{column.name}\")"  # noqa: S608
        if named_by(column) == CITY
        else f'r."{column.name}"'
        for column in stored(table)
    ]
    listed = ", ".join(f'"{name}"' for name in columns)
    key = {CITY: "id", "partner_city_language": "partner_city_id"}.get(table.name)
    new = f"WHERE EXISTS (SELECT FROM arrived a WHERE a.name = '{CITY}' AND a.id = r.{key} AND a.made)" if key else ""
    done: Any = session.execute(
        text(f"""
            INSERT INTO "{table.name}" ({listed}) SELECT {", ".join(values)}
            FROM arriving, json_populate_record(NULL::"{table.name}", said) r {new} ORDER BY line
        """)  # noqa: S608 (tables and columns of ours)
    )
    return int(done.rowcount)


def known_cities(session: Session) -> int:
    """Return how many cities were here already."""
    return int(session.scalar(KNOWN) or 0)
