"""Records that their rules make one after another, and that go to the database as one statement for each table.

A rule that makes a record calls `stedenband.core.parts`, which keeps the record here while others are made beside it.
The statement is the INSERT that a single record gets, of many: policies, checks and triggers see each row of it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column
from sqlalchemy.orm import Session

from stedenband.core.db import asked
from stedenband.core.records import Record

TOGETHER = "together"
KEYS = "SELECT uuidv7() FROM generate_series(1, %(count)s)"
INSERT = """
WITH made AS (
    INSERT INTO {table} ({columns}) SELECT {values} FROM json_populate_recordset(NULL::{table}, %(rows)s::json)
    RETURNING {key}
) SELECT count(*) FROM made
"""
"""As JSON, not by COPY: that takes no table with row policies, and one to hold the rows would be written twice."""


class Together:
    """What is made while this is open: records with their parts, in their order, and what they were found to refer to.

    The keys are those that the database would give: UUIDv7 of its own, one for each record.
    """

    def __init__(self, keys: Iterable[UUID]) -> None:
        """Keep the keys of records to come."""
        self.keys = iter(keys)
        self.rows: list[Record] = []
        self.seen: set[tuple[Any, object]] = set()

    def keep(self, row: Any) -> None:
        """Give a new record its key, and hold it back."""
        row.id = next(self.keys)
        self.rows.append(row)


@contextmanager
def together(session: Session, count: int) -> Iterator[Together]:
    """Hold back the records that rules make within the block, at most `count`, but for their parts."""
    made = Together(key for (key,) in asked(session, KEYS, {"count": count}))
    session.info[TOGETHER] = made
    try:
        yield made
    finally:
        del session.info[TOGETHER]


def held_back(session: Session) -> Together | None:
    """Return what holds new records back now, if anything does."""
    return session.info.get(TOGETHER)


def send(session: Session, rows: Iterable[Record]) -> None:
    """Insert records and their parts, what others refer to first."""
    kinds: dict[type[Record], list[dict[str, Any]]] = {}
    for row in rows:
        kinds.setdefault(type(row), []).append(_values(row))
    for kind in sorted(kinds, key=_place):
        names = tuple(sorted({name for values in kinds[kind] for name in values}))
        asked(session, _insert(kind, names), {"rows": orjson.dumps(kinds[kind]).decode()})


def _values(row: Record) -> dict[str, Any]:
    """Return the columns of a record that are not empty; the others get what the table gives them."""
    held = row.__dict__
    return {column: held[name] for name, column in _columns(type(row)) if held.get(name) is not None}


@cache
def _columns(kind: type[Record]) -> tuple[tuple[str, str], ...]:
    """Return each attribute with its column."""
    return tuple(
        (each.key, column.name)
        for each in kind.__mapper__.column_attrs
        for column in each.columns
        if isinstance(column, Column)
    )


@cache
def _place(kind: type[Record]) -> int:
    return Record.metadata.sorted_tables.index(kind.__table__)  # type: ignore[arg-type]


@cache
def _insert(kind: type[Record], names: tuple[str, ...]) -> str:
    """`rows` (JSON) -> how many were inserted; RETURNING, so that what the caller may not see is not made, as ever."""
    table: Any = kind.__table__
    return INSERT.format(
        table=table.name,
        columns=", ".join(names),
        values=", ".join(_value(table.c[name]) for name in names),
        key=next(iter(table.primary_key)).name,
    )


def _value(column: Any) -> str:
    default = column.server_default
    return f"coalesce({column.name}, {default.arg.text})" if default is not None else str(column.name)
