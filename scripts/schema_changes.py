"""What of an older schema a newer one no longer keeps, told apart by who sends it.

Of what clients send, nothing may get narrower; of what the service sends, nothing wider. A schema is a JSON Schema as
OpenAPI 3.0 has it, `$ref` into `#/components/schemas` included.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Spec = Mapping[str, Any]

HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda outer, inner: outer in {None, inner} or (outer, inner) == ("number", "integer"),
    "nullable": lambda outer, inner: bool(outer or not inner),
    **dict.fromkeys(("format", "pattern", "multipleOf"), lambda outer, inner: outer in {None, inner}),
    **dict.fromkeys(
        ("exclusiveMinimum", "exclusiveMaximum", "uniqueItems"), lambda outer, inner: bool(inner or not outer)
    ),
    **dict.fromkeys(
        ("minimum", "minLength", "minItems", "minProperties"),
        lambda outer, inner: outer is None or (inner is not None and inner >= outer),
    ),
    **dict.fromkeys(
        ("maximum", "maxLength", "maxItems", "maxProperties"),
        lambda outer, inner: outer is None or (inner is not None and inner <= outer),
    ),
}
"""Whether the values that a keyword allows hold those that another value of it allows."""
WORDS = ("title", "description", "example", "externalDocs", "deprecated", "xml", "readOnly", "writeOnly")
"""Keywords that change nothing on the wire, or are seen to where the properties are chosen."""
PARTS = ("properties", "required", "items", "additionalProperties", "anyOf", "oneOf", "enum", "default")
"""Keywords that are compared by what they hold. A keyword that is not known here breaks when it changes."""
HANDLED = {*HOLDS, *WORDS, *PARTS}


@dataclass(frozen=True, order=True)
class Change:
    """One change: the name of what changed, as the changelog has to name it, and what happened to it.

    `breaks`: whether a client that did all right may fail now; else it may meet something new, and is told.
    """

    name: str
    what: str
    breaks: bool = True

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.name}: {self.what}"


@dataclass
class Schemas:
    """Compares schemas of two documents; each pair of named ones once per direction."""

    before: Spec
    after: Spec
    seen: set[tuple[str, int, int, bool]] = field(default_factory=set)

    def changes(self, name: str, old: Spec, new: Spec, *, received: bool) -> Iterator[Change]:
        """Yield the changes of a schema that clients send (`received`), or that they get."""
        name = _name(old) or name
        pair = (name, id(followed(old, self.before)), id(followed(new, self.after)), received)
        if pair in self.seen:
            return
        self.seen.add(pair)
        old, new = flat(old, self.before), flat(new, self.after)
        yield from _values(name, old, new, received=received)
        yield from self._properties(name, old, new, received=received)
        for keyword in ("items", "additionalProperties"):
            yield from self._inner(name, keyword, old.get(keyword), new.get(keyword), received=received)
        for keyword in ("anyOf", "oneOf"):
            yield from self._alternatives(name, old.get(keyword, ()), new.get(keyword, ()), received=received)
        for keyword in sorted((old.keys() | new.keys()) - HANDLED):
            if not keyword.startswith("x-") and old.get(keyword) != new.get(keyword):
                yield Change(name, f"{keyword} changed")

    def _properties(self, name: str, old: Spec, new: Spec, *, received: bool) -> Iterator[Change]:
        there, now = (
            _shown(each, schemas, received=received) for each, schemas in ((old, self.before), (new, self.after))
        )
        demanded, demanded_now = (
            set(each.get("required", ())) & set(shown) for each, shown in ((old, there), (new, now))
        )
        for each in there.keys() - now.keys():
            yield Change(f"{name}.{each}", "is no longer taken" if received else "is no longer sent")
        for each in sorted(there.keys() & now.keys()):
            yield from self.changes(f"{name}.{each}", there[each], now[each], received=received)
        for each in demanded_now - demanded if received else (demanded - demanded_now) & now.keys():
            yield Change(f"{name}.{each}", "is now required" if received else "is no longer always sent")

    def _inner(self, name: str, keyword: str, old: Any, new: Any, *, received: bool) -> Iterator[Change]:
        """Compare what a list or a map holds; a schema that says nothing of a map has none."""
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self.changes(name, old, new, received=received)
        elif bool(old) != bool(new) and (bool(old) or (keyword == "items" and received)):
            yield Change(name, f"{keyword} is {'gone' if old else 'new'}")

    def _alternatives(self, name: str, old: Any, new: Any, *, received: bool) -> Iterator[Change]:
        """Compare alternatives; those that have a name, or are the same to the letter, are the same one."""
        there, now = ({_name(each) or json.dumps(each, sort_keys=True): each for each in side} for side in (old, new))
        for key in there.keys() & now.keys():
            yield from self.changes(name, there[key], now[key], received=received)
        lost = there.keys() - now.keys() if received else now.keys() - there.keys()
        if lost and bool(there) == bool(now):
            yield Change(name, "takes fewer alternatives" if received else "may be of another kind")
        elif bool(there) != bool(now):
            yield Change(name, "alternatives came or went")


def followed(part: Spec, document: Spec) -> Spec:
    """Return what a part of the document is, or refers to."""
    while "$ref" in part:
        _, *steps = part["$ref"].split("/")
        part = document
        for step in steps:
            part = part[step]
    return part


def flat(schema: Spec, document: Spec) -> dict[str, Any]:
    """Return the schema with its reference followed, and the parts of an `allOf` put together."""
    schema = followed(schema, document)
    whole: dict[str, Any] = {}
    for part in (*(flat(each, document) for each in schema.get("allOf", ())), schema):
        for keyword, value in part.items():
            if keyword == "properties":
                whole[keyword] = {**whole.get(keyword, {}), **value}
            elif keyword == "required":
                whole[keyword] = [*whole.get(keyword, ()), *value]
            elif keyword != "allOf":
                whole[keyword] = value
    return whole


def _name(schema: Spec) -> str:
    """Return the name of the component that the schema is, or is made of; none where it stands written out."""
    parts = (schema, *schema.get("allOf", ()))
    return str(next((each["$ref"] for each in parts if "$ref" in each), "")).rpartition("/")[2]


def _shown(schema: Spec, document: Spec, *, received: bool) -> dict[str, Any]:
    """Return the properties that stand in this direction."""
    other = "readOnly" if received else "writeOnly"
    return {name: each for name, each in schema.get("properties", {}).items() if not flat(each, document).get(other)}


def _values(name: str, old: Spec, new: Spec, *, received: bool) -> Iterator[Change]:
    """Compare which values a schema allows."""
    # What is received must take all that it took: `new` holds `old`. What is sent must be no more: `old` holds `new`.
    inner, outer = (old, new) if received else (new, old)
    for keyword, holds in HOLDS.items():
        if not holds(outer.get(keyword), inner.get(keyword)):
            yield Change(name, f"{keyword} {_told(old, keyword)} became {_told(new, keyword)}")
    yield from _enumeration(name, old, new, received=received)
    if received and old.get("default") != new.get("default"):
        yield Change(name, f"default {_told(old, 'default')} became {_told(new, 'default')}")


def _enumeration(name: str, old: Spec, new: Spec, *, received: bool) -> Iterator[Change]:
    inner, outer = (old, new) if received else (new, old)
    if "enum" not in outer:
        return
    if "enum" not in inner:
        yield Change(name, "takes only listed values" if received else "may have values that are not listed")
        return
    if more := [str(value) for value in inner["enum"] if value not in outer["enum"]]:
        yield Change(name, f"{', '.join(more)} {'no longer taken' if received else 'may come too'}", breaks=received)


def _told(schema: Spec, keyword: str) -> str:
    return json.dumps(schema[keyword]) if keyword in schema else "(none)"
