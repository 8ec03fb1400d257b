"""Contact: a person, or a function that somebody holds, in an organization or city. Personal data, tagged as such."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    Uuid,
    and_,
    any_,
    case,
    cast,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.records import VISIBILITIES, Keyed, Owned, Record, email, one_of, phone, plain
from stedenband.core.words import say
from stedenband.people.models.organization import NAME_THE_LINK, SHARED_IN_A_LINK, Organization
from stedenband.people.models.tags import ADDRESS, BASIS, FUNCTION, IDENTITY, LANGUAGE, REMARK, ROLE, STATED

ADDRESS_KINDS = ("work", "private")
CONTACT_ROLES = (
    "boardMember",
    "contactPoint",
    "coordinator",
    "elected",
    "expert",
    "interpreter",
    "member",
    "representative",
    "staff",
    "volunteer",
)
LAWFUL_BASES = ("consent", "contract", "legalObligation", "vitalInterests", "publicTask", "legitimateInterests")
"""Article 6(1) of the GDPR, (a) to (f)."""

WHOLE_NAME = "coalesce(given_name || ' ' || family_name, given_name, family_name)"
SORTED_NAME = "fold(coalesce(family_name || ' ' || given_name, family_name, given_name))"
FOUND_WORDS = (
    "words_of(coalesce(given_name, '') || ' ' || coalesce(family_name, '') || ' ' || coalesce(function, ''),"
    " NULL::jsonb)"
)


class Contact(Owned, Record):
    """A person or a function; the public sees the function and its mailbox, never a name (`audience` in the schema)."""

    __tablename__ = "contact"
    link_column = "city_link_id"
    __table_args__ = (
        plain("given_name", 100),
        plain("family_name", 100),
        plain("honorific", 50),
        plain("function", 200),
        email("function_mailbox"),
        one_of("lawful_basis", LAWFUL_BASES),
        plain("purpose", 500),
        plain("source", 500),
        plain("note", 4000, lines=True),
        CheckConstraint("review_on BETWEEN '1900-01-01' AND '2200-12-31'", name="review_on"),
        one_of("visibility", VISIBILITIES),
        CheckConstraint(SHARED_IN_A_LINK, name="shared"),
        CheckConstraint(
            "num_nonnulls(given_name, family_name, function, merged_into_id, erased_at) > 0 AND merged_into_id <> id",
            name="somebody",
        ),
        CheckConstraint(
            "erased_at IS NULL OR (visibility = 'city' AND num_nonnulls("
            "given_name, family_name, honorific, function, function_mailbox, source, note, purpose) = 0)",
            name="erased",
        ),
        CheckConstraint("purpose IS NOT NULL OR num_nonnulls(merged_into_id, erased_at) > 0", name="purpose_given"),
        Index("ix_contact_city_id_created_at", "city_id", "created_at", "id"),
        Index("ix_contact_city_link_id", "city_link_id", "created_at", "id"),
        Index("ix_contact_city_link_id_city_id", "city_link_id", "city_id"),
        Index("ix_contact_visibility", "visibility", "created_at", "id"),
        Index("ix_contact_created_at", "created_at", "id"),
        Index("ix_contact_updated_at", "updated_at", "id"),
        Index("ix_contact_name_sort", "name_sort"),
        Index("ix_contact_search", "search", postgresql_using="gin"),
        Index("ix_contact_function", text("words_of(function, NULL::jsonb)"), postgresql_using="gin"),
        {
            "info": {
                "impersonal": "organization_id partner_city_id city_link_id merged_into_id erased_at",
                "rules": {
                    "ck_contact_erased": {
                        "field": "",
                        "detail": say(
                            "The data of this person was erased; nothing can be added to it or erased again."
                        ),
                        "status": 409,
                    },
                    "ck_contact_shared": {"field": "cityLink", "detail": NAME_THE_LINK, "status": 400},
                    "ck_contact_somebody": {
                        "field": "familyName",
                        "detail": say("Give a givenName, a familyName or a function."),
                        "status": 400,
                    },
                },
            }
        },
    )

    given_name: Mapped[str | None] = mapped_column(info=IDENTITY.tag)
    family_name: Mapped[str | None] = mapped_column(info=IDENTITY.tag)
    honorific: Mapped[str | None] = mapped_column(info=IDENTITY.tag)
    display_name: Mapped[str | None] = mapped_column(Computed(WHOLE_NAME, persisted=True), info=IDENTITY.tag)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    partner_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"))
    function: Mapped[str | None] = mapped_column(info=FUNCTION.tag)
    function_mailbox: Mapped[str | None] = mapped_column(info=ADDRESS.tag)
    lawful_basis: Mapped[str] = mapped_column(info=BASIS.tag)
    purpose: Mapped[str | None] = mapped_column(info=STATED.tag)
    source: Mapped[str | None] = mapped_column(info=REMARK.tag)
    review_on: Mapped[date | None] = mapped_column(info=BASIS.tag)
    note: Mapped[str | None] = mapped_column(info=REMARK.tag)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)
    erased_at: Mapped[datetime | None]
    name_sort: Mapped[str | None] = mapped_column(
        Computed(SORTED_NAME, persisted=True), deferred=True, info=IDENTITY.tag
    )
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed(FOUND_WORDS, persisted=True), deferred=True, info=IDENTITY.tag
    )

    owner: Mapped["PartnerCity | None"] = relationship(
        lazy="raise", viewonly=True, foreign_keys="Contact.city_id", primaryjoin="Contact.city_id == PartnerCity.id"
    )
    city: Mapped["PartnerCity | None"] = relationship(lazy="raise", foreign_keys="Contact.partner_city_id")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
    organization: Mapped["Organization | None"] = relationship(lazy="raise")
    merged_into: Mapped["Contact | None"] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Contact.merged_into_id) == remote(Contact.id)"
    )
    emails: Mapped[list["ContactEmail"]] = relationship(
        lazy="raise", order_by="ContactEmail.position", cascade="all, delete-orphan", passive_deletes=True
    )
    phones: Mapped[list["ContactPhone"]] = relationship(
        lazy="raise", order_by="ContactPhone.position", cascade="all, delete-orphan", passive_deletes=True
    )
    languages: Mapped[list["ContactLanguage"]] = relationship(
        lazy="raise", order_by="ContactLanguage.code", cascade="all, delete-orphan", passive_deletes=True
    )
    roles: Mapped[list["ContactRole"]] = relationship(
        lazy="raise", order_by="ContactRole.id", cascade="all, delete-orphan", passive_deletes=True
    )

    @classmethod
    def seen_as_member(cls, entity: Any) -> ColumnElement[bool]:
        """Tell whether the row stands in a link of the caller's city, to which its people may be made known today."""
        senders = cast(select(func.my_senders()).scalar_subquery(), ARRAY(Uuid()))
        return and_(super().seen_as_member(entity), entity.city_id == any_(senders))

    @classmethod
    def seen_as_side(cls, entity: Any) -> ColumnElement[bool]:
        """Tell whether the caller may know who it is: staff of the owner city, or a member of its link."""
        return or_(cls.seen_as_city(entity), cls.seen_as_member(entity))


Contact.title = column_property(
    func.coalesce(case((Contact.seen_as_side(Contact), Contact.display_name)), Contact.function), deferred=True
)
"""What a reference to the contact says: the name to those who may know it, the function to all others."""

Contact.shown_name = column_property(case((Contact.seen_as_side(Contact), Contact.name_sort)), deferred=True)
"""The key of the sort by name; empty to those who may not know it, as an order betrays what it sorts by."""


class ContactEmail(Keyed, Record):
    """An e-mail address of a person."""

    __tablename__ = "contact_email"
    __table_args__ = (
        email("address"),
        one_of("kind", ADDRESS_KINDS),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index("ix_contact_email_address_key", "address_key"),
        {"info": {"impersonal": "contact_id kind position"}},
    )

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(info=ADDRESS.tag)
    address_key: Mapped[str] = mapped_column(
        Computed("lower(address)", persisted=True), deferred=True, info=ADDRESS.tag
    )
    kind: Mapped[str] = mapped_column(server_default=text("'work'"))
    position: Mapped[int]


class ContactPhone(Keyed, Record):
    """A telephone number of a person (E.164)."""

    __tablename__ = "contact_phone"
    __table_args__ = (
        phone("number"),
        one_of("kind", ADDRESS_KINDS),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index("ix_contact_phone_number", "number"),
        {"info": {"impersonal": "contact_id kind position"}},
    )

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(info=ADDRESS.tag)
    kind: Mapped[str] = mapped_column(server_default=text("'work'"))
    position: Mapped[int]


class ContactLanguage(Record):
    """A language in which a person can be written or spoken to (ISO 639-1)."""

    __tablename__ = "contact_language"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z]{2}$'", name="code"),
        Index("ix_contact_language_code", "code", "contact_id"),
        {"info": {"impersonal": "contact_id"}},
    )

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True, info=LANGUAGE.tag)


class ContactRole(Keyed, Record):
    """What a person is in an organization or in a link, and when; a person has as many as needed."""

    __tablename__ = "contact_role"
    __table_args__ = (
        one_of("role", CONTACT_ROLES),
        CheckConstraint("num_nonnulls(organization_id, city_link_id) = 1", name="target"),
        CheckConstraint("valid_from <= valid_to", name="valid_to"),
        CheckConstraint("valid_from BETWEEN '1900-01-01' AND '2200-12-31'", name="valid_from"),
        CheckConstraint("valid_to BETWEEN '1900-01-01' AND '2200-12-31'", name="valid_to_range"),
        Index("ix_contact_role_role", "role", "contact_id"),
        {
            "info": {
                "impersonal": "contact_id organization_id city_link_id",
                "rules": {
                    "ck_contact_role_target": {
                        "field": "roles",
                        "detail": say("Name in each role one organization or one city link."),
                        "status": 400,
                    },
                    "ck_contact_role_valid_to": {
                        "field": "roles",
                        "detail": say("A role ends on or after the day it begins."),
                        "status": 400,
                    },
                    "ck_contact_role_valid_to_range": {
                        "field": "roles",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                },
            }
        },
    )

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(info=ROLE.tag)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    city_link_id: Mapped[UUID | None] = mapped_column(ForeignKey("city_link.id"), index=True)
    valid_from: Mapped[date | None] = mapped_column(info=ROLE.tag)
    valid_to: Mapped[date | None] = mapped_column(info=ROLE.tag)

    organization: Mapped["Organization | None"] = relationship(lazy="raise")
    city_link: Mapped["CityLink | None"] = relationship(lazy="raise")
