"""Health: for the platform at the root, for callers under /v1. O(1), and no work for the anonymous."""

from typing import Any

import orjson
from flask import Flask, Response, current_app

from stedenband.core.db import Database
from stedenband.core.errors import Problem
from stedenband.web import fields
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.guard import OPEN, needs
from stedenband.web.schema import Schema


def install(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/livez", "livez", livez)
    app.add_url_rule("/readyz", "readyz", readyz)


class HealthSchema(Schema):
    """Whether the service is up."""

    status = fields.Code("UP or DOWN.", ("UP", "DOWN"), dump_only=True, required=True)


@needs(OPEN)
def livez() -> Response:
    """Tell that the process runs."""
    return Response("ok\n", mimetype="text/plain")


@needs(OPEN)
def readyz() -> Response:
    """Tell whether the database answers."""
    return (
        Response("ok\n", mimetype="text/plain")
        if _database_answers()
        else Response("down\n", 503, mimetype="text/plain")
    )


def health() -> Response:
    """Tell callers whether the service is up: `{status: UP | DOWN}`."""
    up = _database_answers()
    document: dict[str, Any] = {"status": "UP" if up else "DOWN"}
    return Response(orjson.dumps(document), 200 if up else 503, mimetype="application/json")


blueprint = StrictBlueprint("service", __name__, url_prefix="/v1", description="The service itself")
declare(
    blueprint,
    "/health",
    "GET",
    "check_health",
    OPEN,
    health,
    summary="Tell whether the service is up",
    returns=HealthSchema,
    facts={"plain": True},
)


def _database_answers() -> bool:
    database: Database = current_app.extensions["stedenband.database"]
    try:
        with database.visit():
            return True
    except Problem:
        return False
