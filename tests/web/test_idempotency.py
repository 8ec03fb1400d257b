"""An Idempotency-Key makes a repeated POST safe: the same reply, and nothing done twice."""

import threading
from typing import Any

import psycopg
import pytest

from stedenband.core.ledger import IdempotencyKey
from tests.builders import OWN, PARTNER, Api, Reply, World
from tests.processes import until

KEY = {"Idempotency-Key": "0f8c1f2e-54a8-4f7e-8a39-0a0b3a1c9d11"}
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"


def city(api: Api, name: str = "Heist", **headers: str) -> Reply:
    return api.post("/v1/partnerCities", {"name": name, "countryCode": "BE"}, headers={**KEY, **headers})


def count(world: World, statement: str = "SELECT count(*) FROM partner_city") -> int:
    with psycopg.connect(world.database.owner_url) as connection:
        row = connection.execute(statement).fetchone()
        assert row is not None
        return int(row[0])


def test_the_same_request_gets_the_first_reply_and_is_done_once(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    first, before = city(api), count(fresh_world)
    again = city(api)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    for header in ("Location", "ETag", "Content-Type"):
        assert again.headers[header] == first.headers[header]
    assert count(fresh_world) == before


def test_quotes_around_the_key_make_no_difference(fresh_world: World) -> None:
    first = city(fresh_world.api(OWN))
    assert city(fresh_world.api(OWN), **{"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'}).data == first.data


def test_another_request_with_the_same_key_is_refused(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    city(api)
    assert city(api, "Elsewhere").status_code == 422
    assert api.post("/v1/apiClients", {}, headers=KEY).status_code == 403
    link = {"kind": "network", "members": [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]}
    assert api.post("/v1/cityLinks", link, headers=KEY).status_code == 422


def test_the_key_of_another_client_is_another_key(fresh_world: World) -> None:
    first = city(fresh_world.api(OWN))
    other = city(fresh_world.api(OWN, "editor"))
    assert other.status_code == 201
    assert other.json["id"] != first.json["id"]


def test_a_request_that_failed_may_be_repeated_with_the_same_key(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    assert api.post("/v1/partnerCities", {"name": "Heist"}, headers=KEY).status_code == 400
    assert city(api).status_code == 201


def test_a_key_is_forgotten_after_a_day(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    first = city(api)
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE idempotency_key SET created_at = created_at - interval '23 hours 59 minutes'")
        assert city(api).data == first.data
        owner.execute("UPDATE idempotency_key SET created_at = created_at - interval '1 minute'")
        assert city(api).json["id"] != first.json["id"]
    assert count(fresh_world, f"SELECT count(*) FROM {IdempotencyKey.__tablename__}") == 1


def test_a_transition_is_made_once(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    address = f"/v1/cityLinks/{fresh_world.links['public']}"
    tag = api.get(address).headers["ETag"]
    sent: dict[str, Any] = {"headers": {**KEY, "If-Match": tag}}
    first = api.post(f"{address}/transitions", {"to": "exploring"}, **sent)
    again = api.post(f"{address}/transitions", {"to": "exploring"}, **sent)
    assert (first.status_code, again.status_code, again.data) == (200, 200, first.data)
    assert len(api.get(address).json["moves"]) == 1
    other = api.post(f"{address}/transitions", {"to": "exploring"}, headers={**KEY, "If-Match": "*"})
    assert other.status_code == 422


def test_a_reply_with_a_secret_is_not_kept(fresh_world: World) -> None:
    api = fresh_world.api(OWN, "admin")
    path = f"/v1/apiClients/{fresh_world.clients[OWN, 'auditor']}/keys"
    first = api.post(path, {}, headers=KEY)
    again = api.post(path, {}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.headers["Location"] == first.headers["Location"]
    assert first.json["key"] not in again.text
    kept = "SELECT count(*) FROM idempotency_key WHERE body IS NOT NULL"
    assert count(fresh_world, kept) == 0


def test_while_the_first_is_running_the_second_is_told_to_wait(fresh_world: World) -> None:
    replies: list[Reply] = []
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    link = {"kind": "sdgPartnership", "members": members}

    def send() -> None:
        replies.append(fresh_world.api(OWN).post("/v1/cityLinks", link, headers=KEY))

    with psycopg.connect(fresh_world.database.owner_url) as owner:
        owner.execute("LOCK TABLE city_link IN SHARE MODE")
        first = threading.Thread(target=send)
        first.start()
        until(lambda: count(fresh_world, HELD) == 1)
        send()
        owner.rollback()
        first.join()
    waiting, done = replies
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "1")
    assert waiting.json["type"].endswith("requestInProgress")
    assert done.status_code == 201
    assert fresh_world.api(OWN).post("/v1/cityLinks", link, headers=KEY).data == done.data


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "a" * 256, '"', "a\\b", "a\x00"])
def test_what_is_not_a_key_is_refused(world: World, key: str) -> None:
    answer = city(world.api(OWN), **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, "Idempotency-Key")
