"""The examples of the contract, put together from those of the properties; a test runs them."""

from typing import Any

from stedenband.core.errors import Problem
from stedenband.web.fields import EXAMPLE_BASE

Spec = dict[str, Any]
JSON_TYPE = "application/json"
TRACE = "urn:uuid:0d3f4c6e-7a55-4f3e-9b2c-3c5b6f2f6a10"


def example_of(schema: Spec, schemas: Spec) -> Any:
    """Return an example of a schema: its own, or one made of its parts."""
    if "example" in schema:
        return schema["example"]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    if "allOf" in schema:
        return example_of(schema["allOf"][0], schemas)
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas)] * max(schema.get("minItems") or 0, 1)
    if "properties" in schema:
        return {name: example_of(each, schemas) for name, each in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        return {"en": example_of(schema["additionalProperties"], schemas)}
    return {"boolean": True, "integer": 1, "number": 1.5}.get(schema.get("type", ""), "text")


def example_problem(status: int) -> Spec:
    """Return the problem that a status stands for, as a caller who reads English gets it."""
    kind = next(each for each in Problem.__subclasses__() if each.status == status)
    issues = [
        {
            "type": "urn:problem-type:belgif:input-validation:schemaViolation",
            "in": "query",
            "name": "pageSize",
            "title": "Input isn't valid with respect to schema",
            "detail": "Give a whole number from 1 to 200.",
            "value": "0",
        }
    ]
    return {
        "type": kind.type,
        "href": f"{EXAMPLE_BASE}/refData/problemTypes/{kind.type}",
        "title": str(kind.title),
        "status": status,
        "detail": "The input message is incorrect" if status == 400 else str(kind.meaning),  # noqa: PLR2004
        "instance": TRACE,
        **({"issues": issues} if status == 400 else {}),  # noqa: PLR2004
    }
