"""What a city's imports are remembered by, asked for and written within the transaction of an import."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.transfer.imports.headings import folded
from stedenband.transfer.models import ImportedRow, ImportHeading
from stedenband.web.resource import Resource


def digest_of(document: Mapping[str, Any], parent: UUID | None) -> bytes:
    """Return what tells a new row from every other: what it says, and below which record."""
    return sha256(orjson.dumps([str(parent), document], option=orjson.OPT_SORT_KEYS)).digest()


class Ledger:
    """The rows and headings of one collection in the imports of the caller's city."""

    def __init__(self, session: Session, actor: Actor, resource: Resource) -> None:
        """Say whose they are."""
        self.session = session
        self.of = {"city_id": actor.city_id, "resource": resource.name}
        self.model = resource.model

    def alone(self) -> None:
        """Wait until no other import of this collection by this city goes on; it would make the same records."""
        name = f"import {self.of['city_id']} {self.of['resource']}"
        self.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

    def record_of(self, digest: bytes) -> UUID | None:
        """Return the record that such a row made, if it is still there for the caller; None: it made none."""
        made = select(ImportedRow.record_id).filter_by(**self.of, hash=digest)
        return self.session.scalar(select(self.model.id).where(self.model.id.in_(made)))

    def note(self, digest: bytes, key: UUID) -> None:
        """Remember that a row made a record."""
        row = insert(ImportedRow).values(**self.of, hash=digest, record_id=key)
        again = {"record_id": row.excluded.record_id, "imported_at": row.excluded.imported_at}
        self.session.execute(row.on_conflict_do_update(constraint="pk_imported_row", set_=again))

    def headings(self) -> dict[str, str]:
        """Return the columns that the city's headings are."""
        rows = self.session.execute(select(ImportHeading.heading, ImportHeading.name).filter_by(**self.of))
        return {heading: name for heading, name in rows}  # noqa: C416 (a row is no pair to the types)

    def remember(self, headings: Mapping[str, str]) -> None:
        """Remember which column each heading is."""
        for heading, name in sorted({folded(heading): name for heading, name in headings.items()}.items()):
            row = insert(ImportHeading).values(**self.of, heading=heading, name=name)
            self.session.execute(
                row.on_conflict_do_update(constraint="pk_import_heading", set_={"name": row.excluded.name})
            )
