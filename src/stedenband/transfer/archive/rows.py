"""Which rows, and what of them, go into the archive of the caller's city; one rule for the owner and for a caller.

A row is kept when the city owns it, or when it is shared (never private) in a link of which the city is a member; a
part is kept with its record. What a row names and the archive does not hold becomes empty; where it cannot be empty,
the row stays out. Of rows of other cities, what the privacy tags do not share is empty likewise, so that their
contacts, which cannot be without it, stay with the city that answers for them. Other cities are there as they are known
in public, and owned by nobody.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from stedenband.changes.models import Change
from stedenband.cities.models import CityLinkMember
from stedenband.core.privacy import personal
from stedenband.core.records import Owned, Record, my_city
from stedenband.transfer.archive.tables import KEPT, OF_THE_OWNER, STILL_NAMES, named_by, stored, table_of, whole

CITY = "partner_city"


@cache
def statement(name: str) -> str:
    """Return the SQL of the kept rows of a table as JSON objects, ordered by their key."""
    entity = aliased(model_of(name))
    shown = [_shown(name, column, entity).label(column.name) for column in stored(table_of(name))]
    order = [_ordered(_of(entity, column)) for column in table_of(name).primary_key]
    return _as_json(select(*shown).where(_kept(name, entity)).order_by(*order))


@cache
def history() -> str:
    """Return the SQL of the entries of the kept tables that are the city's as JSON objects, the oldest first."""
    entry = Change.__table__.c
    own = (entry.city_id == my_city(), entry.table_name.in_(KEPT), entry.audience_city_id.is_(None))
    return _as_json(select(Change.__table__).where(*own).order_by(entry.sequence))


@cache
def files() -> str:
    """Return the SQL of the hashes and sizes of the files of the kept documents, each once."""
    entity = aliased(model_of("document"))
    digest, size = (_of(entity, table_of("document").c[name]) for name in ("sha256", "size"))
    found = select(digest.label("sha256"), size.label("size")).where(_kept("document", entity)).distinct().subquery()
    return _sql(select(found.c.sha256, found.c.size).order_by(_ordered(found.c.sha256)))


@cache
def left_out() -> str:
    """Return the SQL of what is missing of the city's own records: the name of a table or column, and how often."""
    counts = [*_lost_rows(), *_lost_references()]
    found = union_all(*counts).subquery()
    return _sql(select(found.c.name, found.c.count).where(found.c.count > 0).order_by(_ordered(found.c.name)))


def _lost_rows() -> Iterator[Any]:
    """Yield the counts of the city's own rows, and of parts of its records, that are not kept, by table."""
    for name in KEPT:
        column = whole(table_of(name))
        entity = aliased(model_of(name))
        own = _own(name, entity) if column is None else _part_of_own(column, entity)
        lost = and_(own, ~func.coalesce(_kept(name, entity), false()))
        yield select(literal(name).label("name"), func.count().label("count")).select_from(entity).where(lost)


def _lost_references() -> Iterator[Any]:
    """Yield the counts of references that become empty in kept rows of the city's own, by table and column."""
    for name in KEPT:
        for column in stored(table_of(name)):
            target = named_by(column)
            if target and target != CITY and column.nullable:
                entity = aliased(model_of(name))
                value = _of(entity, column)
                lost = and_(_own(name, entity), _kept(name, entity), value.is_not(None), value.not_in(_known(target)))
                said = literal(f"{name}.{column.name}").label("name")
                yield select(said, func.count().label("count")).select_from(entity).where(lost)


def _as_json(rows: Select[Any]) -> str:
    return _sql(select(func.row_to_json(literal_column("r"))).select_from(rows.subquery("r")))


def _sql(query: Select[Any]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _ordered(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what to order by: texts by their bytes, whatever the collation of the database."""
    return column.collate("C") if column.type.python_type is str else column


@cache
def model_of(name: str) -> type[Record]:
    """Return the model of a table."""
    return next(each.class_ for each in Record.registry.mappers if each.local_table is table_of(name))


def _of(entity: Any, column: Column[Any]) -> ColumnElement[Any]:
    """Return a column of an alias of a model."""
    found: ColumnElement[Any] = inspect(entity).selectable.c[column.name]
    return found


def _kept(name: str, entity: Any) -> ColumnElement[bool]:
    """Tell whether a row is kept."""
    conditions = [*_belonging(name, entity), *_naming(name, entity)]
    if any(not column.nullable and _is_private(column) for column in stored(table_of(name))):
        conditions.append(_own(name, entity))
    return and_(*conditions)


def _belonging(name: str, entity: Any) -> Iterator[ColumnElement[bool]]:
    """Yield what makes a row the city's, or shared with it."""
    model = model_of(name)
    if name == CITY:
        yield _visible(entity)
        yield or_(_own(name, entity), entity.id.in_(_named_cities()))
    elif issubclass(model, Owned):
        yield or_(_own(name, entity), and_(entity.visibility != "city", model.seen_as_member(entity)))
        if name == "city_link":
            yield _with_partners(entity)
    elif name == "period_figure":
        yield or_(_own(name, entity), entity.reach != "city")


def _naming(name: str, entity: Any) -> Iterator[ColumnElement[bool]]:
    """Yield that the archive holds what a row cannot be without."""
    table = table_of(name)
    part_of = whole(table)
    for column in stored(table):
        target = named_by(column)
        if target and not column.nullable:
            yield _of(entity, column).in_(_ids(target) if column is part_of else _known(target))
    for group in STILL_NAMES.get(name, ()):
        yield or_(*(_shown(name, table.c[column], entity).is_not(None) for column in group))


def _shown(name: str, column: Column[Any], entity: Any) -> ColumnElement[Any]:
    """Return what the archive says in a column of a kept row."""
    value = _of(entity, column)
    target = named_by(column)
    if (name, column.name) == (CITY, "city_id"):
        return case((value == my_city(), value))
    if target and column.nullable:
        return case((value.in_(_known(target)), value))
    if column.nullable and _is_private(column):
        return case((_own(name, entity), value))
    return value


def _is_private(column: Column[Any]) -> bool:
    """Tell whether only the owner of a row reads a column."""
    tag = personal(column)
    return bool(tag and not tag.shared) or column.name in OF_THE_OWNER.get(column.table.name, ())


def _own(name: str, entity: Any) -> ColumnElement[bool]:
    """Tell whether a row is the city's own: it says so itself, or the record that it is a part of."""
    model: Any = model_of(name)
    if hasattr(model, "seen_as_city"):
        return model.seen_as_city(entity)  # type: ignore[no-any-return]
    column = whole(table_of(name))
    assert column is not None  # noqa: S101 (for mypy: what has no owner is a part)
    return _part_of_own(column, entity)


def _part_of_own(column: Column[Any], entity: Any) -> ColumnElement[bool]:
    """Tell whether a row is a part of a record of the city's own."""
    above = str(named_by(column))
    record: Any = aliased(model_of(above))
    return _of(entity, column).in_(select(record.id).where(_own(above, record)))


@cache
def _ids(name: str) -> Select[Any]:
    """Return the ids of the kept rows of a table; a statement says once which those are, however often it asks."""
    entity: Any = aliased(model_of(name))
    found = select(entity.id).where(_kept(name, entity)).cte(f"kept_{name}")
    return select(found.c.id)


@cache
def _known(name: str) -> Select[Any]:
    """Return the ids of the rows that others may name: a city is then kept because it is named."""
    if name != CITY:
        return _ids(name)
    entity: Any = aliased(model_of(name))
    found = select(entity.id).where(_visible(entity)).cte("visible_city")
    return select(found.c.id)


def _visible(city: Any) -> ColumnElement[bool]:
    """Tell whether a city can be named: it is public, the city's own, or a member of a link of the city's own."""
    member = aliased(CityLinkMember)
    own_link = _part_of_own(table_of("city_link_member").c.city_link_id, member)
    return or_(
        city.visibility == "public", _own(CITY, city), city.id.in_(select(member.partner_city_id).where(own_link))
    )


def _with_partners(link: Any) -> ColumnElement[bool]:
    """Tell whether two members of a link or more can be named, without whom it is none."""
    member = aliased(CityLinkMember)
    named = select(member.city_link_id).where(member.partner_city_id.in_(_known(CITY)))
    return link.id.in_(named.group_by(member.city_link_id).having(func.count() > 1))  # type: ignore[no-any-return]


def _named_cities() -> Any:
    """Return the ids of all cities that kept records and their parts name."""
    named = []
    for name in KEPT:
        for column in stored(table_of(name)):
            if named_by(column) == CITY and not name.startswith(CITY):
                entity = aliased(model_of(name))
                named.append(select(_of(entity, column)).where(_kept(name, entity)))
    return union(*named)
