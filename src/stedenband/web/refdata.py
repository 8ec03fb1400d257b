"""Reference data: the codes that records and replies use, with labels in Dutch, French and English; no database."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import orjson
from flask import Response
from flask_smorest import Blueprint

from stedenband.core.access import Permission, Role
from stedenband.web import fields, language
from stedenband.web.catalogs import LANGUAGES, translated
from stedenband.web.codelists import DIRECTORY, CodeList, Item, Labels, code_lists
from stedenband.web.conditional import reply, tag
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.fields import present
from stedenband.web.guard import OPEN
from stedenband.web.links import base_address
from stedenband.web.problems import not_found
from stedenband.web.schema import Schema

AN_HOUR = "public, max-age=3600"
EXAMPLE = f"{fields.EXAMPLE_BASE}/refData/countries"
A_LIST = {
    "href": EXAMPLE,
    "code": "countries",
    "label": "Landen en gebieden",
    "labels": {"nl": "Landen en gebieden", "fr": "Pays et territoires", "en": "Countries and territories"},
}
A_CODE = {
    "href": f"{EXAMPLE}/BE",
    "code": "BE",
    "label": "België",
    "labels": {"nl": "België", "fr": "Belgique", "en": "Belgium"},
}
SOME_LISTS = {"self": f"{fields.EXAMPLE_BASE}/refData", "label": "Codelijsten", "items": [A_LIST], "total": 1}
SOME_CODES = {"self": EXAMPLE, "label": A_LIST["label"], "items": [A_CODE], "total": 1}
Named = TypeVar("Named", CodeList, Item)


class ParentSchema(Schema):
    """The code under which another stands."""

    href = fields.Url("The address of the parent.", required=True, example=f"{fields.EXAMPLE_BASE}/refData/sdgGoals/1")
    code = fields.Text("Its code.", 100, required=True, example="1")


class CodeSchema(Schema):
    """A code with its labels."""

    href = fields.Url("The address of this code.", required=True, example=f"{EXAMPLE}/BE")
    code = fields.Text("The code as it stands in records.", 100, required=True, example="BE")
    label = fields.Text("What it is called in the language of this reply.", 1000, required=True, example="België")
    labels = fields.LocalizedText(
        "What it is called in Dutch, French and English.",
        1000,
        example={"nl": "België", "fr": "Belgique", "en": "Belgium"},
    )
    description = fields.Text("What it means and what to do, in the language of this reply.", 500)
    parent = fields.Part("The category of a sector, the goal of a target.", ParentSchema, dump_only=True)
    status = fields.Integer("The HTTP status of a type of problem.", 400, 599, example=404)
    roles = fields.Codes(
        "The roles that hold a permission.", fields.Code("A role.", tuple(role.value for role in Role))
    )
    permissions = fields.Permissions("The permissions that a role holds.", tuple(each.value for each in Permission))


class CodeListSchema(Schema):
    """A list of codes, or the list of lists."""

    self_ = fields.Url("The address of this list.", data_key="self", required=True, example=EXAMPLE)
    label = fields.Text("What it is called in the language of this reply.", 500, required=True, example="Landen")
    source = fields.Text("Where the codes come from; none: our own.", 200, example="ISO 3166-1 alpha-2")
    version = fields.Text("Which version of the source.", 40, example="2.03")
    items = fields.Items("All codes; the list has no pages.", CodeSchema, most=1000, dump_only=True, required=True)
    total = fields.Integer("How many there are.", 0, 100_000, required=True, example=250)


def blueprint(enumerations: Mapping[str, Sequence[str]]) -> Blueprint:
    """Return the routes; the lists are put together when one is first asked for, once per process."""
    made = StrictBlueprint("refdata", __name__, url_prefix="/v1", description="Codes and their labels")
    lists = cache(lambda: code_lists(enumerations))

    def code_list(codeList: str = DIRECTORY) -> Response:  # noqa: N803 (as in the path)
        found = _named(lists(), codeList)
        document = {"self": _address(found.name), **_labeled(found.labels)}
        document |= {"source": found.source, "version": found.version}
        items = [_document(found, item) for item in found.items.values()]
        return _sent({**document, "labels": None, "items": items, "total": len(items)})

    def code(codeList: str, itemCode: str) -> Response:  # noqa: N803 (as in the path)
        found = _named(lists(), codeList)
        return _sent(_document(found, _named(found.items, itemCode)))

    def lists_of_codes() -> Response:
        return code_list()

    for path, name, view, summary, returns, example in (
        ("", "list_code_lists", lists_of_codes, "List the code lists", CodeListSchema, SOME_LISTS),
        ("/<codeList>", "read_code_list", code_list, "Read a code list with all labels", CodeListSchema, SOME_CODES),
        ("/<codeList>/<itemCode>", "read_code", code, "Read a code with its labels", CodeSchema, A_CODE),
    ):
        shown = {"example": example}
        declare(made, f"/refData{path}", "GET", name, OPEN, view, summary=summary, returns=returns, facts=shown)
    return made


def _named(among: Mapping[str, Named], name: str) -> Named:
    """Return what has this name; 404 when nothing has."""
    if name not in among:
        raise not_found()
    return among[name]


def _address(*steps: str) -> str:
    return "/".join((f"{base_address()}/refData", *filter(None, steps)))


def _labeled(labels: Labels) -> dict[str, Any]:
    """Return the label in the language of the caller, and the labels that `lang=` keeps."""
    kept = language.kept()
    shown = {each: labels[each] for each in LANGUAGES if kept in {None, each}}
    return {"label": labels[language.spoken()], "labels": shown or None}


def _document(within: CodeList, item: Item) -> dict[str, Any]:
    parent = {"href": _address(within.parents or "", item.parent), "code": item.parent} if item.parent else None
    return present(
        {
            "href": _address(within.name, item.code),
            "code": item.code,
            **_labeled(item.labels),
            "description": item.description and translated(item.description, language.spoken()),
            "parent": parent,
            "status": item.status,
            "roles": item.roles,
            "permissions": item.permissions,
        }
    )


def _sent(document: Mapping[str, Any]) -> Response:
    body = orjson.dumps(present(document))
    response = reply(body, tag(body))
    response.headers["Cache-Control"] = AN_HOUR
    return language.label(response)
