"""The tables that the web layer needs: first replies kept by idempotency key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from stedenband.core.privacy import REPLY
from stedenband.core.records import NOW, Record


class IdempotencyKey(Record):
    """The first 2xx reply to a request with this key; stored in the transaction of the write, for 24 hours."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        Index("ix_idempotency_key_api_client_id_created_at", "api_client_id", "created_at"),
        {"info": {"impersonal": "key created_at request_hash status location etag"}},
    )

    api_client_id: Mapped[UUID] = mapped_column(
        ForeignKey("api_client.id", ondelete="CASCADE"), primary_key=True, info=REPLY.tag
    )
    actor_id: Mapped[UUID] = mapped_column(
        primary_key=True, server_default=text("COALESCE((setting('person'::text))::uuid, my_client())"), info=REPLY.tag
    )
    """The person who acts, with OIDC; else the client itself."""
    key: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    request_hash: Mapped[bytes]
    status: Mapped[int]
    location: Mapped[str | None]
    etag: Mapped[str | None]
    body: Mapped[str | None] = mapped_column(info=REPLY.tag)
