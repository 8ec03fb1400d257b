"""One declaration per resource."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from stedenband.core.access import Actor, Permission, Relation
from stedenband.core.lifecycle import Lifecycle, Transition
from stedenband.web.fields import Field
from stedenband.web.formats.table import Representation
from stedenband.web.schema import Schema, camel

Data = dict[str, Any]


@dataclass(frozen=True)
class Filter:
    """A query parameter: `clause(model, value)` is its SQL. `many`: repeatable, the value is an array (OR)."""

    name: str
    field: Field
    clause: Callable[[Any, Any], ColumnElement[bool]]
    many: bool = False


@dataclass(frozen=True)
class Sort:
    """A sort: its name on the wire and the attribute of the model."""

    name: str
    attribute: str
    nullable: bool = False


@dataclass(frozen=True)
class Rules:
    """The named rule functions of a resource; none: the operation does not exist.

    `together`: new records may be held back and sent as one (`stedenband.core.together`): `create` refuses all that it
    refuses before it stores the record, reads nothing that it would find there, and makes parts by `replace_parts`.
    """

    create: Callable[[Session, Actor, Data], Any] | None = None
    change: Callable[[Session, Actor, Any, Data], None] | None = None
    delete: Callable[[Session, Actor, Any], None] | None = None
    move: Callable[[Session, Actor, Any, Transition], None] | None = None
    together: bool = False


@dataclass(frozen=True, eq=False)
class Resource:
    """A collection of records of one kind: its schema, its SQL and who may do what.

    `name` stands in paths, `noun` in sentences, `title` is the attribute of the model that names a record.
    `permissions`: read, create, update, delete, move. `formats` are offered beside those of every collection;
    `geometry(model)` is the SQL of a record's place, and offers GeoJSON.
    `added_by`: who adds records below another, by the relation to that one.
    """

    name: str
    noun: str
    model: Any
    schema: type[Schema]
    permissions: Mapping[str, Permission]
    title: str = "title"
    parent: "Resource | None" = None
    added_by: tuple[Relation, ...] = (Relation.OWNER,)
    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = ()
    default_sort: tuple[str, ...] = ()
    lifecycle: Lifecycle | None = None
    transition: type[Schema] | None = None
    rules: Rules = field(default_factory=Rules)
    formats: tuple[Representation, ...] = ()
    geometry: Callable[[Any], ColumnElement[Any]] | None = None

    @cached_property
    def path(self) -> str:
        """The path of the collection below `/v1`, in Flask's notation."""
        return f"{self.parent.path}/<uuid:{camel(self.parent.key)}>/{self.name}" if self.parent else f"/{self.name}"

    @cached_property
    def key(self) -> str:
        """The name of the id in paths, in snake case."""
        return f"{self.model.__tablename__}_id"

    @cached_property
    def plural(self) -> str:
        """The name of the collection in snake case."""
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.name)

    @cached_property
    def parent_column(self) -> str:
        """The column that leads to the parent."""
        return self.parent.key if self.parent else ""

    @cached_property
    def has_words(self) -> bool:
        """Whether words find its records by themselves (see the migration 0013_search)."""
        return "search" in self.model.__table__.c

    @cached_property
    def filter_named(self) -> dict[str, Filter]:
        """The filters by name."""
        return {each.name: each for each in self.filters}

    @cached_property
    def sort_named(self) -> dict[str, Sort]:
        """The sorts by name."""
        return {sort.name: sort for sort in self.sorts}
