"""Which property of which resource a changed column is, and who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from stedenband.web import fields
from stedenband.web.resource import Resource
from stedenband.web.schema import Audience, Schema, audience_of, camel

REACH: Mapping[str, frozenset[Audience]] = {
    "public": frozenset({"public"}),
    "link": frozenset({"public", "link"}),
    "city": frozenset({"public", "link", "city"}),
}
"""What a caller reads, by its relation to the row."""


@dataclass(frozen=True)
class Property:
    """A property on the wire: its name, within which object it stands, its audience, and the columns of its items."""

    name: str
    within: str
    audience: Audience
    instant: bool = False
    items: Mapping[str, Self] = field(default_factory=dict)

    @property
    def top(self) -> str:
        """The name of the top-level property."""
        return self.within or self.name

    @property
    def path(self) -> str:
        """The name with the object it stands in."""
        return f"{self.within}.{self.name}" if self.within else self.name

    def readable(self, value: Any, relation: str) -> Any:
        """Return a stored value as it stands on the wire, without what the relation does not read."""
        if self.instant and isinstance(value, str):
            return value.replace("+00:00", "Z")
        if isinstance(value, list):
            return [self._item(item, relation) if isinstance(item, dict) and self.items else item for item in value]
        return value

    def _item(self, item: Mapping[str, Any], relation: str) -> dict[str, Any]:
        return {
            known.path: known.readable(value, relation)
            for column, value in item.items()
            if value is not None and (known := self.items.get(column)) and known.audience in REACH[relation]
        }


def properties_of(
    schema: type[Schema], model: Any, within: str = "", audience: Audience = "public"
) -> dict[str, Property]:
    """Return the property of each column of `model` and of each of its lists of parts."""
    found: dict[str, Property] = {}
    for key, each in schema._declared_fields.items():  # noqa: SLF001 (as in web.schema)
        name = each.attribute or key
        wire = each.data_key or camel(key)
        seen = audience_of(each) if audience == "public" else audience
        match each:
            case fields.Part() if not each.load_only:
                found |= properties_of(each.part, model, wire, seen)
            case fields.Reference():
                relationship = model.__mapper__.relationships[name]
                found |= {local.key: Property(wire, within, seen) for local, _ in relationship.local_remote_pairs}
            case fields.Items():
                child = model.__mapper__.relationships[name].mapper.class_
                found[name] = Property(wire, within, seen, items=properties_of(each.item, child))
            case fields.Href() | fields.Matches():
                pass
            case _:
                found.setdefault(name, Property(wire, within, seen, isinstance(each, fields.Instant)))
    return found


@dataclass(frozen=True)
class Entry:
    """A resource in the catalogue."""

    resource: Resource
    properties: Mapping[str, Property]


def catalogue_of(resources: tuple[Resource, ...]) -> dict[str, Entry]:
    """Return the resources by table."""
    return {each.model.__tablename__: Entry(each, properties_of(each.schema, each.model)) for each in resources}
