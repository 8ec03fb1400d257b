"""What is recorded of how personal data is handled: acts, grounds of transfers, and the countries that need none."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.privacy import AUDIT
from stedenband.core.records import Owned, Record, one_of, plain
from stedenband.core.words import say

ACT_KINDS = ("subjectAccess", "rectification", "erasure", "review", "retention", "transferGround")
ACT_REASONS = (
    "subjectRequest",
    "noLongerNecessary",
    "consentWithdrawn",
    "objection",
    "unlawful",
    "legalObligation",
    "inaccurate",
)
"""Why: asked by the person, or one of the grounds of art. 16, 17(1) and 21. Codes, as free text would hold names."""

FILE_NUMBER = "[A-Za-z0-9][A-Za-z0-9./_-]{0,63}"
"""The form of the file number under which the request is kept: no spaces, so that no name is written there."""

TRANSFER_KINDS = (
    "adequacyDecision",
    "bindingInstrument",
    "administrativeArrangement",
    "standardContractualClauses",
    "explicitConsent",
    "contract",
    "publicInterest",
    "legalClaims",
    "vitalInterests",
)
"""GDPR art. 45, art. 46(2)(a), 46(3)(b) and 46(2)(c), and the derogations of art. 49(1)(a), (b), (d), (e) and (f)."""

PROTECTIONS = ("eea", "adequacyDecision")
NEEDED = say(
    "The link has a member city outside the European Economic Area, in a country without an adequacy decision that"
    " covers public bodies. Record on which ground its personal data goes there, with POST /v1/transferGrounds."
)


class PrivacyAct(Owned, Record):
    """An act on somebody's data: what was done, to which record, why and by whom. Ids and counts, never a value."""

    __tablename__ = "privacy_act"
    __table_args__ = (
        one_of("kind", ACT_KINDS),
        one_of("reason", ACT_REASONS),
        CheckConstraint(f"file_number ~ '^{FILE_NUMBER}$'", name="file_number"),
        CheckConstraint("num_nonnulls(subject_table, subject_id) IN (0, 2)", name="subject"),
        CheckConstraint("jsonb_typeof(counts) = 'object'", name="counts"),
        one_of("visibility", ("city",)),
        Index("ix_privacy_act_subject_id", "subject_id"),
        Index("ix_privacy_act_city_id_created_at", "city_id", "created_at", "id"),
        Index("ix_privacy_act_search", "search", postgresql_using="gin"),
        {"info": {"impersonal": "kind reason file_number subject_table counts search"}},
    )

    kind: Mapped[str]
    reason: Mapped[str | None]
    file_number: Mapped[str | None]
    subject_table: Mapped[str | None]
    subject_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    api_client_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    actor_name: Mapped[str | None] = mapped_column(info=AUDIT.tag)
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("words_of(kind || ' ' || coalesce(file_number, ''), NULL)", persisted=True), deferred=True
    )

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")


class TransferGround(Owned, Record):
    """On which ground a city's personal data goes to a partner city outside the European Economic Area."""

    __tablename__ = "transfer_ground"
    __table_args__ = (
        one_of("kind", TRANSFER_KINDS),
        plain("reference", 200),
        CheckConstraint("valid_from BETWEEN '1900-01-01' AND '2200-12-31'", name="valid_from"),
        CheckConstraint("valid_to BETWEEN '1900-01-01' AND '2200-12-31'", name="valid_to_range"),
        CheckConstraint("valid_from <= valid_to", name="valid_to"),
        one_of("visibility", ("city",)),
        Index("ix_transfer_ground_partner_city_id", "partner_city_id", "city_id"),
        Index("ix_transfer_ground_city_id_valid_from", "city_id", "valid_from", "id"),
        Index("ix_transfer_ground_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "partner_city_id kind reference valid_from valid_to search",
                "rules": {
                    "transfer_ground_needed": {"field": "cityLink", "detail": NEEDED, "status": 409},
                    "ck_transfer_ground_valid_to": {
                        "field": "validTo",
                        "detail": say("A ground ends on or after the day it begins."),
                        "status": 400,
                    },
                    "ck_transfer_ground_valid_to_range": {
                        "field": "validTo",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                },
            }
        },
    )

    partner_city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id"))
    kind: Mapped[str]
    reference: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed("words_of(reference, NULL)", persisted=True), deferred=True)

    owner: Mapped["PartnerCity | None"] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys="TransferGround.city_id",
        primaryjoin="TransferGround.city_id == PartnerCity.id",
    )
    city: Mapped["PartnerCity"] = relationship(lazy="raise", foreign_keys="TransferGround.partner_city_id")


class StoppedTransfer(Record):
    """A transfer without a ground, of which the receiver was told in its feed; `tell_transfers` alone writes it."""

    __tablename__ = "stopped_transfer"
    __table_args__ = ({"info": {"impersonal": "city_id partner_city_id"}},)

    city_id: Mapped[UUID] = mapped_column(ForeignKey("partner_city.id", ondelete="CASCADE"), primary_key=True)
    partner_city_id: Mapped[UUID] = mapped_column(
        ForeignKey("partner_city.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ProtectedCountry(Record):
    """A country to which personal data goes without further ground: dated reference data, written by migrations."""

    __tablename__ = "protected_country"
    __table_args__ = (
        CheckConstraint("country_code ~ '^[A-Z]{2}$'", name="country_code"),
        one_of("protection", PROTECTIONS),
        plain("reference", 200),
        {"info": {"impersonal": "country_code protection valid_from valid_to reference"}},
    )

    country_code: Mapped[str] = mapped_column(primary_key=True)
    protection: Mapped[str]
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    reference: Mapped[str]
