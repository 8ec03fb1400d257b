"""Bad input, over the whole contract: never a 500, never a poison row, nothing taken silently.

The corpus is put at every place that the contract documents, so a new field or parameter is covered without a line here.
"""

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse, run_wsgi_app
from werkzeug.wrappers import Request as WsgiRequest

from stedenband.access.models import ROLES
from stedenband.app import RESOURCES
from stedenband.core.access import PERMISSIONS, Role
from stedenband.core.records import Record
from stedenband.web.guard import declared
from tests.builders import OWN, PARTNER, STRANGER, World, world_in
from tests.contracts.attacks import Attack, Attacks
from tests.contracts.operations import Operation, Request, operations
from tests.contracts.verdicts import fits, kept, refused
from tests.databases import TestDatabase, TestServer

FEWEST_INPUTS = 25_000
TABLES = tuple(sorted(Record.metadata.tables))
COLLECTIONS = {resource.name: resource.model.__tablename__ for resource in RESOURCES}
VERSIONED = {table.name for table in Record.metadata.tables.values() if "version" in table.c}
STATE = "SELECT (SELECT max(sequence) FROM change), " + ", ".join(
    f"(SELECT (count(*), {'sum(version)' if table in VERSIONED else '0'}) FROM {table})::text" for table in TABLES
)
"""Rows and versions of every table, and the last change: whatever is written moves one of them."""
RESTORE = "UPDATE city_link SET status = 'candidate' WHERE status <> 'candidate' AND city_id IS NOT NULL"
"""So that a link can be moved again and again."""


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
        return self.owner.execute(STATE).fetchall()

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
        "wsgi.input": io.BytesIO(request.body or b""), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False, "CONTENT_LENGTH": str(len(request.body or b"")),
    }  # fmt: skip
    for name, value in headers.items():
        bare = name.upper().replace("-", "_")
        environ[bare if bare in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{bare}"] = value
    body, status, sent = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert not any("\r" in value or "\n" in value for _, value in sent), f"header injection by {request}"
    return TestResponse(body, status, sent, WsgiRequest(environ))


@pytest.fixture(scope="module")
def target(server: TestServer, worker_id: str) -> Iterator[Target]:
    """A world of its own for what is accepted all the same."""
    with server.copy(worker_id) as database, world_in(database) as world, _owner(database) as owner:
        client = world.clients[STRANGER, "auditor"]
        key = owner.execute("SELECT id FROM api_key WHERE api_client_id = %s", [client]).fetchone()
        made = "INSERT INTO privacy_act (city_id, kind) VALUES (%s, 'review') RETURNING id"
        act = owner.execute(made, [world.cities[OWN]]).fetchone()
        ground = owner.execute("SELECT id FROM transfer_ground").fetchone()
        assert key
        assert act
        assert ground
        ids = {
            "apiClientId": str(client), "apiKeyId": str(key[0]), "keyId": str(key[0]),
            "partnerCityId": str(world.cities[OWN]), "cityLinkId": str(world.links["public"]),
            "agreementId": str(world.agreements["public"]), "codeList": "countries", "itemCode": "BE",
            "organizationId": str(world.organizations["public"]), "contactId": str(world.contacts["public"]),
            "privacyActId": str(act[0]), "transferGroundId": str(ground[0]),
        }  # fmt: skip
        yield Target(world, owner, ids, [str(world.cities[name]) for name in (OWN, STRANGER)])


def _owner(database: TestDatabase) -> "psycopg.Connection[Any]":
    return psycopg.connect(database.owner_url, autocommit=True)


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_bad_input_is_refused_in_words_and_leaves_no_trace(operation: Operation, target: Target) -> None:
    key = target.key_for(operation)
    before = target.state()
    faults = []
    for attack in Attacks(operation, target.ids, target.cities):
        answer = target.send(attack.request, key)
        faults += fault(operation, target, attack, answer, key)
        if operation.method != "GET" and answer.status_code < 400:
            clean_up(target, operation, answer)
            before = target.state()
    assert not faults, f"{len(faults)} faults, among them\n" + "\n".join(faults[:40])
    assert target.state() == before
    check_every_list(target)


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
    assert fits(attack.schema, json.loads(attack.value), patch=operation.method == "PATCH"), f"taken silently: {attack}"
    if operation.id == "queryContacts":
        return  # a question is not kept
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
    """Remove what was made, so that the next request meets the same world, and make links movable again."""
    made_now: Any = answer.json if answer.status_code == 201 and answer.is_json else {}
    if "href" in made_now:
        collection, made = made_now["href"].rsplit("/", 2)[1:]
        target.owner.execute(f"DELETE FROM {COLLECTIONS[collection]} WHERE id = %s", [made])
    if operation.id == "moveCityLink":
        target.owner.execute(RESTORE)


def check_every_list(target: Target) -> None:
    """Check that every list of every resource still answers every role: no row has poisoned it."""
    for operation in operations():
        if operation.method != "GET" or operation.id == "checkHealth":
            continue
        for caller in (None, *((city, role) for city in (OWN, PARTNER) for role in ROLES)):
            key = target.world.keys[caller] if caller else None
            answer = target.send(operation.good(target.ids, target.cities), key)
            assert answer.status_code in {200, 401, 403, 404}, f"{operation} for {caller}: {answer.text}"


def test_the_corpus_is_as_large_as_we_say(target: Target) -> None:
    counted = sum(1 for operation in operations() for _ in Attacks(operation, target.ids, target.cities))
    print(f"{counted:,} bad inputs")  # noqa: T201 (the closing note gives this number)
    assert counted >= FEWEST_INPUTS


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
