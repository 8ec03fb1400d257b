"""The record that a path names, as far as the caller sees it, and what stands between the caller and a change of it."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from stedenband.core.access import Relation
from stedenband.core.errors import MissingPermission
from stedenband.core.words import say
from stedenband.web.guard import caller
from stedenband.web.problems import not_found
from stedenband.web.resource import Resource
from stedenband.web.schema import audience_of, camel


def find(session: Session, resource: Resource, ids: dict[str, UUID]) -> tuple[Any, Relation]:
    """Return the row of the path and the caller's relation to it; 404 when it, or its parent, is missing or unseen."""
    keys = {"id": ids[camel(resource.key)]}
    if resource.parent:
        find(session, resource.parent, ids)
        keys["parent"] = ids[camel(resource.parent.key)]
    found = session.execute(_one(resource), keys).one_or_none()
    if found is None:
        raise not_found()
    return found[0], Relation(found[1])


@cache
def _one(resource: Resource) -> Select[Any]:
    """`id` (and `parent`) -> the row and the caller's relation to it; building it costs more than running it."""
    model = resource.model
    query = select(model, model.relation()).where(model.id == bindparam("id"))
    return query.where(getattr(model, resource.parent_column) == bindparam("parent")) if resource.parent else query


def permit(relation: Relation, *allowed: Relation) -> None:
    """Refuse a caller whose relation to the record is not among those allowed."""
    if relation not in allowed:
        raise MissingPermission(
            say("Only the city that owns this record may do this.")
            if Relation.MEMBER not in allowed
            else say("Only the city that owns this record, or a member of its link, may do this.")
        )


def permit_change(resource: Resource, relation: Relation, data: Mapping[str, Any]) -> None:
    """Refuse a caller who may not change the record, or not these properties of it.

    Whom a property is not shown does not change it either, whatever is stored there: the answer must not tell.
    """
    permit(relation, Relation.OWNER, Relation.MEMBER)
    fields = resource.schema._declared_fields.items()  # noqa: SLF001 (as in web.schema)
    named = [(name, field) for name, field in fields if (field.attribute or name) in data]
    private = [camel(name) for name, field in named if audience_of(field) == "city"]
    if private and relation is Relation.MEMBER:
        raise MissingPermission(
            say("Only the city that owns this record may change: {names}.", names=", ".join(private))
        )


def permit_move(resource: Resource, relation: Relation, to: str) -> None:
    """Refuse a caller whose relation to the record, or whose role, does not let it enter a state."""
    lifecycle = resource.lifecycle
    assert lifecycle  # noqa: S101 (what is moved has one)
    permit(relation, Relation.OWNER, *((Relation.MEMBER,) if to in lifecycle.either_side else ()))
    if to not in lifecycle.open_to(caller(), resource.permissions["move"]):
        raise MissingPermission(say("Your role does not allow this operation."))
