"""The limit: what a Python process under the same gunicorn can do at best with the same promises of the database.

A bare WSGI application. It looks the key up by `enter`, runs the API's finished statement for the shape under the same
row policies, and passes the bytes through. No input is checked, nothing is counted, traced, logged or tagged.
"""

import os
import re
from collections.abc import Callable, Iterable
from threading import local
from typing import Any
from urllib.parse import parse_qs

import psycopg

from bench.peers import common
from stedenband.app import RESOURCES
from stedenband.core.db import ENTER, TIME_OUTS
from stedenband.web.exports import MOST_ROWS
from stedenband.web.paging import read, steps_of
from stedenband.web.projection import Projection
from stedenband.web.statements import Shape, Statements

StartResponse = Callable[[str, list[tuple[str, str]]], object]
JSON = "application/json"
PATH = re.compile(r"/v1/(\w+)(?:/([0-9a-f-]{36}))?")
PLAIN = ("after", "pageSize", "format")

resources = {resource.name: resource for resource in RESOURCES}
statements = {name: Statements(resource, common.BASE) for name, resource in resources.items()}
own = local()


def connection() -> psycopg.Connection[Any]:
    """Return this thread's connection."""
    if not hasattr(own, "connection"):
        own.connection = psycopg.connect(os.environ["BENCH_DATABASE_URL"], autocommit=True, options=TIME_OUTS)
    return own.connection  # type: ignore[no-any-return]


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request."""
    database = connection()
    if database.execute(ENTER, common.presented(environ.get("HTTP_AUTHORIZATION"))).fetchone() is None:
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return []
    name, key = PATH.fullmatch(environ["PATH_INFO"]).groups()  # type: ignore[union-attr]
    query = parse_qs(environ["QUERY_STRING"])
    if key:
        row = database.execute(statements[name].read(Projection()).encode(), {"id": key}).fetchone()
        body = row[1].encode() if row else b""
    elif "format" in query:
        return exported(name, database, start_response)
    else:
        body = page(name, query, database)
    start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(body)))])
    return [body]


def page(name: str, query: dict[str, list[str]], database: psycopg.Connection[Any]) -> bytes:
    """Return a page, without any address in it."""
    steps = steps_of(resources[name], ())
    cursor = read(query["after"][0], resources[name], (), steps) if "after" in query else None
    filters = {key: value if key != "q" else value[0] for key, value in query.items() if key not in PLAIN}
    size = int(query["pageSize"][0])
    shape = Shape(size + 1, tuple(sorted(filters)), steps, cursor.nulls if cursor else None)
    bound = {f"after_{index}": value for index, value in enumerate(cursor.values)} if cursor else {}
    rows = database.execute(statements[name].list(shape).encode(), {**filters, **bound, "lang": None}).fetchall()
    return b'{"items":[' + ",".join(row[1] for row in rows[:size]).encode() + b"]}"


def exported(name: str, database: psycopg.Connection[Any], start_response: StartResponse) -> Iterable[bytes]:
    """Return all documents, one per line, as they come."""
    text = statements[name].list(Shape(MOST_ROWS + 1, (), steps_of(resources[name], ())))
    start_response("200 OK", [("Content-Type", "application/x-ndjson")])
    with psycopg.ClientCursor(database).copy(f"COPY ({text}) TO STDOUT".encode(), {"lang": None}) as copy:
        for row in copy.rows():
            yield row[1].encode() + b"\n"
