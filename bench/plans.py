"""How PostgreSQL answers our finished statements: the plan, what it expects it to cost, and what it read."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

import psycopg

from bench.data.clients import KEY
from bench.database import Register
from bench.servers import BASE
from stedenband.app import RESOURCES
from stedenband.core.db import ENTER, TIME_OUTS
from stedenband.core.roles import API
from stedenband.web.paging import DEFAULT_SIZE, read, steps_of
from stedenband.web.statements import Shape as ListShape
from stedenband.web.statements import Statements

NAMED = {resource.name: resource for resource in RESOURCES}
NO_FILTER = ("after", "pageSize")
GROW = """
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname::text,
    'relpages', relpages, 'reltuples', (reltuples * {factor})::real, 'relallvisible', relallvisible)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND reltuples > 0
"""
"""The planner reckons rows per page times the pages there are: with more rows per page it believes in more rows."""


@dataclass(frozen=True)
class Plan:
    """A plan: its expected cost, and how it reaches each table."""

    cost: float
    reads: tuple[str, ...]

    @property
    def scans_all(self) -> list[str]:
        """The tables that it would read from end to end."""
        return [each.removeprefix("Seq Scan ") for each in self.reads if each.startswith("Seq Scan")]


def explained(register: Register, path: str, options: str = "FORMAT JSON") -> Plan:
    """Explain the statement behind a path of the API, as the caller of the benchmark."""
    statement, values = statement_of(path)
    with psycopg.connect(
        register.url(API), autocommit=True, options=TIME_OUTS, cursor_factory=psycopg.ClientCursor
    ) as api:
        api.execute(ENTER, [KEY[3:15], sha256(KEY.encode()).digest()])
        row = api.execute(f"EXPLAIN ({options}) {statement}".encode(), values).fetchone()
    assert row is not None  # noqa: S101 (EXPLAIN always answers)
    root = row[0][0]["Plan"]
    return Plan(root["Total Cost"], tuple(sorted(set(_reads(root)))))


def statement_of(path: str) -> tuple[str, dict[str, Any]]:
    """Return the finished statement of a list or a single record, and its values."""
    address, _, query = path.removeprefix("/v1/").partition("?")
    name, _, key = address.partition("/")
    resource = NAMED[name]
    made = Statements(resource, f"{BASE}/v1")
    if key:
        return made.read(), {"id": key}
    pairs = dict(parse_qsl(query))
    steps = steps_of(resource, ())
    cursor = read(pairs["after"], resource, (), steps) if "after" in pairs else None
    filters = {each: value for each, value in pairs.items() if each not in NO_FILTER}
    values: dict[str, Any] = {
        each: [value] if resource.filter_named[each].many else value for each, value in filters.items()
    }
    values |= {f"after_{index}": value for index, value in enumerate(cursor.values)} if cursor else {}
    size = int(pairs.get("pageSize", DEFAULT_SIZE))
    return made.list(ListShape(size + 1, tuple(sorted(filters)), steps, cursor.nulls if cursor else None)), {
        **values,
        "lang": None,
    }


def _reads(node: dict[str, Any]) -> Iterator[str]:
    """Yield how each table below a node is reached."""
    if "Relation Name" in node:
        yield f"{node['Node Type']} {node['Relation Name']}"
    for child in node.get("Plans", ()):
        yield from _reads(child)


def believe(register: Register, factor: float) -> None:
    """Let the planner believe that every table has `factor` times the rows it has."""
    register.run(GROW.format(factor=factor))
