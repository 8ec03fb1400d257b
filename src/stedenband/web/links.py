"""Absolute links. Their base is a setting, never the `Host` a caller sends."""

from flask import current_app

API = "/v1"


def base_address() -> str:
    """Return what stands before every path of the API, such as `https://links.example.org/v1`."""
    return f"{current_app.config['PUBLIC_URL']}{API}"
