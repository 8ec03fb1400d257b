"""Upload: a file that arrives in pieces over a bad line; its bytes so far are a file of its own in the store."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from stedenband.core.privacy import Category, Ground, Personal, Retention
from stedenband.core.records import NOW, Keyed, Record, plain
from stedenband.core.words import say

KEPT = "1 day"
"""How long an upload may take."""
UNDER_WAY = Personal(
    Category.AUDIT,
    say("People who send a file in pieces, and those whom it or its title names."),
    say("Going on with a file where the line broke off."),
    Retention("P1D", say("The beginning of the upload.")),
    (Ground.PUBLIC_TASK,),
)


class Upload(Keyed, Record):
    """An upload; only the client (and person) that began it knows of it. Its offset is the size of its file."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("length > 0", name="length"),
        plain("file_name", 200),
        Index("ix_upload_api_client_id", "api_client_id", "actor_id"),
        Index("ix_upload_expires_at", "expires_at"),
        {"info": {"impersonal": "created_at expires_at length media_type document_id"}},
    )

    api_client_id: Mapped[UUID] = mapped_column(
        ForeignKey("api_client.id", ondelete="CASCADE"), server_default=text("my_client()"), info=UNDER_WAY.tag
    )
    actor_id: Mapped[UUID] = mapped_column(
        server_default=text("COALESCE((setting('person'::text))::uuid, my_client())"), info=UNDER_WAY.tag
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(
        server_default=text(f"date_trunc('second', now() + interval '{KEPT}')")
    )
    length: Mapped[int] = mapped_column(BigInteger)
    file_name: Mapped[str | None] = mapped_column(info=UNDER_WAY.tag)
    media_type: Mapped[str | None]
    metadata_json: Mapped[str | None] = mapped_column(info=UNDER_WAY.tag)
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
