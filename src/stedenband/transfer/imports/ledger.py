"""What a city's imports are remembered by, asked for and written within the transaction of an import."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.db import asked, told
from stedenband.core.finished import finished
from stedenband.transfer.imports.headings import folded
from stedenband.web.resource import Resource


def digest_of(document: Mapping[str, Any], parent: UUID | None) -> bytes:
    """Return what tells a new row from every other: what it says, and below which record."""
    return sha256(orjson.dumps([str(parent), document], option=orjson.OPT_SORT_KEYS)).digest()


MADE = "SELECT record_id FROM imported_row WHERE city_id = %(city)s AND resource = %(resource)s AND hash = %(hash)s"
NOTE = """
INSERT INTO imported_row (city_id, resource, hash, record_id)
VALUES (%(city)s, %(resource)s, %(hash)s, %(record)s)
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
        self.exists = _exists(resource)

    def alone(self) -> None:
        """Wait until no other import of this collection by this city goes on; it would make the same records."""
        asked(self.session, ALONE, {"name": f"import {self.of['city']} {self.of['resource']}"})

    def record_of(self, digest: bytes) -> UUID | None:
        """Return the record that such a row made, if it is still there for the caller; None: it made none."""
        made = asked(self.session, MADE, {**self.of, "hash": digest})
        there = asked(self.session, self.exists, {"id": made[0][0]}) if made else ()
        return made[0][0] if there else None

    def note(self, digest: bytes, key: UUID) -> None:
        """Remember that a row made a record."""
        told(self.session, NOTE, {**self.of, "hash": digest, "record": key})

    def headings(self) -> dict[str, str]:
        """Return the columns that the city's headings are."""
        return dict(asked(self.session, HEADINGS, self.of))

    def remember(self, headings: Mapping[str, str]) -> None:
        """Remember which column each heading is."""
        for heading, name in sorted({folded(heading): name for heading, name in headings.items()}.items()):
            told(self.session, REMEMBER, {**self.of, "heading": heading, "name": name})


@cache
def _exists(resource: Resource) -> str:
    key = resource.model.id
    return finished(select(literal(1)).where(key == bindparam("id", type_=key.type)))
