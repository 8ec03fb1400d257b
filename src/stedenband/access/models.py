"""API clients and their keys. A key is stored as its SHA-256; the key itself is shown once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from stedenband.core.access import Role
from stedenband.core.privacy import AUDIT
from stedenband.core.records import NOW, Keyed, Record, Versioned, one_of, plain

ROLES = tuple(role.value for role in Role if role is not Role.PUBLIC)
STATUSES = ("active", "suspended")
KINDS = ("key", "oidc")
"""How a client is recognized: by its keys, or by tokens of the issuer, each of which also names a person."""


class ApiClient(Versioned, Record):
    """A person or system of one city that calls the API in one role."""

    __tablename__ = "api_client"
    __table_args__ = (
        plain("name", 100),
        one_of("role", ROLES),
        one_of("status", STATUSES),
        one_of("kind", KINDS),
        CheckConstraint("(kind = 'oidc') = (issuer IS NOT NULL)", name="issuer"),
        Index("uq_api_client_issuer_city_id_role", "issuer", "city_id", "role", unique=True),
        Index("ix_api_client_search", "search", postgresql_using="gin"),
        {"info": {"impersonal": "city_id role status kind issuer"}},
    )

    city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"), index=True)
    name: Mapped[str] = mapped_column(info=AUDIT.tag)
    role: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'active'"))
    kind: Mapped[str] = mapped_column(server_default=text("'key'"))
    issuer: Mapped[str | None]
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("words_of(name, NULL)", persisted=True), deferred=True, info=AUDIT.tag
    )

    city: Mapped["PartnerCity"] = relationship("PartnerCity", lazy="raise", viewonly=True)  # type: ignore[name-defined] # noqa: F821 (named by string: it lives above)
    keys: Mapped[list["ApiKey"]] = relationship(lazy="raise", order_by="ApiKey.id", passive_deletes="all")


class ApiKey(Keyed, Record):
    """A key of a client: recognized by its prefix, proven by its hash."""

    __tablename__ = "api_key"
    __table_args__ = (
        Index("uq_api_key_prefix", "prefix", unique=True),
        {"info": {"impersonal": "api_client_id prefix hash scopes created_at expires_at revoked_at"}},
    )

    api_client_id: Mapped[UUID] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"), index=True)
    prefix: Mapped[str]
    hash: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None] = mapped_column(info=AUDIT.tag)
