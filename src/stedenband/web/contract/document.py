"""The whole document, put together from the declared operations."""

import re
from copy import deepcopy
from typing import Any

from stedenband.web.contract import inputs, replies, schemas
from stedenband.web.contract.declared import Declared
from stedenband.web.contract.differences import BY_TUS, REHEARSED, UNLISTED_VERB, UNLISTED_VERBS
from stedenband.web.contract.examples import Spec
from stedenband.web.contract.formats import parameters_of
from stedenband.web.links import API


def document(api: Any, converter: Any) -> Spec:
    """Return the document in a stable order; `api` has the operations, `converter` resolves their schemas."""
    items = {path.removeprefix(API): item for path, item in api.spec.to_dict()["paths"].items()}
    operations = [
        Declared(
            path,
            operation,
            item.get("parameters", []),
            _reference(operation, converter, "returns"),
            _reference(operation, converter, "part"),
        )
        for path, item in items.items()
        for method, operation in item.items()
        if method != "parameters"
    ]
    collections = {
        each.path.rpartition("/")[2]: each.reference
        for each in operations
        if each.reference and each.facts.get("list") and not each.path.endswith("/history")
    }
    spec: Spec = deepcopy(api.spec.to_dict())  # now that every reply has its schema
    known = schemas.finished(spec["components"]["schemas"], list(collections.values()))
    paths: Spec = {}
    for each in operations:
        kinds = [collections[kind] for kind in each.facts.get("embeds", ())]
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, kinds, known)
    for path in [path for path, item in paths.items() if "patch" in item and f"{path}/dryRun" in paths]:
        paths[path]["patch"]["requestBody"]["x-ignore-rules"] = REHEARSED
    spec["paths"] = dict(sorted(paths.items()))
    spec["tags"] = [{"name": name} for name in sorted({_tag(path) for path in paths})]
    spec["components"] = {
        "schemas": {name: known[name] for name in sorted(schemas.reachable(paths, known))},
        "responses": replies.shared(),
        "securitySchemes": inputs.SECURITY_SCHEMES,
    }
    return spec


def _reference(operation: Spec, converter: Any, fact: str) -> Spec | None:
    """Return a schema that an operation names, such as that of what it returns; None where there is none."""
    schema = operation["x-facts"].get(fact)
    return dict(converter.resolve_nested_schema(schema)) if schema else None


def _operation(declared: Declared, kinds: list[Spec], known: Spec) -> Spec:
    """Return an operation; `kinds`: what `embed` may add, `known`: all schemas."""
    name, facts = declared.operation["operationId"], declared.facts
    differs = (UNLISTED_VERB if name.startswith(UNLISTED_VERBS) else {}) | (BY_TUS if facts.get("tus") else {})
    return {
        "operationId": name,
        "summary": declared.operation["summary"],
        "tags": [_tag(declared.path)],
        **({"deprecated": True} if facts.get("deprecated") else {}),
        **({"x-ignore-rules": differs} if differs else {}),
        "parameters": inputs.parameters(declared, parameters_of(facts)),
        **(
            {"requestBody": inputs.body(declared.body, declared.method, known, facts.get("either", ()))}
            if declared.body
            else {}
        ),
        **({"requestBody": inputs.file(declared, known)} if "takes" in facts else {}),
        "responses": replies.replies(declared, kinds, known),
        **inputs.access(facts["permission"]),
    }


def _tag(path: str) -> str:
    words = re.sub(r"([A-Z])", r" \1", path.split("/")[1]).split()
    return " ".join(words).capitalize().replace("Api ", "API ")
