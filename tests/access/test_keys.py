"""Keys: made once, kept as a hash, narrowed, ended; and what that means to the next request of every process."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.core.records import Record
from tests.builders import BASE, OWN, PARTNER, Api, Reply, World

LINKS = "/v1/cityLinks"
KEY = re.compile(r"sb_[0-9A-Za-z]{12}_[0-9A-Za-z_-]{43}")


def keys_of(world: World, city: str = OWN, role: str = "editor") -> str:
    """Return the path of a client's keys."""
    return f"/v1/apiClients/{world.clients[city, role]}/keys"


def made(world: World, role: str = "editor", **body: Any) -> Reply:
    """Make a key for a client of Genk, as its administrator."""
    reply = world.api(OWN, "admin").post(keys_of(world, role=role), body)
    assert reply.status_code == 201
    return reply


@contextmanager
def another_process(world: World) -> Iterator[Api]:
    """Give the application a second time, with connections of its own that are open already."""
    app = create_app(Settings(database_url=world.database.api_url, public_url=BASE, client_limit=0, anonymous_limit=0))
    api = Api(app.test_client())
    assert api.get(LINKS).status_code == 200
    try:
        yield api
    finally:
        app.extensions["stedenband.database"].engine.dispose()


def stored(world: World, prefix: str) -> dict[str, Any]:
    """Return a key as it is stored."""
    with psycopg.connect(world.database.owner_url) as owner:
        query = "SELECT to_jsonb(k) || jsonb_build_object('row', xmin::text) FROM api_key k WHERE prefix = %s"
        row = owner.execute(query, (prefix,)).fetchone()
        assert row
        return dict(row[0])


def everything(world: World) -> str:
    """Return every value of every table as text."""
    with psycopg.connect(world.database.superuser_url) as superuser:
        return "\n".join(
            row[0] for table in Record.metadata.tables for row in superuser.execute(f"SELECT t::text FROM {table} t")
        )


def test_a_key_is_shown_once_and_kept_as_its_hash(fresh_world: World) -> None:
    reply = made(fresh_world)
    key = reply.json["key"]
    assert KEY.fullmatch(key)
    assert reply.json["prefix"] == key.split("_")[1]
    assert reply.headers["Cache-Control"] == "no-store"
    assert stored(fresh_world, reply.json["prefix"])["hash"] == "\\x" + sha256(key.encode()).hexdigest()
    secret = key.split("_", 2)[2]
    assert secret not in everything(fresh_world)
    assert secret.encode().hex() not in everything(fresh_world)
    client = fresh_world.api(OWN, "admin").get(reply.headers["Location"].rpartition("/keys")[0])
    assert secret not in client.text
    assert reply.json["prefix"] in [each["prefix"] for each in client.json["keys"]]


def test_a_new_key_holds_at_once(fresh_world: World) -> None:
    key = made(fresh_world, role="auditor").json["key"]
    private = f"{LINKS}/{fresh_world.links['city']}"
    assert fresh_world.api().as_(key).get(private).status_code == 200
    with another_process(fresh_world) as other:
        assert other.as_(key).get(private).status_code == 200


def test_making_a_key_is_never_repeated_with_its_secret(fresh_world: World) -> None:
    admin = fresh_world.api(OWN, "admin")
    once = {"Idempotency-Key": "4f0c1d0e-37aa"}
    first = admin.post(keys_of(fresh_world), {}, headers=once)
    again = admin.post(keys_of(fresh_world), {}, headers=once)
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.json["type"] == "urn:problem-type:stedenband:replyNotKept"
    secret = first.json["key"].split("_", 2)[2]
    assert secret not in again.text
    assert secret not in everything(fresh_world)
    assert secret.encode().hex() not in everything(fresh_world)
    other = admin.post(keys_of(fresh_world), {"scopes": ["cityLinks:read"]}, headers=once)
    assert other.status_code == 422


def test_an_expired_key_is_refused(fresh_world: World) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    reply = made(fresh_world, expiresAt=later)
    api = fresh_world.api().as_(reply.json["key"])
    assert api.get(LINKS).status_code == 200
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        owner.execute(
            "UPDATE api_key SET expires_at = now() - interval '1 second' WHERE prefix = %s", (reply.json["prefix"],)
        )
    assert api.get(LINKS).status_code == 401


def test_a_key_cannot_be_made_expired(fresh_world: World) -> None:
    reply = fresh_world.api(OWN, "admin").post(keys_of(fresh_world), {"expiresAt": "2020-01-01T00:00:00Z"})
    assert reply.status_code == 400
    assert reply.json["issues"][0]["name"] == "expiresAt"


def test_scopes_narrow_a_key_and_never_widen_it(fresh_world: World) -> None:
    narrow = fresh_world.api().as_(made(fresh_world, scopes=["cityLinks:read"]).json["key"])
    link = f"{LINKS}/{fresh_world.links['public']}"
    assert narrow.get(link).status_code == 200
    assert narrow.patch(link, {"summary": {"en": "Changed."}}).status_code == 403
    assert narrow.get("/v1/partnerCities").status_code == 403
    wide = fresh_world.api().as_(made(fresh_world, scopes=["cityLinks:delete", "apiClients:manage"]).json["key"])
    assert wide.delete(f"{LINKS}/{fresh_world.links['city']}").status_code == 403
    assert wide.get("/v1/apiClients").status_code == 403


def test_a_revoked_key_is_refused_at_its_next_request_of_every_process(fresh_world: World) -> None:
    reply = made(fresh_world)
    with another_process(fresh_world) as other:
        callers = [fresh_world.api().as_(reply.json["key"]), other.as_(reply.json["key"])]
        assert [api.get(LINKS).status_code for api in callers] == [200, 200]
        revoke = reply.headers["Location"].removeprefix(BASE)
        assert fresh_world.api(OWN, "admin").call("DELETE", revoke).status_code == 204
        assert [api.get(LINKS).status_code for api in callers] == [401, 401]
    since = stored(fresh_world, reply.json["prefix"])["revoked_at"]
    assert fresh_world.api(OWN, "admin").call("DELETE", revoke).status_code == 204
    assert stored(fresh_world, reply.json["prefix"])["revoked_at"] == since


def test_revoking_one_key_leaves_the_others(fresh_world: World) -> None:
    reply = made(fresh_world)
    fresh_world.api(OWN, "admin").call("DELETE", reply.headers["Location"])
    assert fresh_world.api(OWN, "editor").get(LINKS).status_code == 200


def test_a_suspended_client_is_refused_at_its_next_request_of_every_process(fresh_world: World) -> None:
    client = f"/v1/apiClients/{fresh_world.clients[PARTNER, 'partner']}"
    with another_process(fresh_world) as other:
        callers = [fresh_world.api(PARTNER, "partner"), other.as_(fresh_world.keys[PARTNER, "partner"])]
        assert [api.get(LINKS).status_code for api in callers] == [200, 200]
        assert fresh_world.api(OWN, "admin").patch(client, {"status": "suspended"}).status_code == 200
        assert [api.get(LINKS).status_code for api in callers] == [401, 401]
        assert fresh_world.api(OWN, "admin").patch(client, {"status": "active"}).status_code == 200
        assert [api.get(LINKS).status_code for api in callers] == [200, 200]


def test_another_role_holds_at_the_next_request(fresh_world: World) -> None:
    client = f"/v1/apiClients/{fresh_world.clients[OWN, 'editor']}"
    link = f"{LINKS}/{fresh_world.links['public']}"
    assert fresh_world.api(OWN, "editor").patch(link, {"summary": {"en": "One."}}).status_code == 200
    fresh_world.api(OWN, "admin").patch(client, {"role": "auditor"})
    assert fresh_world.api(OWN, "editor").patch(link, {"summary": {"en": "Two."}}).status_code == 403


@pytest.mark.parametrize("part", ["prefix", "secret", "both"])
def test_every_wrong_key_gets_the_same_answer(fresh_world: World, part: str) -> None:
    _, prefix, secret = fresh_world.keys[OWN, "editor"].split("_", 2)
    wrong = f"sb_{'a' * 12 if part != 'secret' else prefix}_{'a' * 43 if part != 'prefix' else secret}"
    replies = [fresh_world.api().as_(key).get(LINKS) for key in (wrong, "nonsense")]
    answers = [
        (reply.status_code, reply.headers["WWW-Authenticate"], {**reply.json, "instance": ""}) for reply in replies
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


def test_use_of_a_key_is_noted_at_most_once_a_minute(fresh_world: World) -> None:
    reply = made(fresh_world)
    prefix, api = reply.json["prefix"], fresh_world.api().as_(reply.json["key"])
    assert "last_used_at" not in reply.json
    api.get(LINKS)
    first = stored(fresh_world, prefix)
    assert first["last_used_at"]
    api.get(LINKS)
    assert stored(fresh_world, prefix) == first, "the row was not written again"
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        owner.execute("UPDATE api_key SET last_used_at = now() - interval '61 seconds' WHERE prefix = %s", (prefix,))
    api.get(LINKS)
    assert stored(fresh_world, prefix)["last_used_at"] >= first["last_used_at"]


def test_use_of_a_key_is_no_change_of_its_client(fresh_world: World) -> None:
    path = f"/v1/apiClients/{fresh_world.clients[OWN, 'editor']}/history"
    admin = fresh_world.api(OWN, "admin")
    before = admin.get(path).json["items"]
    assert fresh_world.api(OWN, "editor").get(LINKS).status_code == 200
    assert admin.get(path).json["items"] == before


def test_history_tells_of_keys_without_hash_or_secret(fresh_world: World) -> None:
    reply = made(fresh_world)
    history = fresh_world.api(OWN, "admin").get(keys_of(fresh_world).replace("/keys", "/history"))
    assert reply.json["prefix"] in history.text
    assert sha256(reply.json["key"].encode()).hexdigest() not in history.text
    assert reply.json["key"].split("_", 2)[2] not in history.text
