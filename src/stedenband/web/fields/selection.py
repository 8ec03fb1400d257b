"""`select=`: which properties of a document are wanted, two levels deep."""

import re
from collections.abc import Mapping
from typing import Any

from stedenband.core.words import say
from stedenband.web.fields.base import Field, refused
from stedenband.web.fields.moves import Moves
from stedenband.web.fields.objects import AnyReference, Items, Matches, Part, Reference
from stedenband.web.schema import Schema, camel

Selection = tuple[tuple[str, tuple[str, ...]], ...]
"""Properties by name, each with those of its own that are wanted (none: the whole of it)."""

SHORT = ("href", "id", "title")
NAME = "[a-z][A-Za-z0-9]{0,63}"
PROPERTY = re.compile(rf"({NAME})(?:\(({NAME}(?:,{NAME})*)\))?", re.ASCII)
WHOLE = re.compile(rf"\({PROPERTY.pattern}(?:,{PROPERTY.pattern})*\)", re.ASCII)
FORM = re.compile(r"\([A-Za-z0-9,()]+\)", re.ASCII)
"""What the contract says of it; `WHOLE` is its grammar."""
LONGEST = 2000


class Select(Field):
    """The properties wanted, two levels deep: `(title,cityLink(title))`."""

    def __init__(self, schema: type[Schema]) -> None:
        """Give the schema whose properties may be named."""
        known = properties_of(schema)
        example = next((name for name in ("title", "name") if name in known), "id")
        super().__init__(
            "The properties wanted, two levels deep: (title,cityLink(title)); href and id are always sent.",
            example=f"({example})",
        )
        self.known = known

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Selection:
        text = self.text_from(value)
        if len(text) > LONGEST or not WHOLE.fullmatch(text):
            raise refused(
                say("Give the names of properties between parentheses, such as (title,cityLink(title))."),
                formed=len(text) <= LONGEST and bool(FORM.fullmatch(text)),
            )
        wanted: dict[str, tuple[str, ...]] = {}
        for name, listed in PROPERTY.findall(text):
            if name in wanted:
                raise refused(say("Name each property once; '{name}' stands there twice.", name=name))
            _refuse_unknown(name, self.known)
            below = tuple(sorted(set(listed.split(",")))) if listed else ()
            for each in below:
                _refuse_unknown(each, self.known[name], f"{name}.")
            wanted[name] = below
        return tuple(sorted(wanted.items()))

    def documented(self) -> dict[str, Any]:
        """Return the form."""
        return {"type": "string", "maxLength": LONGEST, "pattern": f"^{FORM.pattern}$"}


def properties_of(schema: type[Schema]) -> dict[str, tuple[str, ...]]:
    """Return the properties that a schema sends, each with the names of its own properties."""
    return {_wire(key, each): _below(each) for key, each in _sent(schema).items()}


def _sent(schema: type[Schema]) -> Mapping[str, Any]:
    declared = schema._declared_fields  # noqa: SLF001 (as in schema.py)
    return {name: field for name, field in declared.items() if not field.load_only}


def _wire(key: str, field: Any) -> str:
    return field.data_key or camel(key)


def _below(field: Any) -> tuple[str, ...]:
    match field:
        case Part():
            return tuple(_wire(key, each) for key, each in _sent(field.part).items())
        case Items():
            return tuple(_wire(key, each) for key, each in _sent(field.item).items())
        case Reference() | Matches():
            return SHORT
        case AnyReference():
            return ("type", *SHORT)
        case Moves():
            return ("to", "demands")
        case _:
            return ()


def _refuse_unknown(name: str, known: Any, within: str = "") -> None:
    if name not in known:
        raise refused(say("There is no property '{name}' here.", name=within + name))
