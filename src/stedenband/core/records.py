"""What every stored record has: key, version, owner city, visibility; and the checks that mirror the strict input."""

from datetime import datetime
from typing import Any, ClassVar, TypedDict
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    MetaData,
    Text,
    and_,
    case,
    false,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from stedenband.core.access import Relation
from stedenband.core.privacy import IMPERSONAL

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

VISIBILITIES = ("city", "link", "public")
"""Who sees a record: the owner city's staff, both sides of its link, or everyone."""

Instant = TIMESTAMP(timezone=True, precision=0)
LocalizedTexts = JSONB(none_as_null=True)
"""An object of language codes and texts; without any it is NULL, not the JSON value null."""
NOW = text("date_trunc('second', now())")
KEY = text("uuidv7()")


class Rule(TypedDict):
    """What a broken constraint means to the caller: the field, the sentence, and 400 or 409."""

    field: str
    detail: str
    status: int


class Record(DeclarativeBase):
    """The base of every model."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text(), datetime: Instant}  # noqa: RUF012 (SQLAlchemy reads it as is)


def my_city() -> ColumnElement[UUID]:
    """Return the caller's own city as an init-plan."""
    return select(func.my_city()).scalar_subquery()


def my_role() -> ColumnElement[str]:
    """Return the caller's role as an init-plan."""
    return select(func.my_role()).scalar_subquery()


def my_links() -> Any:
    """Return the links the caller's city is a member of, for `column.in_(…)`."""
    return select(func.my_links())


class Keyed:
    """A record with a key of its own: UUIDv7, given by the database."""

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=KEY, info=IMPERSONAL)


class Versioned(Keyed):
    """A record with a URL of its own: every change of it moves `version`, which the database checks."""

    version: Mapped[int] = mapped_column(server_default=text("1"), info=IMPERSONAL)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW, info=IMPERSONAL)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW, info=IMPERSONAL)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 (SQLAlchemy passes the class)
        """Let every UPDATE carry `WHERE version = …`."""
        return {"version_id_col": cls.__dict__.get("version", Versioned.__dict__["version"])}

    @classmethod
    def relation(cls) -> ColumnElement[str]:
        """Return the caller's relation to the row: who sees a record without owner may write it, if its role may."""
        return literal(Relation.OWNER.value)


class Owned(Versioned):
    """A top-level record: it belongs to a city (none: to the register) and is visible to city, link or public."""

    visibility: Mapped[str] = mapped_column(server_default=text("'city'"), info=IMPERSONAL)
    published_at: Mapped[datetime | None] = mapped_column(info=IMPERSONAL)

    @declared_attr
    def city_id(cls) -> Mapped[UUID | None]:  # noqa: N805 (SQLAlchemy passes the class)
        """Name the city that owns the record; nothing changes it but a claim."""
        return mapped_column(ForeignKey("partner_city.id"), index=True, info=IMPERSONAL)

    link_column: ClassVar[str | None] = None
    """The column that names the link the record stands in; none: it stands in no link."""

    @classmethod
    def seen_as_city(cls, entity: Any) -> ColumnElement[bool]:
        """Tell whether the caller is staff of the city that owns the row; `entity` is the model or an alias."""
        return entity.city_id == my_city()  # type: ignore[no-any-return]

    @classmethod
    def seen_as_member(cls, entity: Any) -> ColumnElement[bool]:
        """Tell whether the row stands in a link of the caller's city."""
        return getattr(entity, cls.link_column).in_(my_links()) if cls.link_column else false()

    @classmethod
    def relation(cls) -> ColumnElement[str]:
        """Return the caller's relation to the row, as the write policies see it."""
        return case(
            (cls.written_as_owner(), Relation.OWNER.value),
            (and_(cls.seen_as_member(cls), cls.visibility == "link"), Relation.MEMBER.value),
            else_=Relation.READER.value,
        )

    @classmethod
    def written_as_owner(cls) -> ColumnElement[bool]:
        """Tell whether the row is the caller's to write, as far as its role goes."""
        return cls.seen_as_city(cls)


def one_of(column: str, codes: tuple[str, ...]) -> CheckConstraint:
    """Allow only `codes`. Text with a CHECK, not an enum: comparison of enums is not leakproof."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def plain(column: str, longest: int, *, lines: bool = False) -> CheckConstraint:
    """Allow NFC text, trimmed, not blank, of at most `longest` code points, without control characters."""
    return CheckConstraint(f"plain_text({column}, {longest}, {str(lines).lower()})", name=column)


def localized(column: str, longest: int, *, lines: bool = False) -> CheckConstraint:
    """Allow an object of language codes and plain texts."""
    return CheckConstraint(f"localized_text({column}, {longest}, {str(lines).lower()})", name=column)


def email(column: str) -> CheckConstraint:
    """Allow plain text that has the form of an e-mail address; `web.fields.Email` looks closer."""
    return CheckConstraint(f"plain_text({column}, 254, false) AND {column} ~ '^[^@ ]+@[^@ ]+$'", name=column)


def phone(column: str) -> CheckConstraint:
    """Allow an international telephone number (E.164): a plus sign and at most fifteen digits."""
    return CheckConstraint(f"{column} ~ '^[+][1-9][0-9]{{3,14}}$'", name=column)
