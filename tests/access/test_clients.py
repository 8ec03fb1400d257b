"""API clients, as an administrator manages them."""

from tests.builders import BASE, OWN, PARTNER, World

CLIENTS = "/v1/apiClients"
UNKNOWN = "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"


def test_a_client_is_made_for_any_city(fresh_world: World) -> None:
    admin = fresh_world.api(OWN, "admin")
    city = {"id": str(fresh_world.cities[PARTNER])}
    made = admin.post(CLIENTS, {"name": "Mayor's office", "role": "partner", "city": city})
    assert made.status_code == 201
    assert made.json["status"] == "active"
    assert made.json["city"]["title"] == PARTNER
    assert made.json["keys"] == []
    read = admin.get(made.headers["Location"])
    assert read.json == made.json
    assert read.headers["ETag"] == made.headers["ETag"]
    assert made.json["href"] == made.headers["Location"] == f"{BASE}{CLIENTS}/{made.json['id']}"


def test_a_client_belongs_to_a_city_that_exists(fresh_world: World) -> None:
    reply = fresh_world.api(OWN, "admin").post(CLIENTS, {"name": "X", "role": "editor", "city": {"id": UNKNOWN}})
    assert reply.status_code == 400
    assert reply.json["issues"][0]["name"] == "city"


def test_a_client_stays_with_its_city(fresh_world: World) -> None:
    path = f"{CLIENTS}/{fresh_world.clients[OWN, 'editor']}"
    city = {"id": str(fresh_world.cities[PARTNER])}
    assert fresh_world.api(OWN, "admin").patch(path, {"city": city}).status_code == 400


def test_a_client_is_not_deleted_but_suspended(fresh_world: World) -> None:
    path = f"{CLIENTS}/{fresh_world.clients[OWN, 'editor']}"
    reply = fresh_world.api(OWN, "admin").delete(path)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, PATCH")


def test_clients_are_found_by_city_role_and_status(fresh_world: World) -> None:
    admin = fresh_world.api(OWN, "admin")
    found = admin.get(f"{CLIENTS}?city={fresh_world.cities[OWN]}&role=editor&role=auditor&sort=-name&total=true").json
    assert [each["name"] for each in found["items"]] == [f"editor of {OWN}", f"auditor of {OWN}"]
    assert found["total"] == 2
    assert admin.get(f"{CLIENTS}?status=suspended").json["items"] == []


def test_a_new_key_moves_the_version_of_its_client(fresh_world: World) -> None:
    admin = fresh_world.api(OWN, "admin")
    path = f"{CLIENTS}/{fresh_world.clients[OWN, 'editor']}"
    before = admin.get(path).json["version"]
    assert admin.post(f"{path}/keys", {}).status_code == 201
    assert admin.get(path).json["version"] == before + 1


def test_a_key_is_revoked_as_that_of_its_own_client_alone(world: World) -> None:
    admin = world.api(OWN, "admin")
    key = admin.get(f"{CLIENTS}/{world.clients[PARTNER, 'editor']}").json["keys"][0]["id"]
    assert admin.delete(f"{CLIENTS}/{world.clients[OWN, 'editor']}/keys/{key}").status_code == 404
