"""`GET /search`: the words in every resource that the caller may read, in one statement.

A resource is searched when its collection has the filter `q` and its records have words of their own: a period is found
by those of its indicator, which is found itself. Contacts have no `q`: words stand in the address here, and a person is
looked up by `POST /contacts/query` alone.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response
from sqlalchemy import Integer, Select, Text, bindparam, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from stedenband.core.finished import finished
from stedenband.web import fields
from stedenband.web.conditional import reply, tag
from stedenband.web.declare import View
from stedenband.web.guard import caller, visit
from stedenband.web.links import base_address
from stedenband.web.listing import page_address
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, named_schema
from stedenband.web.sqljson import Writer
from stedenband.web.statements import bound

KEPT_STATEMENTS = 128


def search_in(searched: dict[str, Resource]) -> View:
    """Return the view that searches these collections."""

    def view(query: dict[str, Any]) -> Response:
        wanted = query.get("resource", searched)
        read = tuple(
            resource
            for name, resource in searched.items()
            if name in wanted and caller().may(resource.permissions["read"])
        )
        values = {"q": query["q"], "limit": query["pageSize"]}
        found = dict(visit().rows(statement(read, base_address()), values)) if read else {}
        groups = [_group(each, query["q"], found[each.name]) for each in read if found.get(each.name)]
        body = orjson.dumps({"self": page_address({}), "q": query["q"], "groups": groups})
        return reply(body, tag(body))

    return view


def _group(resource: Resource, words: str, items: str) -> dict[str, Any]:
    more = {} if resource.parent else {"more": f"{base_address()}{resource.path}?{urlencode({'q': words})}"}
    return {"resource": resource.name, "items": orjson.Fragment(items), **more}


@lru_cache(KEPT_STATEMENTS)
def statement(resources: tuple[Resource, ...], base: str) -> str:
    """`q` and `limit` -> name and found records per resource; the records are null where nothing was found."""
    return finished(union_all(*(_found_in(each, Writer(base)) for each in resources)))


def _found_in(resource: Resource, writer: Writer) -> Select[str, str]:
    """Take the best of the visible rows; their order is computed on nothing else."""
    model, words = resource.model, resource.filter_named["q"]
    columns = (column for column in model.__table__.c if column.name != "search")
    best = select(*columns).where(words.clause(model, bound(words))).order_by(*_best_first(model, resource))
    page = aliased(model, best.limit(bindparam("limit", type_=Integer())).subquery(f"best_{resource.plural}"))
    items = func.json_agg(
        aggregate_order_by(writer.document(found_schema(resource), page), *_best_first(page, resource))
    )
    return select(literal(resource.name), cast(items, Text))


def _best_first(entity: Any, resource: Resource) -> tuple[Any, ...]:
    """Order by: has the very title, begins with it, shorter title (the words are more of it), title, id."""
    title = getattr(entity, resource.title)
    folded, wanted = func.fold(title), func.fold(bindparam("q", type_=Text()))
    return ((folded != wanted), ~func.starts_with(folded, wanted), func.char_length(title), title, entity.id)


def found_schema(resource: Resource) -> type[Schema]:
    """Return what is shown of a record that was found: its address, id and title."""
    title = fields.Text("Its title or name.", 200, attribute=resource.title)
    known = resource.schema._declared_fields  # noqa: SLF001 (as in web.schema)
    return named_schema(f"{resource.name}Found", {"href": known["href"], "id": known["id"], "title": title})
