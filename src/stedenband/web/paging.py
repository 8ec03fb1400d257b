"""Keyset paging: stable under writes, never an offset. A cursor is opaque to clients and checked like any input."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, and_, bindparam, or_, tuple_

from stedenband.core.errors import BadRequest, Place
from stedenband.core.words import Rule, say
from stedenband.web.resource import Resource

DEFAULT_SIZE = 50
LARGEST_SIZE = 200


@dataclass(frozen=True)
class Step:
    """One key of an order: an attribute of the model and its direction."""

    attribute: str
    descending: bool
    nullable: bool


@dataclass(frozen=True)
class Cursor:
    """The keys of the last row of a page, in the order of the steps; the last is the id."""

    values: tuple[Any, ...]

    @property
    def nulls(self) -> tuple[bool, ...]:
        """Which keys are null: part of the shape of the statement."""
        return tuple(value is None for value in self.values)


def steps_of(resource: Resource, sort: Sequence[str]) -> tuple[Step, ...]:
    """Return the keys for `sort`; ties are broken by id, in the direction of the last key."""
    steps = []
    for name in sort or resource.default_sort:
        known = resource.sort_named[name.removeprefix("-")]
        steps.append(Step(known.attribute, name.startswith("-"), known.nullable))
    last = steps[-1].descending if steps else False
    return (*steps, Step("id", last, nullable=False))


def order_by(entity: Any, steps: Sequence[Step]) -> list[ColumnElement[Any]]:
    """Return ORDER BY: what has no value comes last."""
    order = []
    for step in steps:
        column = getattr(entity, step.attribute)
        directed = column.desc() if step.descending else column.asc()
        order.append(directed.nulls_last() if step.nullable else directed)
    return order


def behind(entity: Any, steps: Sequence[Step], nulls: Sequence[bool]) -> ColumnElement[bool]:
    """Return the condition for rows behind a cursor; its keys are bound as `after_0`, `after_1` and so on.

    One comparison of rows, where all keys have values and one direction: an index then begins at the cursor. Else the
    first key bounds the scan, where it always has a value.
    """
    columns = [getattr(entity, step.attribute) for step in steps]
    keys = [bindparam(f"after_{index}", type_=column.type) for index, column in enumerate(columns)]
    if not any(step.nullable for step in steps) and len({step.descending for step in steps}) == 1:
        here, there = tuple_(*columns), tuple_(*keys)
        return here < there if steps[0].descending else here > there
    alternatives = []
    equal: list[ColumnElement[bool]] = []
    for step, column, key, null in zip(steps, columns, keys, nulls, strict=True):
        if not null:
            further = column < key if step.descending else column > key
            alternatives.append(and_(*equal, or_(further, column.is_(None)) if step.nullable else further))
        equal.append(column.is_(None) if null else column == key)
    if steps[0].nullable:
        return or_(*alternatives)
    return and_(columns[0] <= keys[0] if steps[0].descending else columns[0] >= keys[0], or_(*alternatives))


def written(sort: Sequence[str], values: Sequence[Any]) -> str:
    """Return the cursor for a row with these keys under this sort."""
    return urlsafe_b64encode(orjson.dumps([",".join(sort), *values])).decode().rstrip("=")


def read(text: str, resource: Resource, sort: Sequence[str], steps: Sequence[Step], place: Place = "query") -> Cursor:
    """Return the cursor that `text` in `place` holds; 400 when it is not one of ours, or belongs to another sort."""
    try:
        signature, *values = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        keys = tuple(_typed(resource, step, value) for step, value in zip(steps, values, strict=True))
    except (ValueError, TypeError, Error):
        signature, keys = None, ()
    if signature != ",".join(sort):
        detail = say("Take the cursor from 'next' of a page of the same collection with the same sort.")
        raise BadRequest.at(place, "after", Rule(detail))
    return Cursor(keys)


def _typed(resource: Resource, step: Step, value: Any) -> Any:
    if value is None and step.nullable:
        return None
    kind = getattr(resource.model, step.attribute).type.python_type
    if kind is str and isinstance(value, str) and "\x00" not in value:
        return value.encode().decode()
    if kind is int and type(value) is int and abs(value) < 2**31:
        return value
    if kind is UUID and isinstance(value, str):
        return UUID(value)
    if kind in {date, datetime}:
        return kind.fromisoformat(value)
    raise ValueError
