"""API clients and their keys over HTTP, for administrators."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stedenband.access import rules
from stedenband.access.models import KINDS, ROLES, STATUSES, ApiClient, ApiKey
from stedenband.access.schemas import ApiClientSchema, ApiKeySchema, IssuedKeySchema
from stedenband.core.access import Permission
from stedenband.core.db import settle
from stedenband.core.parts import touch
from stedenband.web import fields
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.fields import present
from stedenband.web.guard import visit
from stedenband.web.idempotency import once
from stedenband.web.links import base_address
from stedenband.web.mount import mount
from stedenband.web.problems import not_found
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.schema import create_schema
from stedenband.web.search import by_words
from stedenband.web.sight import find

API_CLIENTS = Resource(
    name="apiClients",
    noun="API client",
    model=ApiClient,
    schema=ApiClientSchema,
    title="name",
    permissions=dict.fromkeys(("read", "create", "update"), Permission.API_CLIENTS_MANAGE),
    filters=(
        by_words("find_api_clients"),
        Filter(
            "city",
            fields.Key("A city: its id.", example="0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"),
            lambda client, keys: client.city_id == func.any(keys),
            many=True,
        ),
        Filter("role", fields.Code("Role.", ROLES), lambda client, roles: client.role == func.any(roles), many=True),
        Filter(
            "status",
            fields.Code("State.", STATUSES),
            lambda client, states: client.status == func.any(states),
            many=True,
        ),
    ),
    sorts=(Sort("name", "name"), Sort("createdAt", "created_at")),
    default_sort=("createdAt",),
    rules=Rules(rules.create_api_client, rules.change_api_client),
)
RESOURCES = (API_CLIENTS,)
CODE_LISTS = {"clientKinds": KINDS, "clientStatuses": STATUSES}

blueprint = StrictBlueprint("access", __name__, url_prefix="/v1", description="API clients and their keys")
mount(blueprint, API_CLIENTS)


def create_api_key(data: dict[str, Any], **ids: UUID) -> Response:
    """Make a key and show it, this once."""

    def work(session: Session) -> Response:
        client, _ = find(session, API_CLIENTS, ids)
        issued = rules.issue_key(session, client, **data)
        touch(session, client)
        settle(session)
        row = session.get_one(ApiKey, issued.id)
        body = orjson.dumps({**present(ApiKeySchema().dump(row)), "key": issued.key})
        location = f"{base_address()}/apiClients/{client.id}/keys/{issued.id}"
        return Response(
            body, status=201, mimetype="application/json", headers={"Location": location, "Cache-Control": "no-store"}
        )

    return once(work, secret=True)


def revoke_api_key(**ids: UUID) -> Response:
    """Revoke a key at once; revoking it again changes nothing."""

    def work(session: Session) -> Response:
        client, _ = find(session, API_CLIENTS, ids)
        key = session.scalar(select(ApiKey).where(ApiKey.id == ids["keyId"], ApiKey.api_client_id == client.id))
        if key is None:
            raise not_found()
        rules.revoke_key(key)
        touch(session, client)
        return Response(status=204)

    return visit().write(work)


declare(
    blueprint,
    "/apiClients/<uuid:apiClientId>/keys",
    "POST",
    "create_api_key",
    Permission.API_CLIENTS_MANAGE,
    create_api_key,
    summary="Make a key for a client and show it this once",
    body=create_schema(ApiKeySchema),
    returns=IssuedKeySchema,
)
declare(
    blueprint,
    "/apiClients/<uuid:apiClientId>/keys/<uuid:keyId>",
    "DELETE",
    "revoke_api_key",
    Permission.API_CLIENTS_MANAGE,
    revoke_api_key,
    summary="Revoke a key",
)
