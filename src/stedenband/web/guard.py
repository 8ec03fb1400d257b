"""Who may come in: every route declares its permission, and every request is checked in one order.

Size, key syntax, key, route, permission by role; what comes after (media types, input, row, relation, version) is
checked where it is read. The database decides which rows and whose.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request

from stedenband.core.access import ANYBODY, Actor, Permission
from stedenband.core.db import Credential, Database, Visit
from stedenband.core.errors import (
    AddressTooLong,
    HeaderFieldsTooLarge,
    InvalidAccessToken,
    MissingPermission,
    NoAccessToken,
    Problem,
)
from stedenband.core.words import say
from stedenband.web import rates
from stedenband.web.problems import too_large

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_BODY = 1024 * 1024
LONGEST_ADDRESS = 6000
LONGEST_HEADER = 4096
"""Both less than gunicorn takes, so that the answer is a problem document."""
OPEN = "open"
"""The declaration of a route that needs neither a key nor the database, such as a health check."""


class UndeclaredRoute(RuntimeError):
    """A route has no declared permission; the application does not start."""


def needs(permission: Permission | str) -> Callable[[View], View]:
    """Declare the permission of a view."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def declared(app: Flask, endpoint: str) -> Permission | str:
    """Return the permission that the view of `endpoint` declares."""
    view = app.view_functions[endpoint]
    found = getattr(view, "permission", None)
    if found is None:
        raise UndeclaredRoute(f"The route {endpoint!r} declares no permission: decorate its view with @needs(…).")
    return cast("Permission | str", found)


def install(app: Flask, database: Database, parse: Callable[[str], Credential | None]) -> None:
    """Check every request before its view; `parse` turns an Authorization value into a credential, if it is one."""
    app.extensions["stedenband.database"] = database

    @app.before_request
    def admit() -> None:
        """Admit the caller, or raise the problem that it meets first."""
        g.stack = ExitStack()
        refuse_size()
        g.credential = presented(parse)
        actor = visit().actor if g.credential else ANYBODY
        if actor is None:
            raise InvalidAccessToken
        g.actor = actor
        rates.meet_client(actor)
        if request.routing_exception is None and request.endpoint is not None:
            require(declared(app, request.endpoint))

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        """Give the connection back."""
        stack = g.pop("stack", None)
        if stack is not None:
            stack.close()


def check_routes(app: Flask) -> None:
    """Refuse to start with a route whose permission is not declared."""
    for rule in app.url_map.iter_rules():
        declared(app, rule.endpoint)


def refuse_size() -> None:
    """Read the body, so that a slow sender holds no connection; refuse what is too large."""
    if len(request.path) + len(request.query_string) > LONGEST_ADDRESS:
        raise AddressTooLong(say("Send an address of at most {most} characters.", most=LONGEST_ADDRESS))
    if any(len(value) > LONGEST_HEADER for _, value in request.headers):
        raise HeaderFieldsTooLarge(say("Send headers of at most {most} characters.", most=LONGEST_HEADER))
    if (request.content_length or 0) > LARGEST_BODY:
        raise too_large()
    request.get_data()


def presented(parse: Callable[[str], Credential | None]) -> Credential | None:
    """Return the credential of the request, None for an anonymous one; refuse what has the form of none."""
    value = request.headers.get("Authorization")
    if value is None:
        return None
    credential = parse(value)
    if credential is None:
        raise InvalidAccessToken
    return credential


def require(permission: Permission | str) -> None:
    """Refuse an actor whose role or key does not allow `permission`."""
    if permission == OPEN or caller().may(cast("Permission", permission)):
        return
    refusal: Problem = (
        NoAccessToken() if caller() is ANYBODY else MissingPermission(say("Your role does not allow this operation."))
    )
    raise refusal


def caller() -> Actor:
    """Return the actor of this request."""
    return cast("Actor", g.actor)


def end_visit() -> None:
    """Give the connection back before the reply is sent, so that a slow reader holds none."""
    g.pop("visit", None)
    g.stack.close()


def visit() -> Visit:
    """Return this request's visit to the database; the connection is checked out at the first call."""
    if "visit" not in g:
        database: Database = current_app.extensions["stedenband.database"]
        g.visit = g.stack.enter_context(database.visit(g.credential))
    return cast("Visit", g.visit)
