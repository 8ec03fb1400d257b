"""The answer to what gunicorn could not read as a request: a problem document, made by the application."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from werkzeug import Response
from werkzeug.test import EnvironBuilder

from stedenband.core.errors import BadRequest, Problem
from stedenband.core.words import say
from stedenband.web.guard import UNREAD, address_too_long, headers_too_large

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def problem_of(error: ParseException) -> Problem:
    """Return the problem that such a request meets."""
    match error:
        case LimitRequestLine():
            return address_too_long()
        case LimitRequestHeaders():
            return headers_too_large()
        case _:
            return BadRequest(
                say("This is no well-formed HTTP request. Check its first line, its headers and the form of its body.")
            )


def answer_to(error: ParseException, app: "WSGIApplication", peer: str) -> bytes:
    """Return the bytes of the answer to a request of `peer`, which ends its connection."""
    environ = EnvironBuilder("/", environ_base={"REMOTE_ADDR": peer, UNREAD: problem_of(error)}).get_environ()
    response = Response.from_app(app, environ)
    response.headers["Connection"] = "close"
    head = [f"HTTP/1.1 {response.status}", *_lines(response.headers), "", ""]
    return "\r\n".join(head).encode("latin-1") + response.get_data()


def _lines(headers: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers]
