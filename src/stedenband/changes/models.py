"""The record of change, written by triggers only: one row per transaction and record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from stedenband.core.privacy import AUDIT
from stedenband.core.records import NOW, Record, one_of

OPERATIONS = ("created", "updated", "withdrawn", "deleted")
GONE = "visibility = 'link' AND audience_city_id IS NULL AND (operation = 'deleted' OR withdrawn)"
"""Entries of a link that tell its members to forget a record; told again to one that leaves (`tell_leavers`)."""


class Change(Record):
    """What one transaction did to one record; `fields` maps a column to `[old, new]`, or to null if personal.

    A `withdrawn` row is for the audience that lost the record: whoever saw `visibility` and does not see `remaining`,
    or the one city that left the link.
    """

    __tablename__ = "change"
    __table_args__ = (
        one_of("operation", OPERATIONS),
        UniqueConstraint(
            "record_id",
            "transaction_id",
            "withdrawn",
            "audience_city_id",
            name="uq_change_record_id",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_change_transaction_id_sequence", "transaction_id", "sequence"),
        Index("ix_change_record_id_sequence", "record_id", "sequence"),
        Index("ix_change_gone", "city_link_id", postgresql_where=text(GONE)),
        {
            "info": {
                "impersonal": "sequence transaction_id changed_at operation withdrawn table_name record_id parent_id"
                " version fields city_id city_link_id visibility previous_visibility remaining audience_city_id"
            }
        },
    )

    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    api_client_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    person_id: Mapped[UUID | None] = mapped_column(
        server_default=text("(setting('person'::text))::uuid"), info=AUDIT.tag
    )
    actor_name: Mapped[str | None] = mapped_column(info=AUDIT.tag)
    operation: Mapped[str]
    withdrawn: Mapped[bool] = mapped_column(server_default=text("false"))
    table_name: Mapped[str]
    record_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    version: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    city_id: Mapped[UUID | None]
    city_link_id: Mapped[UUID | None]
    visibility: Mapped[str]
    previous_visibility: Mapped[str | None]
    remaining: Mapped[str | None]
    audience_city_id: Mapped[UUID | None]


class ChangeEpoch(Record):
    """The epoch that cursors of the feed name; a logical restore starts a new one."""

    __tablename__ = "change_epoch"
    __table_args__ = ({"info": {"impersonal": "epoch started_at"}},)

    epoch: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    started_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ChangeSeal(Record):
    """A seal: the digest of the seal before it and of all entries that it is the first to hold.

    Every entry of a transaction before `horizon` is in this seal or in one before it, as long as `epoch` lasts.
    """

    __tablename__ = "change_seal"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("changes > 0", name="changes"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        {"info": {"impersonal": "number epoch horizon changes digest sealed_at"}},
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[UUID]
    horizon: Mapped[int] = mapped_column(BigInteger)
    changes: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes]
    sealed_at: Mapped[datetime] = mapped_column(server_default=NOW)


class SealedChange(Record):
    """An entry as it was sealed: its digest tells which one was altered."""

    __tablename__ = "sealed_change"
    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        Index("ix_sealed_change_seal", "seal", "sequence"),
        {"info": {"impersonal": "sequence seal digest"}},
    )

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seal: Mapped[int] = mapped_column(ForeignKey("change_seal.number"))
    digest: Mapped[bytes]
