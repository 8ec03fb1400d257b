"""A fingerprint of everything that is stored, to tell whether a request left a trace."""

from typing import Any

import psycopg

from stedenband.core.records import Record

TABLES = tuple(sorted(Record.metadata.tables))
VERSIONED = {table.name for table in Record.metadata.tables.values() if "version" in table.c}
STATE = "SELECT (SELECT max(sequence) FROM change), " + ", ".join(
    f"(SELECT (count(*), {'sum(version)' if table in VERSIONED else '0'}) FROM {table})::text" for table in TABLES
)
"""Rows and versions of every table, and the last change: whatever is written moves one of them."""


def state_of(owner: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
    """Return the fingerprint, as the owner of the tables sees them."""
    return owner.execute(STATE).fetchall()
