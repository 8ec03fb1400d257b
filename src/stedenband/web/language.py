"""The caller's language."""

from flask import request


def kept() -> str | None:
    """Return the one language of localized texts that `lang=` asks for; None: all of them."""
    return request.args.get("lang")
