"""Document: a stored file with what is said of it, attached to one record and never seen by more people than that."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import Agreement, CityLink, PartnerCity
from stedenband.core.privacy import WITH_RECORD, Category, Personal
from stedenband.core.records import (
    NOW,
    VISIBILITIES,
    LocalizedTexts,
    Owned,
    Record,
    localized,
    one_of,
    plain,
)
from stedenband.core.words import say
from stedenband.delegations.models import Delegation
from stedenband.documents.models.subjects import COLUMNS, ID, TYPE
from stedenband.people.models import Organization
from stedenband.policy.models import Decision, PolicyPlan
from stedenband.projects.models import ExchangeProject

MEDIA_TYPES = (
    "application/pdf",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/csv",
    "text/plain",
)
"""What is taken in; it is told by the bytes, not by the name."""

SHA256 = "sha256 ~ '^[0-9a-f]{64}$'"

SAID = Personal(
    Category.FREE_TEXT,
    say("People whom the title, the description or the name of a document mentions."),
    say("Finding the documents of a partnership again."),
    WITH_RECORD,
    shared=True,
)


class StoredFile(Record):
    """A file in the store, once for all documents that have it."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint(SHA256, name="sha256"),
        CheckConstraint("size > 0", name="size"),
        {"info": {"impersonal": "sha256 size created_at"}},
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Document(Owned, Record):
    """A document; the link that it stands in is that of its subject (trigger `check_document`)."""

    __tablename__ = "document"
    link_column = "city_link_id"
    __table_args__ = (
        localized("title", 300),
        localized("description", 4000, lines=True),
        plain("file_name", 200),
        one_of("media_type", MEDIA_TYPES),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("language ~ '^[a-z]{2}$'", name="language"),
        CheckConstraint("category ~ '^[A-Z][0-9]{2}$'", name="category"),
        CheckConstraint("keep_until BETWEEN '1900-01-01' AND '2200-12-31'", name="keep_until"),
        CheckConstraint("NOT personal_data OR keep_until IS NOT NULL", name="personal_data"),
        CheckConstraint(f"num_nonnulls({COLUMNS}) = 1", name="one_subject"),
        one_of("visibility", VISIBILITIES),
        CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name="shared"),
        Index("ix_document_city_link_id", "city_link_id", "title_sort", "id"),
        Index("ix_document_visibility", "visibility", "title_sort", "id"),
        Index("ix_document_title_sort", "title_sort", "id"),
        Index("ix_document_subject_id", "subject_id", "title_sort", "id"),
        Index("ix_document_subject_type", "subject_type", "title_sort", "id"),
        Index("ix_document_category", "category", "title_sort", "id"),
        Index("ix_document_media_type", "media_type", "title_sort", "id"),
        Index("ix_document_size", "size", "id"),
        Index("ix_document_created_at", "created_at", "id"),
        Index("ix_document_updated_at", "updated_at", "id"),
        Index("ix_document_sha256", "sha256"),
        Index("ix_document_keep_until", "keep_until"),
        Index("ix_document_search", "search", postgresql_using="gin"),
        {
            "info": {
                "impersonal": "media_type size sha256 language category personal_data keep_until city_link_id"
                " agreement_id subject_link_id decision_id delegation_id exchange_project_id organization_id"
                " policy_plan_id subject_type subject_id",
                "rules": {
                    "ck_document_keep_until": {
                        "field": "keepUntil",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                    "ck_document_personal_data": {
                        "field": "keepUntil",
                        "detail": say("Say in `keepUntil` how long a document with personal data is kept."),
                        "status": 400,
                    },
                    "ck_document_shared": {
                        "field": "visibility",
                        "detail": say("What it is attached to stands in no link, so nobody can share it in one."),
                        "status": 400,
                    },
                    "document_not_wider_than_subject": {
                        "field": "visibility",
                        "detail": say(
                            "A document cannot be seen by more people than the record that it is attached to."
                            " Widen that first."
                        ),
                        "status": 409,
                    },
                    "document_of_own_side": {
                        "field": "subject",
                        "detail": say("Attach documents to records of your own city, or of a link of your city."),
                        "status": 409,
                    },
                },
            }
        },
    )

    title: Mapped[dict[str, Any]] = mapped_column(LocalizedTexts, info=SAID.tag)
    description: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts, info=SAID.tag)
    file_name: Mapped[str] = mapped_column(info=SAID.tag)
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    language: Mapped[str | None]
    category: Mapped[str | None]
    personal_data: Mapped[bool] = mapped_column(server_default=text("false"))
    keep_until: Mapped[date | None]
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    subject_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"), index=True)
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), index=True)
    delegation_id: Mapped[UUID | None] = mapped_column(ForeignKey("delegation.id"), index=True)
    exchange_project_id: Mapped[UUID | None] = mapped_column(ForeignKey("exchange_project.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    policy_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("policy_plan.id"), index=True)
    subject_type: Mapped[str] = mapped_column(Computed(TYPE, persisted=True))
    subject_id: Mapped[UUID] = mapped_column(Computed(ID, persisted=True))
    label: Mapped[str] = mapped_column(Computed("one_text(title)", persisted=True), info=SAID.tag)
    title_sort: Mapped[str] = mapped_column(
        Computed("fold(one_text(title))", persisted=True), deferred=True, info=SAID.tag
    )
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("words_of(file_name, title)", persisted=True), deferred=True, info=SAID.tag
    )

    owner: Mapped["PartnerCity | None"] = relationship(lazy="raise")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise", foreign_keys="Document.city_link_id")
    subject_link: Mapped["CityLink | None"] = relationship(lazy="raise", foreign_keys="Document.subject_link_id")
    agreement: Mapped["Agreement | None"] = relationship(lazy="raise")
    decision: Mapped["Decision | None"] = relationship(lazy="raise")
    delegation: Mapped["Delegation | None"] = relationship(lazy="raise")
    exchange_project: Mapped["ExchangeProject | None"] = relationship(lazy="raise")
    organization: Mapped["Organization | None"] = relationship(lazy="raise")
    policy_plan: Mapped["PolicyPlan | None"] = relationship(lazy="raise")
