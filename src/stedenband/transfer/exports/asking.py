"""What a long export asks for: the same query as the list of the collection, in a request that is made again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Flask, request

from stedenband.core.errors import BadRequest
from stedenband.web.formats.offers import EXPORTS
from stedenband.web.formats.table import Representation
from stedenband.web.links import API
from stedenband.web.listing import query_schema
from stedenband.web.parsing import Parser
from stedenband.web.resource import Resource

RULE = "rejectedInput"
"""The kind of what is wrong with a query: to the schema of a body it is a text like any other."""
FORMATS: Mapping[str, Representation] = {each.format.name: each for each in EXPORTS}


@contextmanager
def as_request(
    app: Flask, resource: Resource, parent: UUID | None, query: str, language: str
) -> Iterator[Mapping[str, Any]]:
    """Give what a query asks for, for the time of a request for the list; raises BadRequest that names the parameter.

    Where texts, links and codes are made, a request is looked at: its language, its address.
    """
    path = "/".join(str(parent) if step.startswith("<") else step for step in resource.path.split("/"))
    with app.test_request_context(f"{API}{path}", query_string=query, headers={"Accept-Language": language}):
        try:
            loaded = Parser().parse(query_schema(resource)(), request, location="query")
        except BadRequest as error:
            issues = [
                replace(each, kind=RULE, place="body", name=f"query.{each.name}".replace("query.query", "query"))
                for each in error.issues
            ]
            raise BadRequest(error.detail, issues=issues) from None
        yield loaded
