"""The record of change over HTTP: `GET /changes` for all, its seals, `GET …/{id}/history` for one record."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from stedenband.changes.feed.catalogue import REACH, Entry, catalogue_of
from stedenband.changes.feed.items import about, item
from stedenband.changes.feed.pages import before, page, position, subject
from stedenband.changes.feed.statements import EPOCH, FEED, HISTORY, SEALS
from stedenband.changes.models import OPERATIONS
from stedenband.changes.schemas import ChangeSchema, FeedQuery, HistoryEntrySchema, SealSchema
from stedenband.core.access import Permission
from stedenband.web.declare import StrictBlueprint, View, declare
from stedenband.web.formats.offers import EXPORTS
from stedenband.web.guard import visit
from stedenband.web.links import base_address
from stedenband.web.listing import statements_of
from stedenband.web.mount import parent_id
from stedenband.web.problems import not_found
from stedenband.web.resource import Resource
from stedenband.web.schema import camel

CODE_LISTS = {"changeOperations": OPERATIONS}


def blueprint(resources: tuple[Resource, ...]) -> Blueprint:
    """Return the routes of the record of change for these resources."""
    made = StrictBlueprint("changes", __name__, url_prefix="/v1", description="What changed, when and by whom")
    catalogue = catalogue_of(resources)
    declare(
        made,
        "/changes",
        "GET",
        "list_changes",
        Permission.CHANGES_READ,
        _feed(catalogue),
        summary="Follow what changed: a feed with a cursor, without values",
        query=FeedQuery,
        returns=ChangeSchema,
        offers=EXPORTS,
        facts={"list": True, "cursor": True, "paged": True},
    )
    declare(
        made,
        "/changes/seals",
        "GET",
        "list_seals",
        Permission.CHANGES_READ,
        read_seals,
        summary="List the seals of the record of change, newest first",
        query=FeedQuery,
        returns=SealSchema,
        offers=EXPORTS,
        facts={"list": True, "paged": True},
    )
    for entry in catalogue.values():
        resource = entry.resource
        declare(
            made,
            f"{resource.path}/<uuid:{camel(resource.key)}>/history",
            "GET",
            f"list_{resource.key.removesuffix('_id')}_history",
            resource.permissions["read"],
            _history(entry),
            summary=f"Read what changed in this {resource.noun}, newest first",
            query=FeedQuery,
            returns=HistoryEntrySchema,
            offers=EXPORTS,
            facts={"list": True, "paged": True},
        )
    return made


def _feed(catalogue: Mapping[str, Entry]) -> View:
    def view(query: dict[str, Any]) -> Response:
        [(epoch,)] = visit().rows(EPOCH, {})
        transaction, sequence = position(query.get("after"), epoch)
        size = query["page_size"]
        wanted = {"transaction": transaction, "sequence": sequence, "limit": size + 1}
        rows = visit().rows(FEED, wanted, named=True)
        told = rows[:size]
        last = (told[-1].transaction_id, told[-1].sequence) if told else (transaction, sequence)
        cursor = f"{epoch}.{last[0]}.{last[1]}"
        items = [item(base_address(), row, catalogue) for row in told]
        return page(subject(ChangeSchema), items, size, cursor if len(rows) > size else None, {"cursor": cursor})

    return view


def _history(entry: Entry) -> View:
    resource = entry.resource

    def view(query: dict[str, Any], **ids: UUID) -> Response:
        record = ids[camel(resource.key)]
        seen = {"id": record, "parent": parent_id(resource, ids)}
        if not visit().rows(statements_of(resource, base_address()).read(), seen):
            raise not_found()
        size = query["page_size"]
        wanted = {"record": record, "before": before(query.get("after")), "limit": size + 1}
        rows = visit().rows(HISTORY, wanted, named=True)
        items = [_entry(row, entry, record) for row in rows[:size]]
        return page(
            subject(HistoryEntrySchema), items, size, str(rows[size - 1].sequence) if len(rows) > size else None, {}
        )

    return view


def read_seals(query: dict[str, Any]) -> Response:
    """Return the seals that were made before one of them, or the newest."""
    size = query["page_size"]
    rows = visit().rows(SEALS, {"before": before(query.get("after")), "limit": size + 1}, named=True)
    items = [
        {
            "href": f"{base_address()}/changes/seals?after={row.number + 1}",
            "id": str(row.number),
            "changes": row.changes,
            "digest": row.digest,
            "sealedAt": row.sealed_at,
        }
        for row in rows[:size]
    ]
    following = str(rows[size - 1].number) if len(rows) > size else None
    return page(subject(SealSchema, "seals"), items, size, following, {})


def _entry(row: Any, entry: Entry, record: UUID) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for column, values in sorted(row.fields.items()):
        known = entry.properties.get(column)
        if known and known.audience in REACH[row.seen_as]:
            old, new = values or (None, None)
            shown = {"old": old if row.old_seen else None, "new": new}
            changes[known.path] = {
                name: known.readable(value, row.seen_as) for name, value in shown.items() if value is not None
            }
    author = {"changedBy": row.actor_name} if row.actor_name and row.seen_as != "public" else {}
    return about(base_address(), row, entry.resource, record) | author | {"changes": changes}
