"""Where replies leave: an id for each, the headers that every one of them carries, and its line in the log.

This is done at the WSGI boundary, where headers are plain pairs: one by one through werkzeug's Headers, which looks
through all there are for each, they took a quarter of the time of an answer.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from http.client import INTERNAL_SERVER_ERROR
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, g, request

API_VERSION = "1.0.0"
RELATED_FORM = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
QUIET = frozenset({"/livez", "/metrics", "/readyz"})
"""What the platform asks all the time: logged only when it fails, and not limited."""
VARIES = ("Accept", "Authorization", "Accept-Encoding")
"""The request headers on which every reply depends."""
SECRET = re.compile(r"(cal|dig)_[A-Za-z0-9_-]+", re.ASCII)
"""The secret in the address of a calendar or that ends an e-mail, or what is left of it where it was mistyped."""
OURS = "stedenband.trace"
"""Where the environment of a request keeps the id of its reply."""

log = structlog.get_logger("stedenband.request")

Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]


def install(app: Flask, carried: Mapping[str, str] | None = None, varies: Iterable[str] = ()) -> None:
    """Trace every request; each reply gets the headers `carried` that it does not set itself."""
    constant = {
        name.lower(): (name, value)
        for name, value in {"API-Version": API_VERSION, "Cache-Control": "private, no-cache", **(carried or {})}.items()
    }
    always = (*VARIES, *varies)
    inner: Any = app.wsgi_app

    def boundary(environ: dict[str, Any], start_response: StartResponse) -> Any:
        trace_id = environ[OURS] = str(uuid4())
        began = perf_counter()

        def start(status: str, headers: Headers, *more: Any) -> Any:
            there = {name.lower(): value for name, value in headers}
            headers += [pair for name, pair in constant.items() if name not in there]
            headers.append(("BelGov-Trace-Id", trace_id))
            related = _related(environ)
            if related:
                headers.append(("BelGov-Related-Trace-Id", related))
            _vary(headers, there.get("vary"), always)
            code = int(status[:3])
            if environ["PATH_INFO"] not in QUIET or code >= INTERNAL_SERVER_ERROR:
                log.info(
                    "request",
                    method=environ["REQUEST_METHOD"],
                    path=loggable(request.path),
                    status=code,
                    milliseconds=round((perf_counter() - began) * 1000, 1),
                    bytes=int(there["content-length"]) if "content-length" in there else None,
                    client=str(getattr(g.get("actor"), "client_id", None) or "anonymous"),
                    trace=trace_id,
                    related=related,
                )
            return start_response(status, headers, *more)

        return inner(environ, start)

    app.wsgi_app = boundary  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        """Let problems name the reply, and measurements its time."""
        g.trace_id = request.environ[OURS]
        g.began = perf_counter()


def loggable(path: str) -> str:
    """Return a path without the secret that it may hold."""
    return SECRET.sub(r"\1_…", path)


def _related(environ: Mapping[str, Any]) -> str | None:
    """Return the caller's own id, if it is one."""
    sent: str = environ.get("HTTP_BELGOV_TRACE_ID", "")
    return sent if RELATED_FORM.fullmatch(sent) else None


def _vary(headers: Headers, own: str | None, always: Iterable[str]) -> None:
    """Say on what the reply depends, beside what it says itself."""
    if own is None:
        headers.append(("Vary", ", ".join(always)))
        return
    named = {each.strip().lower() for each in own.split(",")}
    more = [each for each in always if each.lower() not in named]
    headers[:] = [(name, value) for name, value in headers if name.lower() != "vary"]
    headers.append(("Vary", ", ".join([own, *more])))
