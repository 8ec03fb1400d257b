"""What the contract says of requests: parameters, headers, bodies, keys."""

from collections.abc import Collection
from typing import Any

from stedenband.core.access import PERMISSIONS, Permission, Role
from stedenband.web.contract.declared import Declared
from stedenband.web.contract.differences import DIFFERENT_PARAMETERS, PIECES, told
from stedenband.web.contract.examples import Spec, example_of
from stedenband.web.guard import OPEN

SECURITY_SCHEMES: Spec = {
    "ApiKey": {"type": "http", "scheme": "bearer", "description": "An API key of this installation."},
    "AccessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the OpenID Connect issuer that the installation names, if it names one.",
    },
}

FORM_OF_A_FILE = "FileWithMetadata"
"""The title of the schema of a form that sends a file: these two parts, and no other."""


def header_parameter(name: str, description: str, example: str, *, required: bool = False, **form: Any) -> Spec:
    """Return a documented request header."""
    schema = {"type": "string", **form, "example": example}
    return {"name": name, "in": "header", "description": description, "required": required, "schema": schema}


IF_MATCH = header_parameter(
    "If-Match", "The ETag of the record as it was read.", '"3-9f86d081884c7d659a2f"', required=True
)
IF_NONE_MATCH = header_parameter("If-None-Match", "The ETag of what the caller has.", '"3-9f86d081884c7d659a2f"')
IDEMPOTENCY = header_parameter(
    "Idempotency-Key",
    "A new value for each new request; repeating it repeats the first reply.",
    "0f8c1f2e-54a8-4f7e-8a39-0a0b3a1c9d11",
    pattern=r"^[!#-\[\]-~]{1,255}$",
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
NAMED_BY = {
    "collection": ("The name of a collection.", "organizations"),
    "codeList": ("The name of the code list.", "countries"),
    "itemCode": ("The code.", "BE"),
    "secret": (
        "The secret of a subscription.",
        "cal_this-part-of-the-address-is-shown-only-once",
    ),
    "digest": ("The secret that stands in an e-mail.", f"dig_{'0' * 64}"),
}
"""Description and example of what stands in a path without being an id."""


def parameters(declared: Declared, more: list[Spec]) -> list[Spec]:
    """Return the parameters and headers of an operation; `more`: those of its formats."""
    facts, method = declared.facts, declared.method
    found = [*declared.shared, *declared.operation.get("parameters", []), LANG]
    if method == "GET" and (declared.reference or "file" in facts) and not facts.get("plain"):
        found.append(IF_NONE_MATCH)
    found += more
    if facts.get("conditional"):
        found.append(IF_MATCH)
    if method == "POST" and not facts.get("safe"):
        found.append(IDEMPOTENCY)
    found += facts.get("headers", ())
    return [_parameter(each) for each in found]


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
    return kept | told(DIFFERENT_PARAMETERS, parameter["name"])


def body(declared: Spec, method: str, schemas: Spec, either: Collection[str] = ()) -> Spec:
    """Return the body of a request, in each media type that it may be sent in; its example is without `either`."""
    schema = next(iter(declared["content"].values()))["schema"]
    types = ("application/merge-patch+json", "application/json") if method == "PATCH" else ("application/json",)
    example = {name: each for name, each in example_of(schema, schemas).items() if name not in either}
    return {"required": True, "content": {kind: {"schema": schema, "example": example} for kind in types}}


def file(declared: Declared, schemas: Spec) -> Spec:
    """Return the body of a request that sends a file: as it is, or as a form with what is said of it."""
    binary: Spec = {"schema": {"type": "string", "format": "binary"}, "example": "Agreed on in June."}
    content: Spec = {}
    if declared.part:
        said = example_of(declared.part, schemas)
        properties = {"metadata": declared.part, "file": {**binary["schema"], "description": "The file."}}
        content["multipart/form-data"] = {
            "schema": {
                "title": FORM_OF_A_FILE,
                "type": "object",
                "required": ["metadata", "file"],
                "properties": properties,
            },
            "encoding": {"metadata": {"contentType": "application/json"}},
            "example": {"metadata": said, "file": binary["example"]},
        }
    content |= dict.fromkeys(declared.facts["takes"], binary)
    differs = {"x-ignore-rules": PIECES} if declared.method == "PATCH" else {}
    return {"required": True, "content": content, **differs}


def access(permission: Permission | str) -> Spec:
    """Return who may call: with which keys, by which permission, in which roles."""
    schemes: list[Spec] = [{name: []} for name in SECURITY_SCHEMES]
    if permission == OPEN:
        return {"security": [{}, *schemes]}
    roles = [role for role in Role if permission in PERMISSIONS[role]]
    ways = [{}, *schemes] if Role.PUBLIC in roles else schemes
    return {"security": ways, "x-permission": str(permission), "x-roles": [role.value for role in roles]}
