"""What of an older contract a newer one no longer keeps: operations, input, replies, who may call.

Both are OpenAPI 3.0 documents. What is named here is what a client would notice that did all right before: on the wire,
or in code made from the contract (the names of operations and of schemas).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.schema_changes import Change, Schemas, Spec, followed

JSON_TYPE = "application/json"
ANYBODY = "nobody's key"
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def changes(before: Spec, after: Spec) -> list[Change]:
    """Return what changed for clients, by name."""
    return sorted(set(_Contracts(before, after, Schemas(before, after)).changes()))


@dataclass(frozen=True)
class _Contracts:
    """Compares two documents."""

    before: Spec
    after: Spec
    schemas: Schemas

    def changes(self) -> Iterator[Change]:
        there, now = _operations(self.before), _operations(self.after)
        for key, old in there.items():
            if key in now:
                yield from self._operation(old, now[key])
            else:
                yield Change(old["operationId"], f"{key[0].upper()} {key[1]} is gone")
        for kind, parts in self.before.get("components", {}).items():
            left = self.after.get("components", {}).get(kind, {})
            for name in parts.keys() - left.keys():
                yield Change(name, f"is no longer among the {kind}")
            if kind == "securitySchemes":
                for name in parts.keys() & left.keys():
                    yield from _differences(name, parts[name], left[name], ("type", "scheme", "in", "name"))
        if lost := {each["url"] for each in self.before.get("servers", ())} - _urls(self.after):
            yield Change("servers", f"{', '.join(sorted(lost))} is gone")

    def _operation(self, old: Spec, new: Spec) -> Iterator[Change]:
        name = old["operationId"]
        if new["operationId"] != name:
            yield Change(name, f"is now called {new['operationId']}")
        yield from self._parameters(name, old, new)
        yield from self._body(name, old.get("requestBody"), new.get("requestBody"))
        yield from self._replies(name, old["responses"], new["responses"])
        yield from _callers(name, old, new, self.before, self.after)

    def _parameters(self, name: str, old: Spec, new: Spec) -> Iterator[Change]:
        there, now = (
            {
                (part["in"], part["name"]): part
                for each in operation.get("parameters", ())
                for part in [followed(each, document)]
            }
            for operation, document in ((old, self.before), (new, self.after))
        )
        for key, parameter in now.items():
            if parameter.get("required") and not there.get(key, {}).get("required"):
                yield Change(f"{name}.{key[1]}", "is now required")
        for (place, called), parameter in there.items():
            own = f"{name}.{called}"
            if (place, called) not in now:
                yield Change(own, f"is no longer taken in the {place}")
                continue
            other = now[place, called]
            yield from _differences(own, parameter, other, ("style", "explode"))
            yield from self.schemas.changes(own, parameter["schema"], other["schema"], received=True)

    def _body(self, name: str, old: Spec | None, new: Spec | None) -> Iterator[Change]:
        own = f"{name}.body"
        if new and new.get("required") and not (old and old.get("required")):
            yield Change(own, "is now required")
        if old and not new:
            yield Change(own, "is no longer taken")
        elif old and new:
            yield from self._contents(own, old["content"], new["content"], received=True)

    def _replies(self, name: str, old: Spec, new: Spec) -> Iterator[Change]:
        for status in old:
            own = f"{name}.{status}"
            if status not in new:
                yield Change(own, "is no longer answered")
                continue
            there, now = followed(old[status], self.before), followed(new[status], self.after)
            yield from self._contents(own, there.get("content", {}), now.get("content", {}), received=False)
            headers, left = there.get("headers", {}), now.get("headers", {})
            for header in headers:
                if header in left:
                    yield from self.schemas.changes(
                        f"{own}.{header}", headers[header]["schema"], left[header]["schema"], received=False
                    )
                else:
                    yield Change(f"{own}.{header}", "is no longer sent")
        for status in new:
            if status not in old and status.startswith(("2", "3")):
                yield Change(f"{name}.{status}", "is a new answer", breaks=False)

    def _contents(self, name: str, old: Spec, new: Spec, *, received: bool) -> Iterator[Change]:
        for kind, content in old.items():
            own = name if kind == JSON_TYPE else f"{name}.{kind}"
            if kind in new:
                yield from self.schemas.changes(own, content["schema"], new[kind]["schema"], received=received)
            else:
                yield Change(own, f"{kind} is no longer {'taken' if received else 'offered'}")


def _operations(document: Spec) -> dict[tuple[str, str], Spec]:
    """Return the operations by method and path, whatever the parameters in the path are called."""
    return {
        (method, re.sub(r"{\w+}", "{}", path)): {
            **operation,
            "parameters": [*item.get("parameters", ()), *operation.get("parameters", ())],
        }
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def _callers(name: str, old: Spec, new: Spec, before: Spec, after: Spec) -> Iterator[Change]:
    """Compare who may call: with which kinds of keys, in which roles, by which permission."""
    there, now = (
        _keys(old.get("security", before.get("security", ()))),
        _keys(new.get("security", after.get("security", ()))),
    )
    for way in there:
        if not any(other <= way for other in now):
            yield Change(name, f"is no longer open with {' and '.join(sorted(way)) or ANYBODY}")
    if "x-roles" in old and (lost := set(old["x-roles"]) - set(new.get("x-roles", ()))):
        yield Change(name, f"is no longer open to {', '.join(sorted(lost))}")
    yield from _differences(name, old, new, ("x-permission",))


def _keys(security: Any) -> list[frozenset[str]]:
    """Return the ways in: each a set of schemes and scopes, empty where nothing is asked."""
    ways = [frozenset({*way, *(scope for scopes in way.values() for scope in scopes)}) for way in security]
    return ways or [frozenset()]


def _differences(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], keywords: tuple[str, ...]
) -> Iterator[Change]:
    for keyword in keywords:
        if keyword in old and old[keyword] != new.get(keyword):
            yield Change(name, f"{keyword} {old[keyword]} became {new.get(keyword)}")


def _urls(document: Spec) -> set[str]:
    return {each["url"] for each in document.get("servers", ())}
