"""What the peers share: their settings, keys, versions, and how a document becomes a line of CSV."""

import csv
import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from io import StringIO
from typing import Any

DATABASE_URL = os.environ.get("BENCH_DATABASE_URL", "")
BASE = os.environ.get("BENCH_BASE", "http://127.0.0.1:8000/v1")
"""What stands before every path in a link, the same for all, whatever port they listen on."""
CHUNK = 1000
"""Rows that an export fetches at once."""


def presented(authorization: str | None) -> tuple[str, bytes] | None:
    """Return the prefix and hash of a key, None for what is none."""
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key.startswith("sb_"):
        return None
    return key[3:15], sha256(key.encode()).digest()


def version_of(tag: str | None) -> int | None:
    """Return the version that If-Match or If-None-Match names."""
    head = (tag or "").removeprefix("W/").strip('"').partition("-")[0]
    return int(head) if head.isdigit() else None


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """Return what tells a repeated request from another with the same idempotency key."""
    return sha256(f"{method} {path}\n".encode() + body).digest()


COLUMNS = tuple(
    tuple(name.split("."))
    for name in [
        "id",
        "createdAt",
        "updatedAt",
        "publishedAt",
        "version",
        "href",
        "owner.id",
        "owner.title",
        "name",
        "names.nl",
        "names.fr",
        "names.en",
        "names.*",
        "countryCode",
        "subdivision",
        "location.latitude",
        "location.longitude",
        "population.value",
        "population.year",
        "timezone",
        "languages",
        "website",
        "identifiers.wikidataId",
        "identifiers.geonamesId",
        "identifiers.nisCode",
        "identifiers.enterpriseNumber",
        "identifiers.iatiIdentifier",
        "travelRules.trainBelowKm",
        "travelRules.blockingWarnings",
        "visibility",
    ]
)
"""The columns of a partner city in CSV."""


def line(cells: Iterable[Any]) -> str:
    """Return a line of CSV."""
    out = StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def header() -> str:
    """Return the line of names."""
    return line(".".join(steps) for steps in COLUMNS)


def row(document: Mapping[str, Any]) -> str:
    """Return the line of a partner city."""
    return line([_cell(document, steps) for steps in COLUMNS])


def _cell(document: Mapping[str, Any], steps: tuple[str, ...]) -> Any:
    value: Any = document
    for step in steps:
        value = value.get(step) if value else None
    return "|".join(value) if isinstance(value, list) else value
