"""Health: for the platform at the root, for callers under /v1. O(1), and looked at once a second however many ask."""

from typing import Literal

import orjson
from flask import Flask, Response, current_app

from stedenband.core.db import Database
from stedenband.core.errors import Problem
from stedenband.web import fields
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.guard import OPEN, needs
from stedenband.web.remembered import Remembered
from stedenband.web.schema import Schema
from stedenband.web.windows import Windows

Status = Literal["UP", "DEGRADED", "DOWN"]
EXTENSION = "stedenband.health"


def install(app: Flask, database: Database, windows: Windows) -> None:
    """Add the routes."""
    app.extensions[EXTENSION] = Remembered(lambda: look(database, windows), 1.0)
    app.add_url_rule("/livez", "livez", livez)
    app.add_url_rule("/readyz", "readyz", readyz)


class HealthSchema(Schema):
    """Whether the service is up."""

    status = fields.Code(
        "UP, DOWN, or DEGRADED: it works, but not all that belongs to it.",
        ("UP", "DEGRADED", "DOWN"),
        dump_only=True,
        required=True,
    )


@needs(OPEN)
def livez() -> Response:
    """Tell that the process runs."""
    return Response("ok\n", mimetype="text/plain")


@needs(OPEN)
def readyz() -> Response:
    """Tell whether the database answers."""
    return (
        Response("ok\n", mimetype="text/plain")
        if status() != "DOWN"
        else Response("down\n", 503, mimetype="text/plain")
    )


def health() -> Response:
    """Tell callers whether the service is up: `{status: UP | DEGRADED | DOWN}`."""
    found = status()
    return Response(orjson.dumps({"status": found}), 503 if found == "DOWN" else 200, mimetype="application/json")


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


def status() -> Status:
    """Return how the service is, as this process saw it at most a second ago."""
    remembered: Remembered[Status] = current_app.extensions[EXTENSION]
    return remembered.get()


def look(database: Database, windows: Windows) -> Status:
    """Ask the database for a connection, and Redis, if there is one, whether it is there."""
    try:
        with database.visit():
            return "UP" if windows.are_shared() else "DEGRADED"
    except Problem:
        return "DOWN"
