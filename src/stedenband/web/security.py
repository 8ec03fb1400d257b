"""Headers that tell browsers what not to do. A reply that needs another value sets it itself."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256

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


def policy_of(style: str, *, pictures: bool = False) -> str:
    """Return the policy of a page with this style, and pictures within it; it runs nothing and loads nothing."""
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    shown = "img-src data:; " if pictures else ""
    return (
        f"default-src 'none'; style-src 'sha256-{allowed}'; {shown}base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
