"""A trace id per reply, one log line per request, and the headers that every reply carries."""

import re
from http.client import INTERNAL_SERVER_ERROR
from time import perf_counter
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

API_VERSION = "1.0.0"
RELATED_FORM = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
QUIET = frozenset({"/livez", "/metrics", "/readyz"})
"""What the platform asks all the time: logged only when it fails, and not limited."""

log = structlog.get_logger("stedenband.request")


def install(app: Flask) -> None:
    """Trace every request."""

    @app.before_request
    def begin() -> None:
        """Make the id of this reply."""
        g.trace_id = str(uuid4())
        g.began = perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        """Add the general headers and write the log line: no query, no key, no personal data."""
        related = request.headers.get("BelGov-Trace-Id", "")
        response.headers["BelGov-Trace-Id"] = g.trace_id
        if RELATED_FORM.fullmatch(related):
            response.headers["BelGov-Related-Trace-Id"] = related
        response.headers["API-Version"] = API_VERSION
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(("Accept", "Authorization"))
        if request.path not in QUIET or response.status_code >= INTERNAL_SERVER_ERROR:
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                milliseconds=round((perf_counter() - g.began) * 1000, 1),
                bytes=response.content_length,
                client=str(getattr(g.get("actor"), "client_id", None) or "anonymous"),
                trace=g.trace_id,
                related=related if RELATED_FORM.fullmatch(related) else None,
            )
        return response
