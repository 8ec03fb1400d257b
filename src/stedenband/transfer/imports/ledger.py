"""What a city's imports are remembered by, asked for and written within the transaction of an import."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.db import asked, told
from stedenband.core.finished import finished
from stedenband.transfer.imports.headings import folded
from stedenband.web.resource import Resource


def digest_of(document: Mapping[str, Any], parent: UUID | None) -> bytes:
    """Return what tells a new row from every other: what it says, and below which record."""
    return sha256(orjson.dumps([str(parent), document], option=orjson.OPT_SORT_KEYS)).digest()


MADE = """
SELECT hash, record_id FROM imported_row
WHERE city_id = %(city)s AND resource = %(resource)s AND hash = ANY(%(hashes)s)
"""
NOTE = """
INSERT INTO imported_row (city_id, resource, hash, record_id)
SELECT %(city)s, %(resource)s, hash, record_id
FROM unnest(%(hashes)s::bytea[], %(records)s::uuid[]) made (hash, record_id)
ON CONFLICT (city_id, resource, hash)
DO UPDATE SET record_id = excluded.record_id, imported_at = excluded.imported_at
"""
HEADINGS = "SELECT heading, name FROM import_heading WHERE city_id = %(city)s AND resource = %(resource)s"
REMEMBER = """
INSERT INTO import_heading (city_id, resource, heading, name)
VALUES (%(city)s, %(resource)s, %(heading)s, %(name)s)
ON CONFLICT (city_id, resource, heading) DO UPDATE SET name = excluded.name
"""
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))"


class Ledger:
    """The rows and headings of one collection in the imports of the caller's city."""

    def __init__(self, session: Session, actor: Actor, resource: Resource) -> None:
        """Say whose they are."""
        self.session = session
        self.of = {"city": actor.city_id, "resource": resource.name}
        self.seen = _seen(resource)

    def alone(self) -> None:
        """Wait until no other import of this collection by this city goes on; it would make the same records."""
        asked(self.session, ALONE, {"name": f"import {self.of['city']} {self.of['resource']}"})

    def records_of(self, digests: Sequence[bytes]) -> dict[bytes, UUID]:
        """Return the record that each such row made, if it is still there for the caller; the others made none."""
        made = dict(asked(self.session, MADE, {**self.of, "hashes": list(digests)})) if digests else {}
        there = {key for (key,) in asked(self.session, self.seen, {"keys": list(made.values())})} if made else set()
        return {digest: key for digest, key in made.items() if key in there}

    def note(self, made: Mapping[bytes, UUID]) -> None:
        """Remember that rows made records."""
        if made:
            told(self.session, NOTE, {**self.of, "hashes": list(made), "records": list(made.values())})

    def headings(self) -> dict[str, str]:
        """Return the columns that the city's headings are."""
        return dict(asked(self.session, HEADINGS, self.of))

    def remember(self, headings: Mapping[str, str]) -> None:
        """Remember which column each heading is."""
        for heading, name in sorted({folded(heading): name for heading, name in headings.items()}.items()):
            told(self.session, REMEMBER, {**self.of, "heading": heading, "name": name})


@cache
def _seen(resource: Resource) -> str:
    """`keys` -> those of records that the caller sees."""
    key = resource.model.id
    return finished(select(key).where(key == func.any(bindparam("keys", type_=ARRAY(Uuid())))))
