"""Answers a list: one statement, one page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, current_app, request

from stedenband.web.conditional import reply, tag
from stedenband.web.embedding import embedded, kinds_of
from stedenband.web.fields import Code, Flag, Integer, Repeated, Select, Text
from stedenband.web.guard import caller, visit
from stedenband.web.language import kept
from stedenband.web.links import base_address
from stedenband.web.paging import DEFAULT_SIZE, LARGEST_SIZE, read, steps_of, written
from stedenband.web.problems import not_found
from stedenband.web.projection import Projection
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, named_schema
from stedenband.web.statements import Shape, Statements

PAGING = {"sort", "after", "pageSize", "total", "select", "embed"}


def statements_of(resource: Resource, base: str, *, features: bool = False) -> Statements:
    """Return the finished statements of a resource (or of its GeoJSON features), made once per application."""
    made: dict[tuple[Resource, bool], Statements] = current_app.extensions.setdefault("stedenband.statements", {})
    key = (resource, features)
    return made[key] if key in made else made.setdefault(key, Statements(resource, base, features=features))


def query_schema(resource: Resource) -> type[Schema]:
    """Return the parameters of a list: its filters, its sorts, paging."""
    sorts = [sign + sort.name for sort in resource.sorts for sign in ("", "-")]
    default = ", ".join(resource.default_sort)
    fields = filter_fields(resource)
    fields["sort"] = Repeated(
        Code(f"Order; '-' for descending. Default: {default}; ties are broken by id.", sorts), most=3
    )
    fields["after"] = Text("The cursor of the page before, taken from `next`.", 4000)
    fields["pageSize"] = Integer("Items per page.", 1, LARGEST_SIZE, load_default=DEFAULT_SIZE, example=DEFAULT_SIZE)
    fields["total"] = Flag("Whether to count all items that match.", load_default=False)
    return named_schema(f"{resource.schema.__name__.removesuffix('Schema')}Query", fields | shape_fields(resource))


def filter_fields(resource: Resource) -> dict[str, Any]:
    """Return the parameters that choose records."""
    return {each.name: Repeated(each.field) if each.many else each.field for each in resource.filters}


def read_schema(resource: Resource) -> type[Schema]:
    """Return the parameters of a single record."""
    return named_schema(f"{resource.schema.__name__.removesuffix('Schema')}ReadQuery", shape_fields(resource))


def shape_fields(resource: Resource) -> dict[str, Any]:
    """Return the parameters that shape a document: `select` and, where it refers to other collections, `embed`."""
    kinds = kinds_of(resource)
    embed = {"embed": Repeated(Code("Records referred to, to be sent too, in `embedded`.", kinds))} if kinds else {}
    return {"select": Select(resource.schema), **embed}


def projection_of(query: Mapping[str, Any], resource: Resource | None = None) -> Projection:
    """Return what the caller wants of a document; `resource`: of a single one, with the moves that are open to it."""
    lifecycle = resource.lifecycle if resource else None
    moves = lifecycle.open_to(caller(), resource.permissions["move"]) if resource and lifecycle else frozenset()
    return Projection(query.get("select"), kept() is not None, moves)


def answer_one(resource: Resource, query: Mapping[str, Any], key: Any, parent: Any = None) -> Response:
    """Return one record; 404 when it is missing or unseen."""
    statement = statements_of(resource, base_address()).read(projection_of(query, resource))
    rows = visit().rows(statement, {"id": key, "parent": parent, "lang": kept()})
    if not rows:
        raise not_found()
    body = rows[0][1].encode()
    if "embed" in query:
        body = body[:-1] + b"," + embedded(resource, query["embed"], [key], kept()) + b"}"
    return reply(body, tag(body, rows[0][0]))


def answer_list(resource: Resource, query: Mapping[str, Any], base: str, parent: Any = None) -> Response:
    """Return the page that `query` asks for; 404 when the parent is missing or unseen."""
    steps = steps_of(resource, query.get("sort", ()))
    cursor = read(query["after"], resource, query.get("sort", ()), steps) if "after" in query else None
    filters = {name: value for name, value in query.items() if name not in PAGING}
    nulls = cursor.nulls if cursor else None
    shape = Shape(query["pageSize"] + 1, tuple(sorted(filters)), steps, nulls, query["total"], projection_of(query))
    bound = {f"after_{index}": value for index, value in enumerate(cursor.values)} if cursor else {}
    values = {**filters, **bound, "parent": parent, "lang": kept()}
    rows = visit().rows(statements_of(resource, base).list(shape), values)
    if parent is not None and not rows:
        raise not_found()
    rows = [row for row in rows if row[-1] is not None]
    if query["total"] and not rows and cursor:
        whole = visit().rows(statements_of(resource, base).list(replace(shape, limit=1, nulls=None)), values)
        return _page(resource, rows, query, whole[0][0] if whole else 0)
    return _page(resource, rows, query, rows[0][0] if rows else 0)


def _page(resource: Resource, rows: list[Any], query: Mapping[str, Any], total: int) -> Response:
    size = query["pageSize"]
    page = rows[:size]
    head: dict[str, Any] = {"self": page_address({})}
    tail: dict[str, Any] = {"pageSize": size}
    if query["total"]:
        tail["total"] = total
    tail["first"] = page_address({"after": None})
    if len(rows) > size:
        tail["next"] = page_address({"after": written(query.get("sort", ()), page[-1][2:])})
    items = ",".join(row[1] for row in page).encode()
    more = b""
    if "embed" in query:
        more = embedded(resource, query["embed"], [row[-1] for row in page], kept()) + b","
    body = orjson.dumps(head)[:-1] + b',"items":[' + items + b"]," + more + orjson.dumps(tail)[1:]
    return reply(body, tag(body))


def page_address(change: Mapping[str, str | None]) -> str:
    """Return the address of this list with parameters changed (None: left out)."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name not in change]
    pairs += [(name, value) for name, value in change.items() if value is not None]
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{current_app.config['PUBLIC_URL']}{request.path}{query}"
