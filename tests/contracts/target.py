"""What bad input is aimed at: a world of its own, how a request is sent to it, and what is wrong with an answer."""

import io
import json
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

import psycopg
from flask import Flask
from werkzeug.test import TestResponse, run_wsgi_app
from werkzeug.wrappers import Request as WsgiRequest

from stedenband.access.models import ROLES
from stedenband.app import RESOURCES
from stedenband.core.access import PERMISSIONS, Role
from stedenband.tasks.rules import FOLDER, Files
from stedenband.web.fields import EXAMPLE_ID
from stedenband.web.guard import declared
from tests.builders import A_REPORT, DATA, OWN, PARTNER, STRANGER, World, world_in
from tests.contracts.attacks import Attack
from tests.contracts.operations import Operation, Request, operations
from tests.contracts.state import state_of
from tests.contracts.verdicts import fits, kept, refused
from tests.databases import TestDatabase, TestServer

AUDIENCES = (None, (OWN, "coordinator"), (PARTNER, "coordinator"))
"""One caller of each audience, asked for the lists of what an operation wrote to."""
EVERYBODY = (None, *((city, role) for city in (OWN, PARTNER) for role in ROLES))
"""Asked for all lists once, after all operations: after each it would be as many requests as all bad inputs."""
EXAMPLE_SECRET = "cal_example"  # noqa: S105 (of a test)
EXAMPLE_IMPORT, EXAMPLE_EXPORT = (f"{EXAMPLE_ID[:-2]}{end}" for end in ("38", "39"))
EXAMPLE_DIGEST = f"dig_{'0' * 64}"
COLLECTIONS = {
    "tasks": "task",
    "uploads": "upload",
    "deliveries": "webhook_delivery",
    **{resource.name: resource.model.__tablename__ for resource in RESOURCES},
}
RESTORE = {
    "moveCityLink": "UPDATE city_link SET status = 'candidate' WHERE status <> 'candidate' AND city_id IS NOT NULL",
    "moveExchangeProject": "UPDATE exchange_project SET status = 'pipeline' WHERE status <> 'pipeline'",
    "movePolicyPlan": "UPDATE policy_plan SET status = 'draft', visibility = 'city' WHERE status <> 'draft'",
    "movePeriod": "UPDATE period SET status = 'draft' WHERE status <> 'draft'",
    "moveDelegation": "UPDATE delegation SET status = 'approved' WHERE status <> 'approved'",
    "changeCityLink": """
        WITH kind AS (UPDATE city_link SET kind = 'twinning' WHERE id = %(cityLinkId)s::uuid), left_out AS (
            DELETE FROM city_link_member WHERE city_link_id = %(cityLinkId)s::uuid
                AND partner_city_id NOT IN (%(partnerCityId)s::uuid, %(hostCity)s::uuid)
        )
        INSERT INTO city_link_member (city_link_id, partner_city_id, position)
        VALUES (%(cityLinkId)s::uuid, %(partnerCityId)s::uuid, 0), (%(cityLinkId)s::uuid, %(hostCity)s::uuid, 1)
        ON CONFLICT (city_link_id, partner_city_id) DO NOTHING
    """,
    "revokeCalendarSubscription": f"INSERT INTO calendar_subscription (id, api_client_id, hash, label, language)"
    f" SELECT '{EXAMPLE_ID}', id, sha256('{EXAMPLE_SECRET}'), 'Phone', 'nl' FROM api_client"
    f" WHERE name = 'coordinator of {OWN}' ON CONFLICT DO NOTHING",
    "createExport": f"DELETE FROM task WHERE state = 'waiting' AND id <> '{EXAMPLE_ID}'",
    "cancelTask": f"""
        INSERT INTO task (id, api_client_id, kind, wanted, language, state, result, ended_at)
        SELECT w.id, c.id, w.kind, '{{}}', 'en', w.state, w.result, CASE WHEN w.state = 'done' THEN now() END
        FROM api_client c, (VALUES
            ('{EXAMPLE_ID}'::uuid, 'import', 'waiting', NULL),
            ('{EXAMPLE_IMPORT}', 'import', 'done', '{{}}'::jsonb),
            ('{EXAMPLE_EXPORT}', 'export', 'done', '{{"name": "file.csv", "mediaType": "text/csv"}}')
        ) w (id, kind, state, result)
        WHERE c.name = 'coordinator of {OWN}'
        ON CONFLICT (id) DO UPDATE SET canceled_at = NULL
    """,
    "deleteDigestSubscription": f"INSERT INTO digest_subscription (id, api_client_id, secret, hash, label, email, language)"
    f" SELECT '{EXAMPLE_ID}', id, decode(repeat('00', 32), 'hex'), sha256(decode(repeat('00', 32), 'hex')), 'Office', 'office@genk.example', 'nl' FROM api_client"
    f" WHERE name = 'coordinator of {OWN}' ON CONFLICT DO NOTHING",
    "changeWebhook": f"UPDATE webhook SET status = 'active', reason = NULL WHERE id = '{EXAMPLE_ID}'",
    "deleteWebhook": f"""
        WITH hook AS (
            INSERT INTO webhook (id, api_client_id, label, url, secret, epoch, transaction_id, sequence)
            SELECT '{EXAMPLE_ID}', c.id, 'Map', 'https://map.example.org/', sha256(''), e.epoch, 2^62, 0
            FROM api_client c, change_epoch e WHERE c.name = 'coordinator of {OWN}'
            ON CONFLICT (id) DO UPDATE SET status = 'active', reason = NULL RETURNING id
        )
        INSERT INTO webhook_delivery (id, webhook_id, record_id, type, subject, data)
        SELECT id, id, id, 'org.stedenband.webhooks.test', 'https://links.example.org/', '{{}}' FROM hook
        ON CONFLICT (id) DO NOTHING
    """,
}
"""So that a record can be moved, or revoked, again and again, and each operation meets links of the same members."""
NOT_KEPT = {
    "queryContacts", "actOnPeriods", "createCalendarSubscription", "createExport", "createWebhook", "rotateWebhookSecret",
}  # fmt: skip
"""What is asked or done once and does not come back as it was sent, or not with its secret."""


@dataclass
class Target:
    """A world to attack, and what an operation needs of it."""

    world: World
    owner: "psycopg.Connection[Any]"
    ids: dict[str, str]
    cities: list[str]
    poisoned: list[str] = field(default_factory=list)

    def state(self) -> list[tuple[Any, ...]]:
        """Return a fingerprint of every table."""
        return state_of(self.owner)

    def key_for(self, operation: Operation) -> str:
        """Return the key of the least of our clients that may call the operation and writes what it may."""
        name = _snake(operation.id)
        endpoint = next(each for each in self.world.app.view_functions if each.rpartition(".")[2] == name)
        needed = declared(self.world.app, endpoint)
        role = "coordinator" if needed == "open" or needed in PERMISSIONS[Role.COORDINATOR] else "admin"
        return self.world.keys[OWN, role]

    def send(self, request: Request, key: str | None) -> TestResponse:
        """Send a request byte by byte as it is, with the key unless it brings its own."""
        return send(self.world.app, request, key)


def send(app: Flask, request: Request, key: str | None = None) -> TestResponse:
    """Hand a request to the application as a server would, without a client that puts anything right."""
    headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **request.headers}
    environ = {
        "REQUEST_METHOD": request.method, "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"), "RAW_URI": f"{request.path}?{request.query}",
        "QUERY_STRING": request.query, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.sent or b""), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False, "CONTENT_LENGTH": str(len(request.sent or b"")),
    }  # fmt: skip
    for name, value in headers.items():
        bare = name.upper().replace("-", "_")
        environ[bare if bare in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{bare}"] = value
    body, status, sent = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert not any("\r" in value or "\n" in value for _, value in sent), f"header injection by {request}"
    return TestResponse(body, status, sent, WsgiRequest(environ))


@contextmanager
def target_in(server: TestServer, worker_id: str) -> Iterator[Target]:
    """Give a world of its own, for what is accepted all the same."""
    with server.copy(worker_id) as database, world_in(database) as world, _owner(database) as owner:
        client = world.clients[STRANGER, "auditor"]
        key = owner.execute("SELECT id FROM api_key WHERE api_client_id = %s", [client]).fetchone()
        record = "INSERT INTO privacy_act (city_id, kind) VALUES (%s, 'review') RETURNING id"
        act = owner.execute(record, [world.cities[OWN]]).fetchone()
        ground = owner.execute("SELECT id FROM transfer_ground").fetchone()
        upload = begun(world)
        assert key
        assert act
        assert ground
        ids = {
            "apiClientId": str(client), "apiKeyId": str(key[0]), "keyId": str(key[0]),
            "partnerCityId": str(world.cities[OWN]), "cityLinkId": str(world.links["public"]),
            "agreementId": str(world.agreements["public"]), "collection": "organizations", "codeList": "countries", "itemCode": "BE",
            "organizationId": str(world.organizations["public"]), "contactId": str(world.contacts["public"]),
            "privacyActId": str(act[0]), "transferGroundId": str(ground[0]),
            "policyPlanId": str(world.plans["city"]), "policyGoalId": str(world.goals["city"]),
            "policyActionId": str(world.actions["public"]), "decisionId": str(world.decisions["public"]),
            "exchangeProjectId": str(world.projects["public"]), "resultId": str(world.results["public"]),
            "indicatorId": str(world.indicators["public"]), "periodId": str(world.periods["public"]),
            "delegationId": str(world.delegations["public"]), "programItemId": str(world.program_items["public"]),
            "hostCity": str(world.cities[PARTNER]),
            "calendarSubscriptionId": EXAMPLE_ID, "secret": EXAMPLE_SECRET,
            "digestSubscriptionId": EXAMPLE_ID, "digest": EXAMPLE_DIGEST,
            "webhookId": EXAMPLE_ID, "deliveryId": EXAMPLE_ID,
            "taskId": EXAMPLE_ID, "importId": EXAMPLE_IMPORT, "exportId": EXAMPLE_EXPORT,
            "documentId": str(world.documents["public"]), "uploadId": upload,
        }  # fmt: skip
        for restored in RESTORE.values():
            owner.execute(restored, ids)
        for key in (EXAMPLE_IMPORT, EXAMPLE_EXPORT):
            for name in ("result", "corrections.csv", "corrections.xlsx"):
                Files(DATA / FOLDER).write(UUID(key), name, lambda out: out.write(A_REPORT))
        made = Target(world, owner, ids, [str(world.cities[name]) for name in (OWN, STRANGER)])
        yield made
        check_lists(made, EVERYBODY)


def begun(world: World) -> str:
    """Return the id of an upload that is under way, begun when there is none."""
    api, known = world.api(OWN), world.uploads.get("begun")
    if known and api.get(f"/v1/uploads/{known}").status_code == 200:
        return str(known)
    metadata = b64encode(
        json.dumps(
            {"title": {"en": "A visit"}, "subject": {"type": "cityLink", "id": str(world.links["public"])}}
        ).encode()
    ).decode()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": f"metadata {metadata}"}
    world.uploads["begun"] = api.call("POST", "/v1/uploads", headers=headers).json["id"]
    return str(world.uploads["begun"])


def _owner(database: TestDatabase) -> "psycopg.Connection[Any]":
    return psycopg.connect(database.owner_url, autocommit=True)


def fault(operation: Operation, target: Target, attack: Attack, answer: TestResponse, key: str) -> list[str]:
    """Return what is wrong with the answer to a bad request, if anything."""
    try:
        if answer.status_code >= 400:
            refused(attack, answer)
        else:
            check_accepted(operation, target, attack, answer, key)
    except AssertionError as wrong:
        return [str(wrong).partition("\nassert")[0]]
    return []


def check_accepted(operation: Operation, target: Target, attack: Attack, answer: TestResponse, key: str) -> None:
    """Check that what was taken is what the contract documents, reads back as sent, and hurts no list that shows it."""
    assert b"evil" not in answer.data, f"a forged host went into {attack}"
    if attack.schema is None or attack.value is None:
        return
    if attack.place == "query":
        assert _query_fits(attack), f"taken silently: {attack}"
        return
    patch = operation.method == "PATCH" or operation.path.endswith("/dryRun")
    assert fits(attack.schema, json.loads(attack.value), patch=patch), f"taken silently: {attack}"
    if operation.id in NOT_KEPT or operation.path.endswith("/dryRun"):
        return
    reply = json.loads(answer.data)
    assert kept(attack, reply), f"{attack} came back as {answer.text[:2000]}"
    if "href" in reply:
        path = "/v1" + reply["href"].partition("/v1")[2]
        assert json.loads(target.send(Request("GET", path), key).data) == reply
        for query in ("", "near=0,0,20038") if operation.method == "POST" else ():
            again = target.send(Request("GET", path.rsplit("/", 1)[0], query), key)
            assert again.status_code == 200 or b"unknownParameter" in again.data, f"poisoned by {attack}: {again.text}"


def _query_fits(attack: Attack) -> bool:
    assert attack.schema is not None
    text = unquote_to_bytes((attack.value or "").replace("+", " ")).decode()
    schema = attack.schema.get("items", attack.schema)
    if schema.get("type") in {"integer", "number", "boolean"}:
        return bool(
            text.isascii()
            and text == text.strip()
            and "_" not in text
            and "e" not in text.lower().removesuffix("true").removesuffix("false")
        ) and fits(schema, json.loads(text))
    return fits(schema, text)


def clean_up(target: Target, operation: Operation, answer: TestResponse) -> None:
    """Remove what was made, so that the next request meets the same world, and make records movable again."""
    made_now: Any = answer.json if answer.status_code == 201 and answer.is_json else {}
    if "href" in made_now:
        collection, made = made_now["href"].rsplit("/", 2)[1:]
        target.owner.execute(f"DELETE FROM {COLLECTIONS[collection]} WHERE id = %s", [made])
    if operation.id in RESTORE:
        target.owner.execute(RESTORE[operation.id], target.ids)


def check_lists(target: Target, callers: Sequence[tuple[str, str] | None], tag: str | None = None) -> None:
    """Check that every list, or every one with this tag, still answers these callers: no row has poisoned it."""
    for operation in operations():
        if operation.method != "GET" or operation.id == "checkHealth" or tag not in {None, *operation.spec["tags"]}:
            continue
        for caller in callers:
            key = target.world.keys[caller] if caller else None
            answer = target.send(operation.good(target.ids, target.cities), key)
            assert answer.status_code in {200, 401, 403, 404}, f"{operation} for {caller}: {answer.text}"


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
