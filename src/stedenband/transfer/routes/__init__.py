"""Imports and exports over HTTP."""

from collections.abc import Mapping, Sequence

from flask_smorest import Blueprint

from stedenband.transfer.routes import exports, imports
from stedenband.web.resource import Resource


def blueprints(resources: Sequence[Resource], enumerations: Mapping[str, Sequence[str]]) -> tuple[Blueprint, Blueprint]:
    """Return the routes for these collections; `enumerations` are the codes of our lists by name."""
    return imports.blueprint(resources, enumerations), exports.blueprint(resources)
