"""Fills a register by many short INSERT … SELECT on two connections, as its owner.

Row by row the triggers would take minutes: those of our own are switched off while the rows go in, and the record of
change gets afterwards, in one statement per table, the line that they would have written for each new record.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from types import ModuleType

import psycopg
from psycopg import sql

from bench.data import (
    agreements,
    cities,
    clients,
    contacts,
    delegations,
    documents,
    links,
    organizations,
    projects,
)
from bench.data.vocabulary import EPOCH, FUNCTIONS

DOMAINS: tuple[ModuleType, ...] = (
    cities,
    clients,
    links,
    agreements,
    organizations,
    contacts,
    projects,
    documents,
    delegations,
)
READ_BY_SHAPES: tuple[ModuleType, ...] = (cities, links, agreements, organizations)
"""What the shapes read that are measured at ten times the rows; the others would take a quarter of an hour to fill."""
AT_ONCE = 2
"""Connections, one per core of the machine that the benchmark is made for."""
STEP = 2_500
"""Records per statement."""
RECORD = """
INSERT INTO change (transaction_id, operation, table_name, record_id, version, fields, city_id, city_link_id, visibility)
SELECT pg_current_xact_id()::text::bigint, 'created', {name}, id, version,
    (SELECT jsonb_object_agg(key, CASE WHEN key = ANY ({personal}) THEN 'null' ELSE jsonb_build_array(NULL, value) END)
        FROM jsonb_each(row) WHERE value <> 'null'
        AND key NOT IN ('id', 'version', 'created_at', 'updated_at', 'name_sort', 'title_sort', 'search')),
    (row ->> 'city_id')::uuid,
    CASE WHEN {name} = 'city_link' THEN id ELSE (row ->> 'city_link_id')::uuid END,
    coalesce(row ->> 'visibility', 'admin')
FROM (SELECT r.id, r.version, to_jsonb(r) AS row FROM {table} r) made
WHERE NOT EXISTS (SELECT FROM change WHERE record_id = made.id)
"""
"""What the trigger `record_change` writes for a new row. Parts of a record (members, themes) are not in it."""


@dataclass(frozen=True)
class Part:
    """Some records of one domain, by number."""

    domain: ModuleType
    first: int
    last: int
    block: int

    def run(self, connection: psycopg.Connection) -> None:
        """Insert them and what belongs to them."""
        for statement in self.domain.STATEMENTS:
            numbered = statement.replace(":first", str(self.first)).replace(":last", str(self.last))
            connection.execute(numbered.replace(":epoch", EPOCH).replace(":block", str(self.block)).encode())


def parts(domain: ModuleType, before: float, scale: float) -> Iterator[Part]:
    """Cut what takes a domain from one scale to another into statements of a length that two connections can share."""
    first, last = int(domain.ROWS * before) + 1, int(domain.ROWS * scale)
    block = int(cities.ROWS * min(scale, 1))
    for start in range(first, last + 1, STEP):
        yield Part(domain, start, min(start + STEP - 1, last), block)


def fill(
    owner_url: str, scale: float, before: float = 0, domains: Sequence[ModuleType] = DOMAINS, *, record: bool = True
) -> None:
    """Bring the domains from scale `before` (0: none) to `scale`, ready to be measured; `record`: their changes too."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        tables = [
            name
            for (name,) in owner.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " AND relhastriggers AND relname <> 'alembic_version'"
            ).fetchall()
        ]
        for table in tables:
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        connections = local()

        def run(part: Part) -> None:
            if not hasattr(connections, "own"):
                connections.own = psycopg.connect(owner_url, options="-c synchronous_commit=off", autocommit=True)
                for function in FUNCTIONS:
                    connections.own.execute(function.encode())
            part.run(connections.own)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for domain in domains:
                list(pool.map(run, parts(domain, before, scale)))
        for table in tables:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
        for table, personal in recorded(owner) if record else ():
            owner.execute(
                sql.SQL(RECORD).format(
                    name=sql.Literal(table), table=sql.Identifier(table), personal=sql.Literal(personal)
                )
            )
        owner.execute("VACUUM (ANALYZE)")


def recorded(owner: psycopg.Connection) -> list[tuple[str, list[str]]]:
    """Return the tables with a record of change, and of each the columns whose values it does not keep."""
    triggers = owner.execute(
        "SELECT tgrelid::regclass::text, tgargs FROM pg_trigger WHERE tgfoid = 'record_change'::regproc ORDER BY 1"
    ).fetchall()
    return [(table, [each for each in arguments.decode().split("\0") if each]) for table, arguments in triggers]
