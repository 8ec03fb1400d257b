"""Operations that will go: told in every reply (RFC 9745, RFC 8594) and in the contract."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from flask import Flask, Response, request


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Since when an operation is no longer recommended, when it ends if that is known, and where that is explained.

    The instants are in UTC.
    """

    since: datetime
    link: str
    sunset: datetime | None = None

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers of every reply of the operation."""
        told = [
            ("Deprecation", f"@{self.since.timestamp():.0f}"),
            ("Link", f'<{self.link}>; rel="deprecation"; type="text/html"'),
        ]
        if self.sunset:
            told += [
                ("Sunset", format_datetime(self.sunset, usegmt=True)),
                ("Link", f'<{self.link}>; rel="sunset"; type="text/html"'),
            ]
        return told


def install(app: Flask) -> None:
    """Tell the callers of a deprecated operation, whatever it answers."""

    @app.after_request
    def tell(response: Response) -> Response:
        """Add the headers of the operation."""
        deprecated = getattr(app.view_functions.get(request.endpoint or ""), "deprecated", None)
        if deprecated:
            for name, value in deprecated.headers():
                response.headers.add(name, value)
        return response
