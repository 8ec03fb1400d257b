"""Long exports over HTTP: asked for, and fetched."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Flask, Response, current_app, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from stedenband.core.access import Permission
from stedenband.core.errors import BadRequest, MissingPermission
from stedenband.core.words import Rule, say
from stedenband.tasks.answers import accepted, result_of, sent
from stedenband.tasks.rules import RESULT, ask
from stedenband.tasks.schemas import TaskSchema
from stedenband.transfer.archive.long import MEDIA_TYPE
from stedenband.transfer.exports.asking import FORMATS, as_request
from stedenband.transfer.schemas import EVERYTHING, ZIP, export_schema
from stedenband.web.declare import StrictBlueprint, View, declare
from stedenband.web.exports import PAGES
from stedenband.web.guard import caller
from stedenband.web.idempotency import once
from stedenband.web.language import spoken
from stedenband.web.resource import Resource

NOT_TAKEN = {"embed", *PAGES}
"""Parameters of a list that an export has no place for."""


def blueprint(resources: Sequence[Resource]) -> Blueprint:
    """Return the routes for these collections."""
    made = StrictBlueprint("exports", __name__, url_prefix="/v1", description="Exports that take long")
    named = {each.name: each for each in resources}
    declare(
        made,
        "/exports",
        "POST",
        "create_export",
        Permission.EXPORTS_CREATE,
        _asker(named),
        summary="Ask for all records of a collection as a file, however many there are, or for all that is a city's",
        body=export_schema(tuple(named), tuple(FORMATS)),
        returns=TaskSchema,
        facts={"status": 202, "either": ("parent",)},
    )
    declare(
        made,
        "/exports/<uuid:exportId>",
        "GET",
        "read_export",
        Permission.TASKS_READ,
        read_export,
        summary="Download the file of an export that is done, or a part of it",
        facts={"file": (*dict.fromkeys(each.format.media_type for each in FORMATS.values()), MEDIA_TYPE)},
    )
    return made


def read_export(**ids: UUID) -> Response:
    """Send the file of an export that is done."""
    row = result_of(ids["exportId"], "export", "archive")
    return sent(row, RESULT, row.result["mediaType"], row.result["name"])


def _asker(resources: Mapping[str, Resource]) -> View:
    def view(data: dict[str, Any]) -> Response:
        whole = data["collection"] == EVERYTHING
        if whole is not (data["format"] == ZIP):
            said = say("The format of everything is zip, and of nothing else.")
            raise BadRequest.at("body", "format", Rule(said))
        kind, wanted = ("archive", _everything(data)) if whole else ("export", _some(resources, data))

        def work(session: Session) -> Response:
            return accepted(session, ask(session, caller(), kind, wanted, spoken()))

        return once(work)

    return view


def _everything(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an archive asks for, which is nothing more."""
    if not caller().may(Permission.EXPORTS_ARCHIVE) or caller().own_city is None:
        raise MissingPermission(say("Your role does not allow this operation."))
    for name in sorted(set(data) - {"collection", "format"}):
        raise BadRequest.at("body", name, Rule(say("An archive holds everything. Leave this property out.")))
    return {}


def _some(resources: Mapping[str, Resource], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an export of a collection asks for."""
    resource = resources[data["collection"]]
    if not caller().may(resource.permissions["read"]):
        raise MissingPermission(say("Your role does not allow this operation."))
    parent, query = data.get("parent"), data.get("query", "")
    if bool(resource.parent) is not bool(parent):
        said = say("Say below which record, for collections that stand below one, and for no other.")
        raise BadRequest.at("body", "parent", Rule(said))
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (as Flask says)
    with as_request(app, resource, parent, query, spoken()):
        given = sorted(NOT_TAKEN & set(request.args))
    if given:
        said = say("An export is complete and has no pages. Leave this parameter out.")
        raise BadRequest.at("body", f"query.{given[0]}", Rule(said))
    return {
        "collection": resource.name,
        "parent": parent and str(parent),
        "query": query,
        "format": data["format"],
    }
