"""What breaks a client is named, what does not is not; a pair of contracts per kind of change."""

import json
from copy import deepcopy
from typing import Any

import pytest

from scripts.contract_changes import changes
from scripts.schema_changes import Change

GONE = "(gone)"
TEXT = {"type": "string"}


def content(schema: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


CONTRACT: dict[str, Any] = {
    "openapi": "3.0.3",
    "servers": [{"url": "/v1"}],
    "paths": {
        "/links/{linkId}": {
            "parameters": [{"in": "path", "name": "linkId", "required": True, "schema": TEXT}],
            "get": {
                "operationId": "readLink",
                "parameters": [
                    {"in": "query", "name": "kind", "schema": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}, "style": "form", "explode": True},
                    {"in": "query", "name": "pageSize", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}},
                ],
                "responses": {
                    "200": {**content("Link"), "headers": {"ETag": {"schema": TEXT}}},
                    "404": {"$ref": "#/components/responses/Problem"},
                },
                "security": [{}, {"ApiKey": []}],
                "x-permission": "links:read",
                "x-roles": ["editor", "public"],
            },
            "patch": {
                "operationId": "changeLink",
                "requestBody": {"required": True, **content("LinkPatch")},
                "responses": {"200": content("Link")},
                "security": [{"ApiKey": []}],
            },
        }
    },
    "components": {
        "responses": {"Problem": content("Problem")},
        "securitySchemes": {"ApiKey": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "Problem": {"type": "object", "required": ["title"], "properties": {"title": TEXT}},
            "Link": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "title": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^x"},
                    "status": {"type": "string", "enum": ["active", "ended"]},
                    "share": {"type": "integer", "minimum": 0, "maximum": 100},
                    "members": {"type": "array", "maxItems": 50, "items": {"$ref": "#/components/schemas/Member"}},
                    "parent": {"allOf": [{"$ref": "#/components/schemas/Link"}], "description": "The one above."},
                    "names": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 9}},
                    "about": {"anyOf": [{"$ref": "#/components/schemas/Member"}, {"$ref": "#/components/schemas/Problem"}]},
                },
            },
            "Spare": {"type": "object"},
            "Member": {"type": "object", "properties": {"city": TEXT, "id": {**TEXT, "readOnly": True}}},
            "LinkPatch": {
                "type": "object",
                "properties": {
                    "title": {"type": "string", "minLength": 1, "maxLength": 200, "nullable": True},
                    "kind": {"type": "string", "enum": ["a", "b"], "default": "a"},
                    "share": {"type": "number"},
                    "codes": {"type": "array", "items": TEXT},
                    "member": {"$ref": "#/components/schemas/Member"},
                    "names": {"type": "object", "additionalProperties": TEXT},
                    "about": {"oneOf": [TEXT, {"type": "integer"}]},
                },
            },
        },
    },
}  # fmt: skip
READ, PATCH = "paths /links/{linkId} get", "paths /links/{linkId} patch"
LINK, SENT, MEMBER = ("components schemas " + name + " properties" for name in ("Link", "LinkPatch", "Member"))

BREAKS: list[tuple[str, Any, str]] = [
    (PATCH, GONE, "changeLink: PATCH /links/{} is gone"),
    ("paths /links/{linkId}", GONE, "changeLink: PATCH /links/{} is gone; readLink: GET /links/{} is gone"),
    (f"{READ} operationId", "getLink", "readLink: is now called getLink"),
    ("servers 0 url", "/v2", "servers: /v1 is gone"),
    ("components schemas Spare", GONE, "Spare: is no longer among the schemas"),
    ("components securitySchemes ApiKey scheme", "basic", "ApiKey: scheme bearer became basic"),
    # parameters
    (f"{READ} parameters 1", GONE, "readLink.pageSize: is no longer taken in the query"),
    (f"{READ} parameters 1 in", "header", "readLink.pageSize: is no longer taken in the query"),
    (f"{READ} parameters 1 required", True, "readLink.pageSize: is now required"),
    (
        f"{READ} parameters 2",
        {"in": "query", "name": "city", "required": True, "schema": TEXT},
        "readLink.city: is now required",
    ),
    (f"{READ} parameters 0 explode", False, "readLink.kind: explode True became False"),
    (f"{READ} parameters 0 schema items enum", ["a"], "readLink.kind: b no longer taken"),
    (f"{READ} parameters 1 schema default", 20, "readLink.pageSize: default 50 became 20"),
    (f"{READ} parameters 1 schema maximum", 100, "readLink.pageSize: maximum 200 became 100"),
    (f"{READ} parameters 1 schema minimum", 2, "readLink.pageSize: minimum 1 became 2"),
    (
        "paths /links/{linkId} parameters 0 name",
        "id",
        "readLink.id: is now required; readLink.linkId: is no longer taken in the path; changeLink.id: is now required; changeLink.linkId: is no longer taken in the path",
    ),
    # bodies
    (f"{PATCH} requestBody", GONE, "changeLink.body: is no longer taken"),
    (f"{READ} requestBody", {"required": True, **content("LinkPatch")}, "readLink.body: is now required"),
    (f"{PATCH} requestBody content application/json", GONE, "changeLink.body: application/json is no longer taken"),
    (f"{SENT} title", GONE, "LinkPatch.title: is no longer taken"),
    (f"{SENT} title readOnly", True, "LinkPatch.title: is no longer taken"),
    ("components schemas LinkPatch required", ["title"], "LinkPatch.title: is now required"),
    (f"{SENT} title type", "integer", 'LinkPatch.title: type "string" became "integer"'),
    (f"{SENT} share type", "integer", 'LinkPatch.share: type "number" became "integer"'),
    (f"{SENT} title format", "email", 'LinkPatch.title: format (none) became "email"'),
    (f"{SENT} title pattern", "^y", 'LinkPatch.title: pattern (none) became "^y"'),
    (f"{SENT} title maxLength", 100, "LinkPatch.title: maxLength 200 became 100"),
    (f"{SENT} title minLength", 2, "LinkPatch.title: minLength 1 became 2"),
    (f"{SENT} title nullable", False, "LinkPatch.title: nullable true became false"),
    (f"{SENT} title enum", ["x"], "LinkPatch.title: takes only listed values"),
    (f"{SENT} title not", {"pattern": "q"}, "LinkPatch.title: not changed"),
    (f"{SENT} kind enum", ["a", "c"], "LinkPatch.kind: b no longer taken"),
    (f"{SENT} kind default", GONE, 'LinkPatch.kind: default "a" became (none)'),
    (f"{SENT} share multipleOf", 2, "LinkPatch.share: multipleOf (none) became 2"),
    (f"{SENT} codes uniqueItems", True, "LinkPatch.codes: uniqueItems (none) became true"),
    (f"{SENT} codes items maxLength", 5, "LinkPatch.codes: maxLength (none) became 5"),
    (f"{SENT} names additionalProperties", GONE, "LinkPatch.names: additionalProperties is gone"),
    (f"{SENT} about oneOf", [TEXT], "LinkPatch.about: takes fewer alternatives"),
    (f"{SENT} about oneOf", GONE, "LinkPatch.about: alternatives came or went"),
    # replies
    (f"{READ} responses 200", GONE, "readLink.200: is no longer answered"),
    (f"{READ} responses 404", GONE, "readLink.404: is no longer answered"),
    (f"{READ} responses 200 content application/json", GONE, "readLink.200: application/json is no longer offered"),
    (f"{READ} responses 200 headers ETag", GONE, "readLink.200.ETag: is no longer sent"),
    (f"{READ} responses 200 headers ETag schema type", "integer", 'readLink.200.ETag: type "string" became "integer"'),
    ("components schemas Problem required", [], "Problem.title: is no longer always sent"),
    (f"{LINK} title", GONE, "Link.title: is no longer sent"),
    (f"{LINK} title writeOnly", True, "Link.title: is no longer sent"),
    (f"{LINK} id format", GONE, 'Link.id: format "uuid" became (none)'),
    (f"{LINK} title pattern", "^y", 'Link.title: pattern "^x" became "^y"'),
    (f"{LINK} title maxLength", 300, "Link.title: maxLength 200 became 300"),
    (f"{LINK} title minLength", GONE, "Link.title: minLength 1 became (none)"),
    (f"{LINK} title nullable", True, "Link.title: nullable (none) became true"),
    (f"{LINK} share type", "number", 'Link.share: type "integer" became "number"'),
    (f"{LINK} status enum", GONE, "Link.status: may have values that are not listed"),
    (f"{LINK} members maxItems", 60, "Link.members: maxItems 50 became 60"),
    (f"{LINK} names additionalProperties maxLength", 10, "Link.names: maxLength 9 became 10"),
    (f"{LINK} about anyOf 2", TEXT, "Link.about: may be of another kind"),
    (f"{MEMBER} city type", "integer", 'Member.city: type "string" became "integer"'),
    # who may call
    (f"{READ} security", [{"ApiKey": []}], "readLink: is no longer open with nobody's key"),
    (f"{PATCH} security", [{"AccessToken": []}], "changeLink: is no longer open with ApiKey"),
    (f"{PATCH} security", [{"ApiKey": ["links:change"]}], "changeLink: is no longer open with ApiKey"),
    (f"{READ} x-roles", ["public"], "readLink: is no longer open to editor"),
    (f"{READ} x-permission", "links:list", "readLink: x-permission links:read became links:list"),
]
"""Where the newer contract differs, what stands there, and what is said."""

HARMLESS: list[tuple[str, Any]] = [
    ("info", {"title": "Another"}),
    (f"{READ} summary", "Another"),
    (f"{READ} deprecated", True),
    (f"{READ} parameters 1 schema maximum", 500),
    (f"{READ} parameters 1 schema minimum", GONE),
    (f"{READ} parameters 2", {"in": "query", "name": "city", "schema": TEXT}),
    (f"{READ} parameters 0 schema items enum", ["a", "b", "c"]),
    (f"{READ} responses 409", {"$ref": "#/components/responses/Problem"}),
    (f"{READ} responses 200 content text/csv", {"schema": TEXT}),
    (f"{READ} responses 200 headers Vary", {"schema": TEXT}),
    (f"{READ} security", [{}, {"ApiKey": []}, {"AccessToken": []}]),
    (f"{PATCH} security", [{}]),
    (f"{READ} x-roles", ["auditor", "editor", "public"]),
    (f"{PATCH} requestBody required", False),
    ("paths /cities", {"get": {"operationId": "listCities", "responses": {}}}),
    ("components schemas City", {"type": "object"}),
    (f"{SENT} note", TEXT),
    (f"{SENT} title maxLength", 300),
    (f"{SENT} title minLength", 0),
    (f"{SENT} kind enum", GONE),
    (f"{SENT} kind enum", ["b", "a", "c"]),
    (f"{SENT} title description", "Another"),
    (f"{SENT} about oneOf 2", {"type": "boolean"}),
    (f"{LINK} note", TEXT),
    (f"{LINK} title maxLength", 100),
    (f"{LINK} title format", "email"),
    (f"{LINK} title default", "x"),
    (f"{LINK} title x-note", "Another"),
    (f"{LINK} share minimum", 1),
    (f"{LINK} status enum", ["active"]),
    (f"{LINK} members items", {"allOf": [{"$ref": "#/components/schemas/Member"}], "title": "The same"}),
    (f"{LINK} about anyOf 1", GONE),
    ("components schemas Link required", ["id", "title"]),
    (f"{MEMBER} note", {**TEXT, "readOnly": True}),
]  # fmt: skip

NEWS: list[tuple[str, Any, str]] = [
    (f"{LINK} status enum", ["active", "ended", "dormant"], "Link.status: dormant may come too"),
    (f"{READ} responses 202", {"description": "Later."}, "readLink.202: is a new answer"),
]
"""What a client is told, and has to bear by contract."""


def altered(place: str, value: Any) -> dict[str, Any]:
    """Return the contract with another value in a place, or without what stands there."""
    spec: dict[str, Any] = json.loads(
        json.dumps(CONTRACT)
    )  # parts that are written once above become parts of their own
    part: Any = spec
    *steps, last = place.split()
    for step in steps:
        part = part[int(step) if isinstance(part, list) else step]
    key: Any = int(last) if isinstance(part, list) else last
    if value == GONE:
        part.pop(key, None) if isinstance(part, dict) else part.pop(key)
    elif isinstance(part, list) and key == len(part):
        part.append(value)
    else:
        part[key] = value
    return spec


@pytest.mark.parametrize(("place", "value", "said"), BREAKS, ids=str)
def test_a_breaking_change_is_named(place: str, value: Any, said: str) -> None:
    assert [str(each) for each in changes(CONTRACT, altered(place, value)) if each.breaks] == sorted(said.split("; "))


@pytest.mark.parametrize(("place", "value"), HARMLESS, ids=str)
def test_a_harmless_change_is_not(place: str, value: Any) -> None:
    assert altered(place, value) != CONTRACT
    assert changes(CONTRACT, altered(place, value)) == []


@pytest.mark.parametrize(("place", "value", "said"), NEWS, ids=str)
def test_what_may_come_too_is_told_but_breaks_nothing(place: str, value: Any, said: str) -> None:
    assert [(str(each), each.breaks) for each in changes(CONTRACT, altered(place, value))] == [(said, False)]


def test_each_is_told_once_however_many_operations_it_touches() -> None:
    found = changes(CONTRACT, altered(f"{MEMBER} city", GONE))
    assert found == [Change("Member.city", "is no longer sent"), Change("Member.city", "is no longer taken")]


def test_security_of_the_whole_document_holds_where_an_operation_has_none_of_its_own() -> None:
    before, after = deepcopy(CONTRACT), deepcopy(CONTRACT)
    for document in (before, after):
        del document["paths"]["/links/{linkId}"]["patch"]["security"]
    after["security"] = [{"ApiKey": []}]
    assert [str(each) for each in changes(before, after)] == ["changeLink: is no longer open with nobody's key"]
