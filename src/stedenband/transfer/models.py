"""What a city's imports are remembered by: rows that became records, and which column a heading is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from stedenband.core.privacy import IMPERSONAL
from stedenband.core.records import NOW, Record, plain


class ImportedRow(Record):
    """A row that made a record: by the SHA-256 of what it said, so that the same row sent again makes no other.

    When a person is erased, the rows that made its records are forgotten (migration 0042).
    """

    __tablename__ = "imported_row"
    __table_args__ = (
        Index("ix_imported_row_record_id", "record_id"),
        {"info": {"impersonal": "resource hash record_id imported_at"}},
    )

    city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), primary_key=True, info=IMPERSONAL)
    resource: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(primary_key=True)
    record_id: Mapped[UUID]
    imported_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ImportHeading(Record):
    """Which column a heading is in the files of a city; an empty name leaves it out."""

    __tablename__ = "import_heading"
    __table_args__ = (
        plain("heading", 200),
        CheckConstraint("char_length(name) <= 200", name="name"),
        {"info": {"impersonal": "resource heading name"}},
    )

    city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), primary_key=True, info=IMPERSONAL)
    resource: Mapped[str] = mapped_column(primary_key=True)
    heading: Mapped[str] = mapped_column(primary_key=True)
    """Without case, accents and what stands between words."""
    name: Mapped[str]
