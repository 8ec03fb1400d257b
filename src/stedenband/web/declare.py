"""Declares one operation: its route, permission, media types, input, and what the contract says of it."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from stedenband.core.access import Permission
from stedenband.web import negotiation
from stedenband.web.deprecation import Deprecated
from stedenband.web.formats.table import Representation
from stedenband.web.guard import needs
from stedenband.web.parsing import Parser
from stedenband.web.schema import Schema, camel

View = Callable[..., Response]


class StrictBlueprint(Blueprint):
    """flask-smorest's blueprint with our strict parser."""

    ARGUMENTS_PARSER = Parser()


def declare(  # noqa: PLR0913, PLR0917 (one call says all of an operation)
    blueprint: Blueprint,
    path: str,
    method: str,
    name: str,
    permission: Permission | str,
    view: View,
    *,
    summary: str,
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    returns: type[Schema] | None = None,
    offers: Sequence[Representation] = (),
    facts: Mapping[str, Any] | None = None,
    deprecated: Deprecated | None = None,
) -> None:
    """Register `view` for `method` and `path`; it receives the query or body that its schema loaded, and the ids.

    `offers`: the formats of its reply beside JSON (instead of it where the facts say `alone`); `negotiation.chosen()`
    tells the view which the caller gets.
    `facts` tell the contract what a schema cannot: see `web.openapi`. `deprecated`: every reply says that it will go.
    """
    view.__name__ = name
    reads = negotiation.MERGE_PATCH if method == "PATCH" else negotiation.JSON_ONLY
    operation: Any = view
    if query:
        operation = blueprint.arguments(query(), location="query", error_status_code=400)(operation)
    if body:
        operation = blueprint.arguments(body(), location="json", error_status_code=400)(operation)
    told = {**(facts or {}), "returns": returns, "method": method, "permission": permission, "offers": offers}
    told["deprecated"] = deprecated is not None
    operation = blueprint.doc(
        operationId=camel(name),
        summary=summary,
        **{"x-facts": told},
    )(operation)
    negotiated: Any = _negotiated(
        operation,
        reads if body else None,
        offers,
        bare=query is None,
        chooses=method != "DELETE" and "file" not in told,
        alone=bool(told.get("alone")),
    )
    negotiated.deprecated = deprecated
    negotiated.streams = told.get("streams", False)
    negotiated.linked = told.get("linked")
    blueprint.route(path, methods=[method], endpoint=name)(needs(permission)(negotiated))


def _negotiated(  # noqa: PLR0913 (as its caller)
    operation: View,
    reads: tuple[str, ...] | None,
    offers: Sequence[Representation],
    *,
    bare: bool,
    chooses: bool,
    alone: bool,
) -> View:
    """Check media types before the input is parsed; an operation without parameters takes none."""

    @wraps(operation)
    def checked(**ids: Any) -> Response:
        if chooses:
            negotiation.choose(offers, alone=alone)
        if reads:
            negotiation.sent_as(reads)
        if bare:
            negotiation.no_query(but=(negotiation.PARAMETER,) if chooses else ())
        return operation(**ids)

    return checked
