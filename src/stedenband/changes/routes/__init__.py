"""The record of change over HTTP: `GET /changes` for all, its seals, `GET …/{id}/history` for one record."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint

from stedenband.changes.models import OPERATIONS
from stedenband.changes.routes.catalogue import REACH, Entry, catalogue_of
from stedenband.changes.routes.statements import EPOCH, FEED, HISTORY, SEALS
from stedenband.changes.schemas import ChangeSchema, FeedQuery, HistoryEntrySchema, SealSchema
from stedenband.core.access import Permission
from stedenband.core.errors import BadRequest, Gone
from stedenband.core.words import Rule, say
from stedenband.web.conditional import reply, tag
from stedenband.web.declare import StrictBlueprint, View, declare
from stedenband.web.exports import answer_page
from stedenband.web.formats.offers import EXPORTS
from stedenband.web.formats.table import Subject
from stedenband.web.guard import visit
from stedenband.web.links import base_address
from stedenband.web.listing import page_address, statements_of
from stedenband.web.mount import address, parent_id
from stedenband.web.negotiation import chosen
from stedenband.web.problems import not_found
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, camel

CODE_LISTS = {"changeOperations": OPERATIONS}
CURSOR = re.compile(r"([0-9a-f-]{36})\.([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)
SEQUENCE = re.compile(r"[0-9]{1,18}", re.ASCII)
NEWEST = 2**63 - 1


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
        epoch = str(visit().rows(EPOCH, {})[0][0])
        transaction, sequence = _position(query.get("after"), epoch)
        size = query["page_size"]
        wanted = {"transaction": transaction, "sequence": sequence, "limit": size + 1}
        rows = visit().rows(FEED, wanted, named=True)
        page = rows[:size]
        last = (page[-1].transaction_id, page[-1].sequence) if page else (transaction, sequence)
        cursor = f"{epoch}.{last[0]}.{last[1]}"
        items = [_change(row, catalogue[row.table_name]) for row in page]
        return _page(_subject(ChangeSchema), items, size, cursor if len(rows) > size else None, {"cursor": cursor})

    return view


def _position(cursor: str | None, epoch: str) -> tuple[int, int]:
    if cursor is None:
        return 0, 0
    found = CURSOR.fullmatch(cursor)
    if found is None:
        detail = say("Take the cursor from 'next' or 'cursor' of a page of this feed.")
        raise BadRequest.at("query", "after", Rule(detail))
    if found[1] != epoch:
        raise Gone(
            say("The feed started anew after a restore. Load the collections again, then follow it from its beginning.")
        )
    return int(found[2]), int(found[3])


def _about(row: Any, resource: Resource, record: UUID) -> dict[str, Any]:
    parent = row.parent_id if resource.parent else None
    return {
        "href": base_address() + address(resource, record, parent),
        "id": str(record),
        "operation": row.operation,
        "version": row.version,
        "changedAt": row.changed_at,
    }


def _change(row: Any, entry: Entry) -> dict[str, Any]:
    known = (entry.properties.get(name) for name in row.names)
    names = {each.top for each in known if each and each.audience in REACH[row.seen_as]}
    about = _about(row, entry.resource, row.record_id) | {"resource": entry.resource.name}
    return about | ({"fields": sorted(names)} if names else {})


def _history(entry: Entry) -> View:
    resource = entry.resource

    def view(query: dict[str, Any], **ids: UUID) -> Response:
        record = ids[camel(resource.key)]
        seen = {"id": record, "parent": parent_id(resource, ids)}
        if not visit().rows(statements_of(resource, base_address()).read(), seen):
            raise not_found()
        size = query["page_size"]
        wanted = {"record": record, "before": _before(query.get("after")), "limit": size + 1}
        rows = visit().rows(HISTORY, wanted, named=True)
        items = [_entry(row, entry, record) for row in rows[:size]]
        return _page(
            _subject(HistoryEntrySchema), items, size, str(rows[size - 1].sequence) if len(rows) > size else None, {}
        )

    return view


def read_seals(query: dict[str, Any]) -> Response:
    """Return the seals that were made before one of them, or the newest."""
    size = query["page_size"]
    rows = visit().rows(SEALS, {"before": _before(query.get("after")), "limit": size + 1}, named=True)
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
    return _page(_subject(SealSchema, "seals"), items, size, following, {})


def _before(cursor: str | None) -> int:
    if cursor is None:
        return NEWEST
    if not SEQUENCE.fullmatch(cursor):
        raise BadRequest.at("query", "after", Rule(say("Take the cursor from 'next' of a page of this list.")))
    return int(cursor)


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
    return _about(row, entry.resource, record) | author | {"changes": changes}


def _subject(schema: type[Schema], name: str = "changes") -> Subject:
    return Subject(name, schema, page_address({}))


def _page(
    subject: Subject, items: list[dict[str, Any]], size: int, following: str | None, more: Mapping[str, Any]
) -> Response:
    if wanted := chosen():
        beyond = page_address({"after": following}) if following else None
        return answer_page(subject, wanted, items, beyond)
    document = {
        "self": page_address({}),
        "items": items,
        "pageSize": size,
        **more,
        "first": page_address({"after": None}),
    }
    if following:
        document["next"] = page_address({"after": following})
    body = orjson.dumps(document)
    return reply(body, tag(body))
