"""The schemas of the contract: those that all operations share, and what generators write of ours, made tidy."""

import re
from typing import Any

from stedenband.web.contract.differences import DIFFERENT_PROPERTIES, told
from stedenband.web.contract.examples import Spec, example_problem
from stedenband.web.projection import ALWAYS
from stedenband.web.schema import RECEIVED

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


def finished(declared: Spec, shown: list[Spec]) -> Spec:
    """Return all schemas by name: those `declared`, tidy, those that lists show loosened, and those that all share."""
    schemas = {name: _tidy(name, schema) for name, schema in declared.items()} | SCHEMAS
    _loosen(schemas, shown)
    return schemas


def reachable(part: Any, schemas: Spec) -> set[str]:
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
    for name in reachable(shown, schemas) - {"Problem", "Issue", "Reference"}:
        required = [each for each in schemas[name].pop("required", ()) if each in ALWAYS]
        schemas[name] |= {"required": required} if required else {}


def _tidy(name: str, schema: Spec) -> Spec:
    """Drop what generators write for strict schemas: unknown input is refused without saying so in the contract."""
    tidy = {key: value for key, value in schema.items() if key != "additionalProperties"}
    tidy["title"] = name
    received = name.endswith(RECEIVED)
    tidy["properties"] = {
        key: _property(key, value)
        for key, value in schema.get("properties", {}).items()
        if received or not value.get("writeOnly")
    }
    return tidy


def _property(name: str, value: Spec) -> Spec:
    kept = {key: each for key, each in value.items() if key not in {"readOnly", "writeOnly"}}
    if "$ref" in kept and len(kept) > 1:
        reference = kept.pop("$ref")
        kept = {"allOf": [{"$ref": reference}], **kept}
    return kept | told(DIFFERENT_PROPERTIES, name)
