"""Gives a collection its plain routes: list, create, read, change, delete, transitions."""

from http.client import CREATED
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import exc
from sqlalchemy.orm import Session

from stedenband.core.access import Relation
from stedenband.core.db import asked, settle
from stedenband.core.errors import Conflict
from stedenband.core.lifecycle import Transition
from stedenband.core.parts import touch
from stedenband.core.words import say
from stedenband.web.conditional import check_version, reply, tag
from stedenband.web.declare import View, declare
from stedenband.web.embedding import kinds_of
from stedenband.web.exports import answer_export, answer_single
from stedenband.web.formats import offers
from stedenband.web.guard import caller, visit
from stedenband.web.idempotency import once
from stedenband.web.language import kept
from stedenband.web.links import base_address
from stedenband.web.listing import answer_list, answer_one, projection_of, query_schema, read_schema, statements_of
from stedenband.web.merge import flattened
from stedenband.web.negotiation import chosen
from stedenband.web.rehearsal import mount_rehearsal, rehearsable
from stedenband.web.resource import Resource
from stedenband.web.schema import camel, create_schema, patch_schema
from stedenband.web.sight import find, permit, permit_change, permit_move


def mount(blueprint: Blueprint, resource: Resource) -> None:
    """Register the routes that the rules of `resource` allow."""
    one = f"{resource.path}/<uuid:{camel(resource.key)}>"
    rules, may, schema, noun = resource.rules, resource.permissions, resource.schema, resource.noun
    key = resource.key.removesuffix("_id")
    declare(
        blueprint,
        resource.path,
        "GET",
        f"list_{resource.plural}",
        may["read"],
        _lister(resource),
        summary=f"List {resource.plural.replace('_', ' ').replace('api ', 'API ')}",
        query=query_schema(resource),
        returns=schema,
        offers=offers.of_collection(resource),
        facts={"list": True, "embeds": kinds_of(resource)},
    )
    if rules.create:
        declare(
            blueprint,
            resource.path,
            "POST",
            f"create_{key}",
            may["create"],
            _creator(resource),
            summary=f"Create {a(noun)}",
            body=create_schema(schema),
            returns=schema,
        )
    declare(
        blueprint,
        one,
        "GET",
        f"read_{key}",
        may["read"],
        _reader(resource),
        summary=f"Read {a(noun)}",
        query=read_schema(resource),
        returns=schema,
        offers=offers.of_record(resource),
        facts={"embeds": kinds_of(resource)},
    )
    if rules.change:
        declare(
            blueprint,
            one,
            "PATCH",
            f"change_{key}",
            may["update"],
            _changer(resource),
            summary=f"Change {a(noun)} (merge patch)",
            body=patch_schema(schema),
            returns=schema,
            facts={"conditional": True},
        )
    if rules.delete:
        declare(
            blueprint,
            one,
            "DELETE",
            f"delete_{key}",
            may["delete"],
            _deleter(resource),
            summary=f"Delete {a(noun)} that was never published",
            facts={"conditional": True},
        )
    if rules.move and resource.transition:
        declare(
            blueprint,
            f"{one}/transitions",
            "POST",
            f"move_{key}",
            may["move"],
            _mover(resource),
            summary=f"Move {a(noun)} along its lifecycle",
            body=resource.transition,
            returns=schema,
            facts={"conditional": True, "status": 200},
        )
    if rehearsable(resource):
        mount_rehearsal(blueprint, resource, one)


def a(noun: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if noun[0] in 'aeiouA' else 'a'} {noun}"


def answer(session: Session, resource: Resource, key: UUID, status: int = 200, parent: UUID | None = None) -> Response:
    """Check every deferred rule, then return the record as the caller now sees it: the reply of every write."""
    settle(session)
    base = base_address()
    statement = statements_of(resource, base).read(projection_of({}, resource))
    [row] = asked(session, statement, {"id": key, "parent": parent, "lang": kept()})
    body = row[1].encode()
    response = reply(body, tag(body, row[0]), status)
    if status == CREATED:
        response.headers["Location"] = base + address(resource, key, parent)
    return response


def address(resource: Resource, key: UUID, parent: UUID | None = None) -> str:
    """Return the path of a record below `/v1`."""
    if resource.parent and parent:
        return f"{address(resource.parent, parent)}/{resource.name}/{key}"
    return f"/{resource.name}/{key}"


def parent_id(resource: Resource, ids: dict[str, UUID]) -> UUID | None:
    """Return the parent's id in the path."""
    return ids[camel(resource.parent.key)] if resource.parent else None


def _lister(resource: Resource) -> View:
    def view(query: dict[str, Any], **ids: UUID) -> Response:
        parent = parent_id(resource, ids)
        if wanted := chosen():
            return answer_export(resource, query, wanted, parent)
        return answer_list(resource, query, base_address(), parent)

    return view


def _reader(resource: Resource) -> View:
    def view(query: dict[str, Any], **ids: UUID) -> Response:
        key, parent = ids[camel(resource.key)], parent_id(resource, ids)
        if wanted := chosen():
            return answer_single(resource, query, wanted, key, parent)
        return answer_one(resource, query, key, parent)

    return view


def _creator(resource: Resource) -> View:
    def view(data: dict[str, Any], **ids: UUID) -> Response:
        def work(session: Session) -> Response:
            values = flattened(resource.schema, data)
            if resource.parent:
                parent, relation = find(session, resource.parent, ids)
                permit(relation, *resource.added_by)
                values[resource.parent_column] = parent.id
            row = resource.rules.create(session, caller(), values)  # type: ignore[misc]
            return answer(session, resource, row.id, 201, parent_id(resource, ids))

        return once(work)

    return view


def _changer(resource: Resource) -> View:
    def view(data: dict[str, Any], **ids: UUID) -> Response:
        def work(session: Session) -> Response:
            row, relation = find(session, resource, ids)
            permit_change(resource, relation, data)
            check_version(row.version)
            resource.rules.change(session, caller(), row, flattened(resource.schema, data))  # type: ignore[misc]
            touch(session, row)
            return answer(session, resource, row.id, parent=parent_id(resource, ids))

        return visit().write(work)

    return view


def _deleter(resource: Resource) -> View:
    def view(**ids: UUID) -> Response:
        def work(session: Session) -> Response:
            row, relation = find(session, resource, ids)
            permit(relation, Relation.OWNER)
            check_version(row.version)
            resource.rules.delete(session, caller(), row)  # type: ignore[misc]
            session.delete(row)
            try:
                settle(session)
            except exc.IntegrityError as error:
                if not isinstance(error.orig, ForeignKeyViolation):
                    raise
                raise Conflict(say("Another record refers to it, so it is not deleted.")) from error
            return Response(status=204)

        return visit().write(work)

    return view


def _mover(resource: Resource) -> View:
    def view(data: dict[str, Any], **ids: UUID) -> Response:
        def work(session: Session) -> Response:
            row, relation = find(session, resource, ids)
            to = data["to"]
            permit_move(resource, relation, to)
            check_version(row.version)
            resource.lifecycle.check(row.status, to, data)  # type: ignore[union-attr]
            resource.rules.move(session, caller(), row, Transition(to, data))  # type: ignore[misc]
            touch(session, row)
            return answer(session, resource, row.id, parent=parent_id(resource, ids))

        return once(work)

    return view
