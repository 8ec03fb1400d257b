"""The contract as a page for people: /doc shows it in Swagger UI, and asks nothing of anybody but this server."""

from functools import cache
from importlib.resources import files

from flask import Flask, Response

from stedenband.web.conditional import reply, tag
from stedenband.web.guard import OPEN, needs
from stedenband.web.problems import not_found

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The browser refuses what comes from elsewhere, and code or style in the page itself; the icons are data URLs."""
A_DAY = "public, max-age=86400"

PAGE = "documentation.html"
OURS = "stedenband.web"
SWAGGER_UI = "flask_swagger_ui"
"""The package is used for the files of Swagger UI that it carries; its own blueprint writes scripts into the page."""

ASSETS = {
    "documentation.js": (OURS, "assets", "text/javascript; charset=utf-8"),
    "favicon-32x32.png": (SWAGGER_UI, "dist", "image/png"),
    "index.css": (SWAGGER_UI, "dist", "text/css; charset=utf-8"),
    "swagger-ui-bundle.js": (SWAGGER_UI, "dist", "text/javascript; charset=utf-8"),
    "swagger-ui.css": (SWAGGER_UI, "dist", "text/css; charset=utf-8"),
}
"""What the page may ask for: name -> package and folder that hold it, `Content-Type`."""


def install(app: Flask) -> None:
    """Add the page and its files."""
    app.add_url_rule("/doc", "documentation", page)
    app.add_url_rule("/doc/<name>", "documentation_asset", asset)


@needs(OPEN)
def page() -> Response:
    """Return the page."""
    response = _sent(OURS, "assets", PAGE, "text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@needs(OPEN)
def asset(name: str) -> Response:
    """Return a file of the page; a caller may keep it for a day."""
    if name not in ASSETS:
        raise not_found()
    package, folder, kind = ASSETS[name]
    response = _sent(package, folder, name, kind)
    response.headers["Cache-Control"] = A_DAY
    return response


def _sent(package: str, folder: str, name: str, kind: str) -> Response:
    return reply(*_loaded(package, folder, name), kind=kind)


@cache
def _loaded(package: str, folder: str, name: str) -> tuple[bytes, str]:
    """Return the bytes of a file and their tag, read once per process."""
    body = files(package).joinpath(folder, name).read_bytes()
    return body, tag(body)
