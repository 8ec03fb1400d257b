"""Pictures within a page: the domain that keeps the files makes them small, pages above all others show them."""

from base64 import b64encode
from collections.abc import Callable

from flask import Flask, current_app

EXTENSION = "stedenband.pictures"
Small = Callable[[str, str], bytes | None]
"""(SHA-256, media type) -> a small one (WebP) of a picture; None for one that cannot be read now."""


def install(app: Flask, small: Small) -> None:
    """Say who makes the pictures small."""
    app.extensions[EXTENSION] = small


def picture(digest: str, media_type: str) -> str | None:
    """Return a picture, small, as an address that holds it (RFC 2397), so that a page needs nothing else."""
    small: Small = current_app.extensions[EXTENSION]
    found = small(digest, media_type)
    return None if found is None else f"data:image/webp;base64,{b64encode(found).decode()}"
