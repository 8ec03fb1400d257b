"""What the contract says of replies: records, pages, problems, and the headers that come with them."""

from typing import Any

from stedenband.core.access import Permission
from stedenband.web.contract.declared import Declared
from stedenband.web.contract.differences import DIFFERENT_STATUSES, told
from stedenband.web.contract.examples import JSON_TYPE, Spec, example_of, example_problem
from stedenband.web.contract.formats import VARY, contents, headers_of, is_exported, partial_responses

PROBLEM_TYPE = "application/problem+json"
ERRORS = {
    "400": ("BadRequest", "The input is not what the contract says; `issues` names each fault."),
    "401": ("Unauthorized", "No key, or one that is not valid."),
    "403": ("Forbidden", "The role, or the relation to this record, does not allow it."),
    "404": ("NotFound", "There is no such record, or the caller may not see it."),
    "406": ("NotAcceptable", "The reply is not offered in a type that `Accept` names."),
    "409": ("Conflict", "It contradicts what is stored, or a request with the same key is still running."),
    "410": ("Gone", "The feed started anew; load the collections again."),
    "412": ("PreconditionFailed", "The record has changed since it was read."),
    "413": ("PayloadTooLarge", "The file is over the limit."),
    "415": ("UnsupportedMediaType", "The body is in another media type or character set."),
    "416": ("RangeNotSatisfiable", "The part that `Range` names lies behind the end of the file."),
    "422": ("IdempotencyKeyReused", "The idempotency key was used before with another request."),
    "428": ("PreconditionRequired", "`If-Match` is missing."),
    "429": ("TooManyRequests", "More requests than are allowed in a minute; `Retry-After` says when to go on."),
}
"""By status the name of the reply among the shared ones, and what it says."""
ETAG = {
    "description": "Version and hash of the record.",
    "schema": {"type": "string", "example": '"3-9f86d081884c7d659a2f"'},
}
LOCATION: Spec = {
    "description": "The address of what was made.",
    "schema": {
        "type": "string",
        "format": "uri",
        "example": "http://127.0.0.1:8000/v1/cityLinks/0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37",
    },
}

LOCATION_OF_TASK = LOCATION | {
    "schema": {**LOCATION["schema"], "example": "http://127.0.0.1:8000/v1/tasks/0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"}
}
LOCATION_OF_RESULT: Spec = {
    "description": "The address of what came of it.",
    "schema": {
        **LOCATION["schema"],
        "example": "http://127.0.0.1:8000/v1/imports/0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37",
    },
}


def replies(declared: Declared, kinds: list[Spec], schemas: Spec) -> Spec:
    """Return the replies by status; `kinds`: what `embed` may add."""
    facts = declared.facts
    found = _answers(declared, kinds, schemas) | partial_responses(facts)
    if declared.method == "GET" and not facts.get("plain"):
        found["304"] = {"description": "What the caller has is what there is.", "headers": {"ETag": ETAG}}
    found |= {status: _error(status) for status in _errors(declared)}
    if facts.get("later"):
        found["202"] = {
            "description": "It takes longer: a task, and where to look how far it is.",
            "headers": {"Location": LOCATION_OF_TASK},
            **_task(schemas),
        }
    if facts.get("leads"):
        found["303"] = {
            "description": "It is done; `Location` leads to what came of it.",
            "headers": {"Location": LOCATION_OF_RESULT},
            **_task(schemas),
        }
    return found | {"default": _shared("Problem")}


def _task(schemas: Spec) -> Spec:
    reference = {"$ref": "#/components/schemas/Task"}
    return {"content": {JSON_TYPE: {"schema": reference, "example": example_of(reference, schemas)}}}


def _answers(declared: Declared, kinds: list[Spec], schemas: Spec) -> Spec:
    """Return the replies that say what was asked for; those of a `plain` operation depend on no caller."""
    facts, reference = declared.facts, declared.reference
    tells = {"headers": facts["tells"]} if "tells" in facts else {}
    if "file" in facts:
        binary = {"schema": {"type": "string", "format": "binary"}}
        content = {kind: {**binary, "example": "Agreed on in June."} for kind in facts["file"]}
        return {"200": {"description": "The file.", "headers": {"ETag": ETAG, "Vary": VARY}, "content": content}}
    if not reference:
        return {"204": {"description": "Done.", **tells}}
    embedded = _embedded(kinds, schemas)
    if facts.get("list"):
        reference = _collection(schemas, reference, embedded, cursor=bool(facts.get("cursor")))
    elif embedded:
        reference = {"allOf": [reference, {"title": "WithEmbedded", "type": "object", "properties": embedded}]}
    example = facts.get("example") or example_of(reference, schemas)
    reply: Spec = {
        "description": "A page." if facts.get("list") else "The record.",
        "content": {**_as_json(facts, reference, example), **contents(facts, example)},
    }
    if facts.get("plain"):
        down = {"schema": reference, "example": {"status": "DOWN"}}
        return {"200": reply, "503": {"description": "The service is down.", "content": {JSON_TYPE: down}}}
    status = str(facts.get("status", 201 if declared.method == "POST" else 200))
    reply["headers"] = (
        {"ETag": ETAG}
        | facts.get("tells", {})
        | headers_of(facts)
        | ({"Location": LOCATION} if status == "201" else {"Location": LOCATION_OF_TASK} if status == "202" else {})
    )
    return {status: reply}


def _as_json(facts: Spec, reference: Spec, example: Any) -> Spec:
    """Return the reply in JSON; none where the other formats are alone."""
    return {} if facts.get("alone") else {JSON_TYPE: {"schema": reference, "example": example}}


def _errors(declared: Declared) -> list[str]:
    facts, method = declared.facts, declared.method
    if facts.get("plain"):
        return []
    wanted = {"400", "401", "429"} | ({"406"} if method != "DELETE" else set())
    wanted |= {"404"} if "{" in declared.path else set()
    wanted |= {"410"} if facts.get("cursor") else set()
    wanted |= {"403", "409"} if method != "GET" or facts["permission"] == Permission.API_CLIENTS_MANAGE else set()
    wanted |= {"412", "428"} if facts.get("conditional") else set()
    wanted |= {"413"} if facts.get("streams") or (facts.get("tus") and method == "POST") else set()
    wanted |= {"412"} if facts.get("tus") else set()
    wanted |= {"415"} if declared.body or "takes" in facts else set()
    wanted |= {"416"} if is_exported(facts) else set()
    wanted |= {"422"} if method == "POST" else set()
    return sorted(wanted - ({"409", "422"} if method == "GET" or facts.get("safe") else set()))


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


def shared() -> Spec:
    """Return the replies that many operations have in common, by name."""
    found = {
        name: problem(said, int(status)) for status, (name, said) in ERRORS.items() if status not in DIFFERENT_STATUSES
    }
    return {name: found[name] for name in sorted(found)} | {"Problem": problem("Any other error.")}


def _error(status: str) -> Spec:
    """Return a shared reply; where a status differs from the guide, each operation says why."""
    name, said = ERRORS[status]
    if status in DIFFERENT_STATUSES:
        return problem(said, int(status)) | told(DIFFERENT_STATUSES, status)
    return _shared(name)


def _shared(name: str) -> Spec:
    return {"$ref": f"#/components/responses/{name}"}


def problem(description: str, status: int = 400) -> Spec:
    """Return the reply with a problem document, with that of `status` as its example."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {PROBLEM_TYPE: {"schema": schema, "example": example_problem(status)}},
    }
