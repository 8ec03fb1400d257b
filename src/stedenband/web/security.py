"""Headers that tell browsers what not to do. A reply that needs another value sets it itself."""

from collections.abc import Mapping

from flask import Flask, Response

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",  # pages of other origins that may call use CORS, which this allows
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
A_YEAR = "max-age=31536000"


def install(app: Flask) -> None:
    """Put the headers on every reply; HTTPS alone from now on where callers use it already."""
    secure = app.config["PUBLIC_URL"].startswith("https://")
    headers = {**HEADERS, **({"Strict-Transport-Security": A_YEAR} if secure else {})}

    @app.after_request
    def protect(response: Response) -> Response:
        """Add what the reply does not say itself."""
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response
