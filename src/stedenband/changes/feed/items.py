"""How an entry of the record of change stands in the feed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from stedenband.changes.feed.catalogue import REACH, Entry
from stedenband.web.mount import address
from stedenband.web.resource import Resource


def about(base: str, row: Any, resource: Resource, record: UUID) -> dict[str, Any]:
    """Return what every entry says; `base` is where the addresses of records begin."""
    parent = row.parent_id if resource.parent else None
    return {
        "href": base + address(resource, record, parent),
        "id": str(record),
        "operation": row.operation,
        "version": row.version,
        "changedAt": row.changed_at,
    }


def item(base: str, row: Any, catalogue: Mapping[str, Entry]) -> dict[str, Any]:
    """Return a change without values: a row of FEED, with the names that its caller may read."""
    entry = catalogue[row.table_name]
    known = (entry.properties.get(name) for name in row.names)
    names = {each.top for each in known if each and each.audience in REACH[row.seen_as]}
    found = about(base, row, entry.resource, row.record_id) | {"resource": entry.resource.name}
    return found | ({"fields": sorted(names)} if names else {})
