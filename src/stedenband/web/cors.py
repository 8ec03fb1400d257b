"""Which pages may call the API from a browser: those of the origins in an exact list, and none by default.

Keys travel in a header that a page sets itself, so no cookies and no `Access-Control-Allow-Credentials`.
"""

from collections.abc import Collection

from flask import Flask, Response, request

METHODS = "DELETE, GET, HEAD, PATCH, POST"
READ = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Range, BelGov-Trace-Id, "
    "traceparent, tracestate"
)
"""Request headers, besides those that need no permission (Accept, Accept-Language, Content-Language)."""
SHOWN = (
    "API-Version, BelGov-Related-Trace-Id, BelGov-Trace-Id, Content-Disposition, Content-Range, Deprecation, ETag, "
    "Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, WWW-Authenticate"
)
ASKING = ("Origin", "Access-Control-Request-Method")
"""Request headers by which one knows that a browser asks for permission."""
TWO_HOURS = "7200"
"""The longest that browsers remember a permission."""


def install(app: Flask, origins: Collection[str]) -> None:
    """Let pages of `origins` call; their browsers ask first, which takes neither a key nor the database."""
    allowed = frozenset(origins)

    @app.before_request
    def permit() -> Response | None:
        """Answer a browser that asks what a page may send."""
        if request.method != "OPTIONS" or not all(name in request.headers for name in ASKING):
            return None
        response = Response(status=204)
        response.vary.update(("Access-Control-Request-Method", "Access-Control-Request-Headers"))
        if request.headers["Origin"] in allowed:
            response.headers["Access-Control-Allow-Methods"] = METHODS
            response.headers["Access-Control-Allow-Headers"] = READ
            response.headers["Access-Control-Max-Age"] = TWO_HOURS
        return response

    @app.after_request
    def show(response: Response) -> Response:
        """Let a page of a listed origin read the reply."""
        if allowed:
            response.vary.add("Origin")
        if (origin := request.headers.get("Origin")) in allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = SHOWN
        return response
