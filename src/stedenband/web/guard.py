"""Who may come in: every route declares its permission, and every request is checked in one order.

Size, key syntax, key, route, permission by role; what comes after (media types, input, row, relation, version) is
checked where it is read. The database decides which rows and whose.
"""

from collections.abc import Callable
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
AROUND_A_FILE = 64 * 1024
"""What a request may hold beside the file that it sends."""
LINK = "token"
"""The query parameter of a signed link."""
LONGEST_ADDRESS = 6000
LONGEST_HEADER = 4096
MOST_HEADERS = 64
UNREAD = "stedenband.unread"
"""Where the environment of a request that the server could not read names the problem that it meets."""
HEADERS = ("HTTP_", "CONTENT_")
"""How the names of request headers begin in a WSGI environment."""
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
        refuse_size()
        credential = g.credential = linked() or presented(parse)
        actor = visit().actor if credential else ANYBODY
        if actor is None:
            raise InvalidAccessToken
        g.actor = actor
        rates.meet_client(actor)
        if request.routing_exception is None and request.endpoint is not None:
            require(declared(app, request.endpoint))

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        """Give the connection back."""
        end_visit()


def check_routes(app: Flask) -> None:
    """Refuse to start with a route whose permission is not declared."""
    for rule in app.url_map.iter_rules():
        declared(app, rule.endpoint)


def refuse_size() -> None:
    """Read the body, so that a slow sender holds no connection; refuse what is too large, or no HTTP at all.

    A view that streams reads it itself, when its caller was admitted, and holds no connection meanwhile.
    """
    if UNREAD in request.environ:
        raise request.environ[UNREAD]
    if len(request.path) + len(request.query_string) > LONGEST_ADDRESS:
        raise address_too_long()
    environ = request.environ
    if any(len(value) > LONGEST_HEADER for name, value in environ.items() if name.startswith(HEADERS)):
        raise headers_too_large()
    if streams():
        most = current_app.config["LARGEST_DOCUMENT"]
        request.max_content_length = most * LARGEST_BODY + AROUND_A_FILE
        if (request.content_length or 0) > request.max_content_length:
            raise too_large(most)
        return
    if (request.content_length or 0) > LARGEST_BODY:
        raise too_large()
    if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
        request.get_data()


def streams() -> bool:
    """Tell whether the view of this request reads its body itself."""
    return bool(request.endpoint and getattr(current_app.view_functions[request.endpoint], "streams", False))


def linked() -> Credential | None:
    """Return whose signed link this request follows, where its view takes such links; None without one."""
    reader = request.endpoint and getattr(current_app.view_functions[request.endpoint], "linked", None)
    found: Credential | None = reader(request) if reader and LINK.encode() in request.query_string else None
    return found


def presented_now() -> Credential | None:
    """Return what this request presents."""
    return cast("Credential | None", g.credential)


def come_back() -> None:
    """Enter again after the body was read without a connection; whose key was revoked meanwhile is refused."""
    if g.credential and visit().actor is None:
        raise InvalidAccessToken


def address_too_long() -> AddressTooLong:
    """Return the problem of an address over the limit."""
    return AddressTooLong(say("Send an address of at most {most} characters.", most=LONGEST_ADDRESS))


def headers_too_large() -> HeaderFieldsTooLarge:
    """Return the problem of headers over the limits."""
    said = say("Send at most {count} headers of at most {most} characters.", count=MOST_HEADERS, most=LONGEST_HEADER)
    return HeaderFieldsTooLarge(said)


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


def enter_with(credential: Credential) -> bool:
    """Let this request go on as whoever presents a credential that stands in no header; tell whether it is valid."""
    end_visit()
    g.credential = credential
    g.actor = visit().actor or ANYBODY
    return g.actor is not ANYBODY


def end_visit() -> None:
    """Give the connection back, if there is one; an export does so before its reply is sent to a slow reader."""
    held: Visit | None = g.pop("visit", None)
    if held:
        held.close()


def visit() -> Visit:
    """Return this request's visit to the database; the connection is checked out at the first call."""
    held: Visit | None = g.get("visit")
    if held is None:
        database: Database = current_app.extensions["stedenband.database"]
        held = g.visit = database.enter(g.credential)
    return held
