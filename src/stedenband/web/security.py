"""Headers that tell browsers what not to do. A reply that needs another value sets it itself."""

from collections.abc import Mapping

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",  # pages of other origins that may call use CORS, which this allows
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
A_YEAR = "max-age=31536000"


def headers(public_url: str) -> Mapping[str, str]:
    """Return the headers of every reply; HTTPS alone from now on where callers use it already."""
    secure = public_url.startswith("https://")
    return {**HEADERS, **({"Strict-Transport-Security": A_YEAR} if secure else {})}
