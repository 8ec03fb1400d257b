"""Where data on a person stands, found by the tags of the columns: nothing has to be listed twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, and_, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute

from stedenband.core.privacy import Category, personal, personal_columns
from stedenband.core.records import Record
from stedenband.people.models import Contact
from stedenband.people.rules.person import Person


@dataclass(frozen=True)
class Place:
    """A model whose rows may be about a person: `about` is the condition, `column` what holds a name or a note.

    `owner` is the record that belongs to a city: the model itself, or the one it is a part of by `key`.
    """

    model: Any
    owner: Any
    key: str | None
    column: InstrumentedAttribute[Any]

    @property
    def joined(self) -> ColumnElement[bool]:
        """Tell which owner a row belongs to."""
        return getattr(self.model, self.key) == self.owner.id if self.key else true()


def references() -> Iterator[tuple[Any, InstrumentedAttribute[Any], ForeignKey]]:
    """Yield every model that refers to a contact, other than contacts themselves, and the column that does."""
    for model in models():
        for column in model.__table__.c:
            for key in column.foreign_keys:
                if model is not Contact and key.column.table is Contact.__table__:
                    yield model, getattr(model, column.key), key


def parts() -> Iterator[tuple[Any, InstrumentedAttribute[Any]]]:
    """Yield the parts of a contact that name or reach the person; what only refers to it is not among them."""
    for model, column, key in references():
        tags = [tag for _, tag in personal_columns(model.__table__)]
        if key.ondelete == "CASCADE" and any(tag.identifying or tag.category is Category.LANGUAGE for tag in tags):
            yield model, column


def mirrors() -> Iterator[tuple[Place, InstrumentedAttribute[Any]]]:
    """Yield where something is said of a contact beside a reference to it, and the column that refers."""
    for model, column, key in references():
        if key.ondelete != "CASCADE":
            owner, path = _owner(model)
            for each in [each for each, tag in personal_columns(model.__table__) if tag.identifying]:
                yield Place(model, owner, path, getattr(model, each.key)), column


def signatures() -> Iterator[Place]:
    """Yield where the name of a person stands without a reference to a contact."""
    yield from _places(Category.SIGNATURE)


def notes() -> Iterator[Place]:
    """Yield where staff writes what it likes, but for contacts, whose notes are about the person itself."""
    yield from (place for place in _places(Category.FREE_TEXT) if place.model is not Contact)


def named(place: Place, person: Person) -> ColumnElement[bool]:
    """Tell whether a row of the person's city is signed with one of its names, however it is accented."""
    signed = func.fold(place.column).in_([func.fold(name) for name in sorted(person.names)])
    return and_(place.owner.city_id == person.city_id, place.joined, signed)


def linked(place: Place, reference: InstrumentedAttribute[Any], person: Person) -> ColumnElement[bool]:
    """Tell whether a row of the person's city refers to the person."""
    return and_(place.owner.city_id == person.city_id, place.joined, reference.in_(person.ids))


def mentioned(place: Place, person: Person) -> ColumnElement[bool]:
    """Tell whether a note of the person's city holds one of its phrases, in whatever language."""
    held = [func.strpos(func.lower(_written(place.column)), phrase.lower()) > 0 for phrase in sorted(person.phrases)]
    return and_(place.owner.city_id == person.city_id, place.joined, or_(*held))


def _written(text: InstrumentedAttribute[Any]) -> Any:
    """Return all that stands in a text, whether it is one or one in several languages."""
    if not isinstance(text.type, JSONB):
        return text
    each = func.jsonb_each_text(text).table_valued("key", "value")
    return select(func.string_agg(each.c.value, literal("\n"))).select_from(each).scalar_subquery()


def models() -> Iterator[Any]:
    """Yield every model, by the name of its table."""
    yield from sorted((mapper.class_ for mapper in Record.registry.mappers), key=lambda model: str(model.__tablename__))


def _places(category: Category) -> Iterator[Place]:
    for model in models():
        for column in model.__table__.c:
            tag = personal(column)
            if tag and tag.category is category and column.computed is None:
                owner, key = _owner(model)
                yield Place(model, owner, key, getattr(model, column.key))


def _owner(model: Any) -> tuple[Any, str | None]:
    """Return the record with a city that a row belongs to, and the column that leads to it (none: it is one itself)."""
    if "city_id" in model.__table__.c:
        return model, None
    owners = {each.__table__: each for each in models() if "city_id" in each.__table__.c}
    ((column, table),) = (
        (column.key, key.column.table)
        for column in model.__table__.c
        for key in column.foreign_keys
        if key.ondelete == "CASCADE"
    )
    return owners[table], str(column)
