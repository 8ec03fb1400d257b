"""Which pages may call the API from a browser: those of the origins in an exact list, and none by default.

Keys travel in a header that a page sets itself, so no cookies and no `Access-Control-Allow-Credentials`.
"""

import re
from collections.abc import Collection

from flask import Flask, Response, request
from flask_cors import CORS

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST")
READ = (
    "Authorization", "BelGov-Trace-Id", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "If-Range",
    "Range", "traceparent", "tracestate", "Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset",
)  # fmt: skip
"""Request headers, besides those that need no permission (Accept, Accept-Language, Content-Language)."""
SHOWN = (
    "API-Version", "BelGov-Related-Trace-Id", "BelGov-Trace-Id", "Content-Disposition", "Content-Range", "Deprecation",
    "ETag", "Idempotency-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "Sunset",
    "Tus-Resumable", "Upload-Expires", "Upload-Length", "Upload-Offset", "WWW-Authenticate",
)  # fmt: skip
TWO_HOURS = 7200
"""The longest that browsers remember a permission, in seconds."""


def install(app: Flask, origins: Collection[str]) -> None:
    """Let pages of `origins` call; their browsers ask first, which takes neither a key nor the database.

    Where there are any, every reply says that it depends on `Origin`, also to whom no permission is given: see `trace`.
    """

    @app.before_request
    def permit() -> Response | None:
        """Answer a browser that asks what a page may send, before anything is counted or looked up."""
        asked = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        return app.make_default_options_response() if asked else None

    if not origins:
        return

    CORS(
        app,
        origins=[re.compile(re.escape(origin) + r"\Z") for origin in origins],
        methods=METHODS,
        allow_headers=READ,
        expose_headers=SHOWN,
        max_age=TWO_HOURS,
        always_send=False,
        vary_header=False,
        intercept_exceptions=False,
    )
