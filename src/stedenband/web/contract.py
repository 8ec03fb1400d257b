"""Finishes the OpenAPI document: what the Belgian REST guide asks and what schemas alone cannot say."""

import re
from copy import deepcopy
from typing import Any

from stedenband.core.access import PERMISSIONS, Permission, Role
from stedenband.web.examples import example_of, example_problem
from stedenband.web.formats.documented import (
    BY_RANGE,
    contents,
    headers_of,
    is_exported,
    parameters_of,
    partial_responses,
)
from stedenband.web.guard import OPEN
from stedenband.web.links import API
from stedenband.web.projection import ALWAYS
from stedenband.web.schema import RECEIVED

Spec = dict[str, Any]

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
REASONS = {
    "400": "The input is not what the contract says; `issues` names each fault.",
    "401": "No key, or one that is not valid.",
    "403": "The role, or the relation to this record, does not allow it.",
    "404": "There is no such record, or the caller may not see it.",
    "406": "The reply is not offered in a type that `Accept` names.",
    "409": "It contradicts what is stored, or a request with the same key is still running.",
    "410": "The feed started anew; load the collections again.",
    "412": "The record has changed since it was read.",
    "416": "The part that `Range` names lies behind the end of the export.",
    "415": "The body is in another media type or character set.",
    "422": "The idempotency key was used before with another request.",
    "428": "`If-Match` is missing.",
    "429": "More requests than are allowed in a minute; `Retry-After` says when to go on.",
}
SCHEMAS: Spec = {
    "Problem": {
        "title": "Problem",
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "format": "uri", "description": "The kind of problem."},
            "href": {"type": "string", "format": "uri", "description": "Where the kind is documented."},
            "title": {"type": "string", "description": "The kind in words."},
            "status": {
                "type": "integer",
                "format": "int32",
                "minimum": 400,
                "maximum": 599,
                "description": "The HTTP status.",
            },
            "detail": {"type": "string", "description": "What is wrong here, and what to do."},
            "instance": {"type": "string", "format": "uri", "description": "The trace id of this reply."},
            "issues": {
                "type": "array",
                "maxItems": 50,
                "description": "The faults of the input.",
                "items": {"$ref": "#/components/schemas/Issue"},
            },
        },
        "example": example_problem(404),
    },
    "Issue": {
        "title": "Issue",
        "type": "object",
        "description": "One fault of the input.",
        "required": ["type", "title"],
        "properties": {
            "type": {"type": "string", "format": "uri", "description": "The kind of fault."},
            "in": {"type": "string", "enum": ["body", "query", "path", "header"], "description": "Where it stands."},
            "name": {"type": "string", "description": "The property, parameter or header."},
            "title": {"type": "string", "description": "The kind in words."},
            "detail": {"type": "string", "description": "What is wrong, and what to send."},
            "value": {"description": "What was received."},
        },
    },
    "Reference": {
        "title": "Reference",
        "type": "object",
        "description": 'Another record; written as `{"id": "…"}`.',
        "required": ["id"],
        "properties": {
            "href": {"type": "string", "format": "uri", "description": "Its address.", "readOnly": True},
            "id": {"type": "string", "format": "uuid", "description": "Its id."},
            "title": {"type": "string", "description": "Its title or name.", "readOnly": True},
        },
        "example": {"id": "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"},
    },
}


def header_parameter(name: str, description: str, example: str, *, required: bool = False) -> Spec:
    """Return a documented request header."""
    schema = {"type": "string", "example": example}
    return {"name": name, "in": "header", "description": description, "required": required, "schema": schema}


SECURITY_SCHEMES: Spec = {
    "ApiKey": {"type": "http", "scheme": "bearer", "description": "An API key of this installation."},
    "AccessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the OpenID Connect issuer that the installation names, if it names one.",
    },
}
IF_MATCH = header_parameter(
    "If-Match", "The ETag of the record as it was read.", '"3-9f86d081884c7d659a2f"', required=True
)
IF_NONE_MATCH = header_parameter("If-None-Match", "The ETag of what the caller has.", '"3-9f86d081884c7d659a2f"')
IDEMPOTENCY = header_parameter(
    "Idempotency-Key",
    "A new value for each new request; repeating it repeats the first reply.",
    "0f8c1f2e-54a8-4f7e-8a39-0a0b3a1c9d11",
)
LANG = {
    "name": "lang",
    "in": "query",
    "description": "A language (ISO 639-1; listed in /refData/languages): the one that texts in several languages keep;"
    " nl, fr or en is that of sentences and labels too, before `Accept-Language`.",
    "required": False,
    "schema": {"type": "string", "pattern": "^[a-z]{2}$"},
    "example": "nl",
}
THE_ID = ("The id of the record.", "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37")
NAMED_BY = {"codeList": ("The name of the code list.", "countries"), "itemCode": ("The code.", "BE")}
"""Description and example of what stands in a path without being an id."""
ETAG = {
    "description": "Version and hash of the record.",
    "schema": {"type": "string", "example": '"3-9f86d081884c7d659a2f"'},
}
LOCATION = {
    "description": "The address of what was made.",
    "schema": {
        "type": "string",
        "format": "uri",
        "example": "http://127.0.0.1:8000/v1/cityLinks/0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37",
    },
}


class Contract:
    """Finishes one document."""

    def __init__(self, api: Any, converter: Any) -> None:
        """Take the declared operations and the converter that resolves schemas."""
        self.api = api
        self.converter = converter

    def document(self) -> Spec:
        """Return the whole document, in a stable order."""
        operations = [
            (path.removeprefix(API), method, operation)
            for path, item in self.api.spec.to_dict()["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
        ]
        shared = {
            path.removeprefix(API): item.get("parameters", [])
            for path, item in self.api.spec.to_dict()["paths"].items()
        }
        references = [self._reference(operation) for _, _, operation in operations]
        self.collections = {
            path.strip("/"): reference
            for (path, _, operation), reference in zip(operations, references, strict=True)
            if reference and operation["x-facts"].get("list")
        }
        spec: Spec = deepcopy(self.api.spec.to_dict())
        schemas = {name: _tidy(name, schema) for name, schema in spec["components"]["schemas"].items()} | SCHEMAS
        _loosen(schemas, [reference for reference in self.collections.values() if reference])
        paths: Spec = {}
        for (path, method, operation), reference in zip(operations, references, strict=True):
            paths.setdefault(path, {})[method] = self._operation(path, operation, shared[path], reference, schemas)
        spec["paths"] = dict(sorted(paths.items()))
        spec["tags"] = [{"name": name} for name in sorted({_tag(path) for path in paths})]
        spec["components"] = {
            "schemas": {name: schemas[name] for name in sorted(_reachable(paths, schemas))},
            "responses": {"Problem": _problem("Any other error.")},
            "securitySchemes": SECURITY_SCHEMES,
        }
        return spec

    def _reference(self, operation: Spec) -> Spec | None:
        returns = operation["x-facts"]["returns"]
        return dict(self.converter.resolve_nested_schema(returns)) if returns else None

    def _operation(self, path: str, operation: Spec, shared: list[Spec], reference: Spec | None, schemas: Spec) -> Spec:
        facts = operation["x-facts"]
        method = facts["method"]
        parameters = [*shared, *operation.get("parameters", []), LANG]
        if method == "GET" and reference and not facts.get("plain"):
            parameters.append(IF_NONE_MATCH)
        parameters += parameters_of(facts)
        if facts.get("conditional"):
            parameters.append(IF_MATCH)
        if method == "POST" and not facts.get("safe"):
            parameters.append(IDEMPOTENCY)
        finished: Spec = {
            "operationId": operation["operationId"],
            "summary": operation["summary"],
            "tags": [_tag(path)],
            **({"deprecated": True} if facts.get("deprecated") else {}),
            "parameters": [_parameter(each) for each in parameters],
        }
        if "requestBody" in operation:
            finished["requestBody"] = _body(operation["requestBody"], method, schemas)
        finished["responses"] = self._responses(facts, reference, schemas, path, body="requestBody" in operation)
        finished["security"] = _security(facts["permission"])
        return finished

    def _responses(self, facts: Spec, reference: Spec | None, schemas: Spec, path: str, *, body: bool) -> Spec:
        method = facts["method"]
        responses: Spec = {}
        embedded = _embedded([self.collections[kind] for kind in facts.get("embeds", ())], schemas)
        if reference and facts.get("list"):
            reference = _collection(schemas, reference, embedded, cursor=bool(facts.get("cursor")))
        elif reference and embedded:
            reference = {"allOf": [reference, {"title": "WithEmbedded", "type": "object", "properties": embedded}]}
        if reference:
            status = str(facts.get("status", 201 if method == "POST" else 200))
            example = facts.get("example") or example_of(reference, schemas)
            reply: Spec = {
                "description": "The record." if not facts.get("list") else "A page.",
                "content": {JSON_TYPE: {"schema": reference, "example": example}, **contents(facts, example)},
            }
            headers = {} if facts.get("plain") else {"ETag": ETAG} | headers_of(facts)
            reply["headers"] = headers | ({"Location": LOCATION} if status == "201" else {})
            responses[status] = reply
            if facts.get("plain"):
                responses["503"] = {
                    "description": "The service is down.",
                    "content": {"application/json": {"schema": reference, "example": {"status": "DOWN"}}},
                }
                del reply["headers"]
        else:
            responses["204"] = {"description": "Done."}
        responses |= partial_responses(facts)
        if method == "GET" and not facts.get("plain"):
            responses["304"] = {"description": "What the caller has is what there is.", "headers": {"ETag": ETAG}}
        for status in self._errors(facts, method, path, body=body):
            responses[status] = _problem(REASONS[status], int(status))
        if "416" in responses:
            responses["416"]["x-ignore-rules"] = BY_RANGE
        if "410" in responses:
            responses["410"]["x-ignore-rules"] = {
                "stat-codes": "A cursor of before a restore is gone for good; a 404 would invite a retry."
            }
        responses["default"] = {"$ref": "#/components/responses/Problem"}
        return responses

    @staticmethod
    def _errors(facts: Spec, method: str, path: str, *, body: bool) -> list[str]:
        if facts.get("plain"):
            return []
        wanted = {"400", "401", "429"} | ({"406"} if method != "DELETE" else set())
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"410"} if facts.get("cursor") else set()
        wanted |= {"403", "409"} if method != "GET" or facts["permission"] == Permission.API_CLIENTS_MANAGE else set()
        wanted |= {"412", "428"} if facts.get("conditional") else set()
        wanted |= {"415"} if body else set()
        wanted |= {"416"} if is_exported(facts) else set()
        wanted |= {"422"} if method == "POST" else set()
        return sorted(wanted - ({"409", "422"} if method == "GET" or facts.get("safe") else set()))


def _reachable(part: Any, schemas: Spec) -> set[str]:
    """Return the names of the schemas that `part` refers to, directly or not."""
    found = {"Problem", "Issue"}
    open_ends = [part]
    while open_ends:
        names = set(re.findall(r"#/components/schemas/(\w+)", str(open_ends.pop()))) - found
        found |= names
        open_ends += [schemas[name] for name in names]
    return found


def _loosen(schemas: Spec, shown: list[Spec]) -> None:
    """Require of what is only sent no more than what every `select` keeps: its address and id."""
    for name in _reachable(shown, schemas) - {"Problem", "Issue", "Reference"}:
        required = [each for each in schemas[name].pop("required", ()) if each in ALWAYS]
        schemas[name] |= {"required": required} if required else {}


def _embedded(kinds: list[Spec], schemas: Spec) -> Spec:
    """Return the property that `embed` fills; none where nothing can be embedded."""
    if not kinds:
        return {}
    example = example_of(kinds[0], schemas)
    listed = ", ".join(each["$ref"].rsplit("/", 1)[1] for each in kinds)
    return {
        "embedded": {
            "title": "Embedded",
            "type": "object",
            "description": f"What `embed` asked for, by address: {listed}.",
            "additionalProperties": kinds[0] if len(kinds) == 1 else {"anyOf": kinds},
            "example": {example["href"]: example},
        }
    }


def _collection(schemas: Spec, reference: Spec, embedded: Spec, *, cursor: bool) -> Spec:
    one = reference["$ref"].rsplit("/", 1)[1]
    name = f"{one}Collection"
    uri = {"type": "string", "format": "uri", "example": "http://127.0.0.1:8000/v1/cityLinks"}
    properties: Spec = {
        "self": {**uri, "description": "This page."},
        "items": {"type": "array", "description": "The records of this page.", "items": reference},
        **embedded,
        "pageSize": {
            "type": "integer",
            "format": "int32",
            "minimum": 1,
            "maximum": 200,
            "description": "Items per page.",
            "example": 50,
        },
        "total": {
            "type": "integer",
            "format": "int32",
            "minimum": 0,
            "description": "All that match, when asked for.",
            "example": 1,
        },
        "first": {**uri, "description": "The first page."},
        "next": {**uri, "description": "The next page; absent on the last."},
    }
    if cursor:
        properties["cursor"] = {
            "type": "string",
            "description": "Where this page ends: follow from here later.",
            "example": "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37.812.4",
        }
    schemas[name] = {
        "title": name,
        "type": "object",
        "description": "A page of records.",
        "required": ["self", "items", "pageSize", "first"],
        "properties": properties,
    }
    return {"$ref": f"#/components/schemas/{name}"}


def _tidy(name: str, schema: Spec) -> Spec:
    """Drop what generators write for strict schemas: unknown input is refused without saying so in the contract."""
    tidy = {key: value for key, value in schema.items() if key != "additionalProperties"}
    tidy["title"] = name
    received = name.endswith(RECEIVED)
    tidy["properties"] = {
        key: _property(value)
        for key, value in schema.get("properties", {}).items()
        if received or not value.get("writeOnly")
    }
    return tidy


def _property(value: Spec) -> Spec:
    kept = {key: each for key, each in value.items() if key not in {"readOnly", "writeOnly"}}
    if "$ref" in kept and len(kept) > 1:
        reference = kept.pop("$ref")
        kept = {"allOf": [{"$ref": reference}], **kept}
    return kept


def _parameter(parameter: Spec) -> Spec:
    schema = {key: value for key, value in parameter.get("schema", {}).items() if key != "nullable"}
    example = schema.pop("example", None)
    kept = {**parameter, "schema": schema}
    if parameter["in"] == "query" and schema.get("type") == "array":
        kept |= {"style": "form", "explode": True}
        example = example if isinstance(example, list) else [example]
    if example is not None:
        kept["example"] = example
    if parameter["in"] == "path":
        kept["description"], kept["example"] = NAMED_BY.get(parameter["name"], THE_ID)
    return kept


def _body(body: Spec, method: str, schemas: Spec) -> Spec:
    schema = next(iter(body["content"].values()))["schema"]
    types = ("application/merge-patch+json", "application/json") if method == "PATCH" else ("application/json",)
    example = example_of(schema, schemas)
    return {"required": True, "content": {kind: {"schema": schema, "example": example} for kind in types}}


def _problem(description: str, status: int = 400) -> Spec:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {PROBLEM_TYPE: {"schema": schema, "example": example_problem(status)}},
    }


def _security(permission: Any) -> list[Spec]:
    schemes: list[Spec] = [{name: []} for name in SECURITY_SCHEMES]
    return [{}, *schemes] if permission == OPEN or permission in PERMISSIONS[Role.PUBLIC] else schemes


def _tag(path: str) -> str:
    words = re.sub(r"([A-Z])", r" \1", path.split("/")[1]).split()
    return " ".join(words).capitalize().replace("Api ", "API ")
