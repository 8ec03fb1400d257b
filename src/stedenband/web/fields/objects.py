"""Objects, lists and references inside a record."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import object_session

from stedenband.core.words import say
from stedenband.web.contract.differences import SCOPE
from stedenband.web.fields.base import Field, present, refused
from stedenband.web.fields.texts import Code
from stedenband.web.fields.values import read_key
from stedenband.web.links import base_address
from stedenband.web.schema import Schema, create_schema, patch_schema

EXAMPLE_BASE = "http://127.0.0.1:8000/v1"
EXAMPLE_ID = "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
MOST_PERMISSIONS = 250
"""How many permissions a key can list: more than there are, so that a new one does not change the contract."""


class _Example(dict[str, str]):
    """Fills any id of a path."""

    def __missing__(self, name: str) -> str:
        """Return the id of every example."""
        return EXAMPLE_ID


class Href(Field):
    """The address of the record itself."""

    schema_type: ClassVar[Mapping[str, Any]] = {"type": "string", "format": "uri"}

    def __init__(self, path: str) -> None:
        """Give the path below `/v1`, with `{…}` for columns."""
        super().__init__(
            "The address of this record.",
            dump_only=True,
            required=True,
            example=f"{EXAMPLE_BASE}{path}".format_map(_Example()),
        )
        self.path = path

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """Return the address of `obj`."""
        return address_of(self.path, obj)


class Reference(Field):
    """Another record: read as `{href, id, title}`, written as `{"id": "…"}`; one that the caller may not see is absent.

    Named like the relationship of the model that leads to it.
    """

    def __init__(self, description: str, path: str, *, title: str = "title", **more: Any) -> None:
        """Give the target's path below `/v1` and its column that serves as title."""
        super().__init__(description, **more)
        self.path = path
        self.title = title

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> UUID:
        if not isinstance(value, dict) or set(value) != {"id"}:
            raise refused(
                say('Refer to a record as {"id": "<its id>"}.'), formed=isinstance(value, dict) and "id" in value
            )
        return read_key(value["id"])

    def _serialize(self, value: Any, attr: Any, obj: Any, **_: Any) -> Any:
        if value is None:
            return None
        return reference(self.path, value, self.title)

    def example(self) -> dict[str, str]:
        """Return an example of what is sent."""
        return example_reference(self.path, self.title)

    def documented(self) -> dict[str, Any]:
        """Return the component that both forms share."""
        return {"$ref": "#/components/schemas/Reference"}


class AnyReference(Field):
    """A record of one of several kinds: read as `{type, href, id, title}`, written as `{"type": "…", "id": "…"}`.

    `kinds` has the reference per kind; its `attribute` is the relationship of the model that leads there, so at most
    one of them leads anywhere.
    """

    def __init__(self, description: str, kinds: Mapping[str, Reference], likely: str, **more: Any) -> None:
        """Give the references by the name of their kind, and the kind of the example."""
        super().__init__(description, **more)
        self.kinds = dict(kinds)
        self.likely = likely

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != {"type", "id"}:
            raise refused(
                say('Name the record as {"type": "<its kind>", "id": "<its id>"}.'),
                formed=isinstance(value, dict) and {"type", "id"} <= set(value),
            )
        kind = Code("A kind.", tuple(self.kinds)).deserialize(value["type"])
        return {"type": kind, "id": read_key(value["id"])}

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """Return the one record that it refers to, if the caller may see it."""
        named = ((kind, each, getattr(obj, str(each.attribute))) for kind, each in self.kinds.items())
        shown = (
            {"type": kind, **reference(each.path, row, each.title)} for kind, each, row in named if row is not None
        )
        return next(shown, None)

    def documented(self, *, shown: bool = False) -> dict[str, Any]:
        """Return an object, as it is written or as it is `shown`."""
        example = {"type": self.likely, **self.kinds[self.likely].example()}
        properties: dict[str, Any] = {
            "type": {"type": "string", "enum": list(self.kinds), "description": "What kind of record it is."},
            "id": {"type": "string", "format": "uuid", "description": "Its id."},
        }
        if shown:
            properties["href"] = {"type": "string", "format": "uri", "description": "Its address."}
            properties["title"] = {"type": "string", "description": "Its title or name."}
        return {
            "title": "AnyReference" if shown else "AnyReferenceInput",
            "type": "object",
            "required": ["id"] if shown else ["type", "id"],
            "properties": properties,
            "example": {name: value for name, value in example.items() if name in properties},
        }


class Part(Field):
    """An object made of columns of the same record, such as a location."""

    def __init__(self, description: str, schema: type[Schema], **more: Any) -> None:
        """Give the schema whose fields are columns of this record."""
        super().__init__(description, **more)
        self.part = schema
        self.reader = create_schema(schema)()

    def for_patch(self) -> None:
        """Read a merge patch from now on."""
        self.reader = patch_schema(self.part)()

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError(say("Give a JSON object."))
        return dict(self.reader.load(value))

    def removed(self) -> dict[str, None]:
        """Return what null means: every column empty."""
        return dict.fromkeys(field.attribute or name for name, field in self.part._declared_fields.items())  # noqa: SLF001

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """Return the object, or None when every column is empty."""
        return present(self.part().dump(obj)) or None


class Items(Field):
    """The parts of a record that have no address of their own, in order; named like the model's relationship."""

    def __init__(self, description: str, schema: type[Schema], *, least: int = 0, most: int = 200, **more: Any) -> None:
        """Give the schema of one part and how many there may be."""
        super().__init__(description, **more)
        self.item = schema
        self.least = least
        self.most = most

    @cached_property
    def reader(self) -> Schema:
        """What reads one part."""
        return create_schema(self.item)()

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            raise ValidationError(
                say("Give a JSON array of {least} to {most} items.", least=self.least, most=self.most)
            )
        return list(self.reader.load(value, many=True))

    def _serialize(self, value: Any, attr: Any, obj: Any, **_: Any) -> Any:
        return [present(self.item().dump(item)) for item in value]


class Codes(Field):
    """Codes kept in a child table (`code`), each once, in alphabetical order; named like the model's relationship."""

    def __init__(self, description: str, code: Field, *, most: int = 50, **more: Any) -> None:
        """Give the field that reads one code."""
        super().__init__(description, **more)
        self.code = code
        self.most = most

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> list[str]:
        if not isinstance(value, list) or len(value) > self.most:
            raise ValidationError(say("Give a JSON array of at most {most} codes.", most=self.most))
        errors: dict[int, Any] = {}
        codes = []
        for index, item in enumerate(value):
            try:
                codes.append(self.code.deserialize(item))
            except ValidationError as error:
                errors[index] = error.messages
        if errors:
            raise ValidationError(errors)
        if len(set(codes)) < len(codes):
            raise ValidationError(say("Give each code once."))
        return sorted(codes)

    def _serialize(self, value: Any, attr: Any, obj: Any, **_: Any) -> Any:
        return [item.code for item in value]

    def documented(self) -> dict[str, Any]:
        """Return an array of codes."""
        item = self.code.documented() | {"example": self.code.metadata["example"]}
        return {"type": "array", "items": item, "maxItems": self.most, "uniqueItems": True}


class CodeArray(Field):
    """Codes kept as an array of the same record, each once, in alphabetical order."""

    def __init__(self, description: str, codes: Sequence[str], *, most: int = 50, **more: Any) -> None:
        """List the codes."""
        super().__init__(description, example=[codes[0]], **more)
        self.code = Code("A code.", codes)
        self.codes = Codes(description, self.code, most=most)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> list[str]:
        return list(self.codes.deserialize(value))

    def documented(self) -> dict[str, Any]:
        """Return an array of codes."""
        return self.codes.documented()


class Permissions(CodeArray):
    """A list of permissions."""

    def __init__(self, description: str, codes: Sequence[str], **more: Any) -> None:
        """List the permissions."""
        super().__init__(description, codes, most=MOST_PERMISSIONS, **more)

    def documented(self) -> dict[str, Any]:
        """Return an array of permissions."""
        document = super().documented()
        document["items"]["x-ignore-rules"] = SCOPE
        return document


class Matches(Field):
    """Records like this one, among those the caller sees, as references; only on the single resource.

    `function` is a database function (caller's rights) that takes the record's id and returns the ids of the others.
    """

    def __init__(self, description: str, path: str, function: str, *, title: str = "title", **more: Any) -> None:
        """Give the path below `/v1`, the function, and the column that serves as title."""
        super().__init__(description, dump_only=True, **more)
        self.path = path
        self.function = function
        self.title = title

    def found(self, entity: Any, others: Any) -> Any:
        """Return the condition for `others`."""
        return others.id == getattr(func, self.function)(entity.id).column_valued("match")

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """Look the others up in the record's own session."""
        kind = type(obj)
        session = object_session(obj)
        rows = session.scalars(select(kind).where(self.found(obj, kind)).order_by(kind.id)) if session else ()
        return [reference(self.path, row, self.title) for row in rows] or None

    def example(self) -> list[dict[str, str]]:
        """Return an example of what is sent."""
        return [example_reference(self.path, self.title)]

    def documented(self) -> dict[str, Any]:
        """Return an array of references."""
        return {"type": "array", "items": {"$ref": "#/components/schemas/Reference"}}


def address_of(path: str, row: Any) -> str:
    """Return the address of a row; `path` has its columns between braces."""
    return base_address() + path.format_map({name: getattr(row, name) for name in re.findall(r"{(\w+)}", path)})


def reference(path: str, row: Any, title: str) -> dict[str, str]:
    """Return a short reference to a row; `title` is the column that names it."""
    return {"href": address_of(path, row), "id": str(row.id), "title": getattr(row, title)}


def example_reference(path: str, title: str) -> dict[str, str]:
    """Return an example of a short reference."""
    shown = {"name": "Genk", "title": "Genk – Francistown"}.get(title, "An Example")
    return {"href": f"{EXAMPLE_BASE}{path}".format_map(_Example()), "id": EXAMPLE_ID, "title": shown}
