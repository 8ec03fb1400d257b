"""An actor is a client and a person: who comes with a token acts as a client of the issuer, and as nobody else."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stedenband.access.rules.tokens import pseudonym
from stedenband.app import create_app
from stedenband.core.access import PERMISSIONS, Role
from tests.access.issuers import Issuer, person, settings_for, world_of
from tests.builders import OWN, PARTNER, STRANGER, Api, Reply, World
from tests.contracts.test_statements import watched

ME, CLIENTS, LINKS = "/v1/me", "/v1/apiClients", "/v1/cityLinks"
ONCE = {"Idempotency-Key": "0f8c1f2e-54a8-4f7e-8a39-0a0b3a1c9d11"}


@pytest.fixture
def own_world(fresh_world: World, issuer: Issuer) -> Any:
    """A world for this test alone, for callers with tokens too."""
    with world_of(fresh_world, issuer.address) as made:
        yield made


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(world.database.owner_url) as owner:
        return owner.execute(query).fetchall()


def city(api: Api, name: str) -> Reply:
    return api.post("/v1/partnerCities", {"name": name, "countryCode": "BE"}, headers=ONCE)


def test_the_client_of_the_issuer_is_made_once_and_administrators_see_it(own_world: World, issuer: Issuer) -> None:
    for subject in ("a", "b", "a"):
        assert person(own_world, issuer, subject).get(ME).status_code == 200
    host = issuer.address.removeprefix("http://")
    listed = own_world.api(OWN, "admin").get(f"{CLIENTS}?role=coordinator&city={own_world.cities[OWN]}").json["items"]
    (made,) = (each for each in listed if each["kind"] == "oidc")
    assert (made["name"], made["issuer"], made["keys"]) == (f"Coordinator at {host}", issuer.address, [])
    (born,) = own_world.api(OWN, "admin").get(f"{CLIENTS}/{made['id']}/history").json["items"]
    assert born["operation"] == "created"
    assert "changedBy" not in born


def test_two_first_requests_at_once_make_one_client(own_world: World, issuer: Issuer) -> None:
    claims = (issuer.address, own_world.cities[OWN], "editor", pseudonym(issuer.address, "a"))
    with (
        psycopg.connect(own_world.database.api_url) as first,
        psycopg.connect(own_world.database.api_url, autocommit=True) as second,
    ):
        enter = "SELECT client_id FROM enter_as(%s, %s, %s, %s)"
        made = first.execute(enter, claims).fetchone()
        second.execute("SET lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute(enter, claims)
        first.commit()
        assert second.execute(enter, claims).fetchone() == made


def test_a_suspended_client_lets_none_of_its_persons_in(own_world: World, issuer: Issuer) -> None:
    callers = [person(own_world, issuer, subject) for subject in ("a", "b")]
    client = callers[0].get(ME).json["client"]["id"]
    admin = own_world.api(OWN, "admin")
    assert admin.patch(f"{CLIENTS}/{client}", {"status": "suspended"}).status_code == 200
    assert [api.get(LINKS).status_code for api in callers] == [401, 401]
    assert person(own_world, issuer, "a", role="editor").get(LINKS).status_code == 200
    assert admin.patch(f"{CLIENTS}/{client}", {"status": "active"}).status_code == 200
    assert [api.get(LINKS).status_code for api in callers] == [200, 200]


def test_the_client_of_the_issuer_keeps_its_role_and_has_no_keys(own_world: World, issuer: Issuer) -> None:
    client = f"{CLIENTS}/{person(own_world, issuer, 'a').get(ME).json['client']['id']}"
    admin = own_world.api(OWN, "admin")
    assert admin.patch(client, {"role": "admin"}).status_code == 409
    assert admin.post(f"{client}/keys", {}).status_code == 409
    assert admin.patch(client, {"role": "coordinator", "name": "Our staff"}).status_code == 200
    assert person(own_world, issuer, "a").get(ME).json["client"]["name"] == "Our staff"


def test_a_person_never_gets_the_reply_of_another_with_the_same_key(own_world: World, issuer: Issuer) -> None:
    one, other = (person(own_world, issuer, subject) for subject in ("a", "b"))
    first = city(one, "Heist")
    assert city(one, "Heist").data == first.data
    assert city(one, "Knokke").status_code == 422
    second = city(other, "Knokke")
    assert (first.status_code, second.status_code) == (201, 201)
    assert city(other, "Knokke").json["id"] == second.json["id"] != first.json["id"]
    assert len(rows(own_world, "SELECT FROM idempotency_key")) == 2


def test_a_reply_kept_for_a_person_is_not_even_seen_by_another(own_world: World, issuer: Issuer) -> None:
    city(person(own_world, issuer, "a"), "Heist")
    with psycopg.connect(own_world.database.api_url, autocommit=True) as connection:
        for subject, count in (("a", 1), ("b", 0)):
            claims = (issuer.address, own_world.cities[OWN], "coordinator", pseudonym(issuer.address, subject))
            connection.execute("SELECT FROM enter_as(%s, %s, %s, %s)", claims)
            assert connection.execute("SELECT count(*) FROM idempotency_key").fetchone() == (count,)


def test_the_calendar_of_a_person_is_that_persons_own(own_world: World, issuer: Issuer) -> None:
    one, other = (person(own_world, issuer, subject) for subject in ("a", "b"))
    made = one.post("/v1/calendarSubscriptions", {"label": "Phone"}).json
    assert own_world.api().get(made["address"]).status_code == 200
    assert one.get("/v1/calendarSubscriptions").json["items"] != []
    for stranger in (other, own_world.api(OWN)):
        assert stranger.get("/v1/calendarSubscriptions").json["items"] == []
        assert stranger.call("DELETE", made["href"]).status_code == 404
    assert one.call("DELETE", made["href"]).status_code == 204


def test_the_e_mail_of_a_person_is_that_persons_own(own_world: World, issuer: Issuer) -> None:
    one, other = (person(own_world, issuer, subject) for subject in ("a", "b"))
    made = one.post("/v1/digestSubscriptions", {"label": "Office", "email": "office@genk.example"}).json
    assert [each["id"] for each in one.get("/v1/digestSubscriptions").json["items"]] == [made["id"]]
    for stranger in (other, own_world.api(OWN)):
        assert stranger.get("/v1/digestSubscriptions").json["items"] == []
        assert stranger.call("DELETE", made["href"]).status_code == 404
    assert one.call("DELETE", made["href"]).status_code == 204


def test_a_change_keeps_who_made_it_under_a_name_that_tells_nobody(own_world: World, issuer: Issuer) -> None:
    subject = "jan.peeters@genk.example"
    link = f"{LINKS}/{own_world.links['link']}"
    assert person(own_world, issuer, subject).patch(link, {"title": "By a person"}).status_code == 200
    assert own_world.api(OWN).patch(link, {"title": "By a system"}).status_code == 200
    told = "SELECT person_id FROM change WHERE table_name = 'city_link' AND operation = 'updated' ORDER BY sequence"
    assert rows(own_world, told) == [(pseudonym(issuer.address, subject),), (None,)]
    history = own_world.api(OWN).get(f"{link}/history")
    authors = [each["changedBy"] for each in history.json["items"][:2]]
    assert authors == [f"coordinator of {OWN}", f"Coordinator at {issuer.address.removeprefix('http://')}"]
    assert str(pseudonym(issuer.address, subject)) not in history.text
    assert rows(own_world, "SELECT FROM change c WHERE c::text LIKE '%peeters%'") == []


def test_a_person_has_one_name_here_and_another_at_another_issuer() -> None:
    names = {pseudonym(issuer, subject) for issuer in ("https://a.example", "https://b.example") for subject in "ab"}
    assert len(names) == 4
    assert pseudonym("https://a.example", "a") in names


def test_a_connection_forgets_who_came_with_a_token(fresh_world: World, issuer: Issuer) -> None:
    """Every caller in turn, on the one connection there is, after a write that was rolled back."""
    app = create_app(replace(settings_for(fresh_world, issuer.address), threads=1))
    api = Api(app.test_client())
    link = f"{LINKS}/{fresh_world.links['city']}"
    callers = [
        (issuer.token(sub="a"), 200),
        (None, 404),
        (issuer.token(sub="b", city=PARTNER), 404),
        (fresh_world.keys[OWN, "editor"], 200),
        (issuer.token(sub="b", city=STRANGER), 404),
        (issuer.token(sub="a", realm_access={"roles": "sb-partner"}), 404),
    ]
    try:
        for _ in range(3):
            for key, status in callers:
                assert api.as_(key).patch(link, {"title": ""}).status_code in {400, 401}
                assert api.as_(key).patch(link, {"endDate": "1990-01-01"}, '"999-x"').status_code in {
                    401,
                    404,
                    412,
                    403,
                }
                assert api.as_(key).get(link).status_code == status, key
    finally:
        app.extensions["stedenband.database"].engine.dispose()


def test_a_rollback_brings_no_former_person_back(fresh_world: World) -> None:
    with psycopg.connect(fresh_world.database.api_url, autocommit=True) as connection:
        who = "SELECT my_city(), my_role(), my_client(), my_membership(), setting('person')"
        enter, enter_as = "SELECT FROM enter(%s, %s)", "SELECT FROM enter_as('https://a.example', %s, 'editor', %s)"
        persons = [(fresh_world.cities[name], UUID(int=index)) for index, name in enumerate((OWN, STRANGER))]
        connection.execute(enter_as, persons[0])
        connection.execute("BEGIN")
        connection.execute(enter_as, persons[1])
        connection.execute("ROLLBACK")
        connection.execute(enter, fresh_world.credential(OWN))
        assert connection.execute("SELECT setting('person')").fetchone() == (None,)
        connection.execute(enter_as, persons[0])
        connection.execute(enter, (None, None))
        assert connection.execute(who).fetchone() == (None,) * 5
        connection.execute(enter_as, persons[0])
        connection.execute(enter_as, (UUID(int=7), persons[0][1]))
        assert connection.execute(who).fetchone() == (None,) * 5


def test_the_public_is_told_what_it_may_do_without_a_connection(open_world: World) -> None:
    with watched(open_world) as traffic:
        reply = open_world.api().get(ME)
    assert traffic.checkouts == 0
    assert reply.json == {
        "role": "public",
        "permissions": sorted(PERMISSIONS[Role.PUBLIC]),
    }
    again = open_world.api().get(ME, headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304


def test_a_person_is_told_who_it_is_in_one_statement(open_world: World, issuer: Issuer) -> None:
    token = issuer.token(exp=4_000_000_000)
    with watched(open_world) as traffic:
        told = open_world.api().as_(token).get(ME).json
    assert (traffic.checkouts, len(traffic.statements)) == (1, 1)
    genk = open_world.cities[OWN]
    assert told["role"] == "coordinator"
    assert told["client"]["name"].startswith("Coordinator at 127.0.0.1")
    assert told["person"] == str(pseudonym(issuer.address, "a"))
    assert told["city"] == {"href": f"http://127.0.0.1:8000/v1/partnerCities/{genk}", "id": str(genk), "title": OWN}
    assert told["expiresAt"] == "2096-10-02T07:06:40Z"
    assert "cityLinks:merge" in told["permissions"]


def test_a_key_tells_its_end_and_no_more_than_its_scopes(fresh_world: World) -> None:
    admin = fresh_world.api(OWN, "admin")
    path = f"{CLIENTS}/{fresh_world.clients[OWN, 'editor']}/keys"
    sent = {"scopes": ["cityLinks:read", "apiClients:manage"], "expiresAt": "2199-01-01T00:00:00Z"}
    told = admin.as_(admin.post(path, sent).json["key"]).get(ME).json
    assert (told["role"], told["permissions"], told["expiresAt"]) == ("editor", ["cityLinks:read"], sent["expiresAt"])
    assert "person" not in told
    assert "expiresAt" not in admin.get(ME).json


def test_a_partner_whose_city_is_hidden_is_told_of_none(fresh_world: World) -> None:
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        owner.execute("UPDATE partner_city SET visibility = 'city' WHERE id = %s", (fresh_world.cities[PARTNER],))
    assert "city" not in fresh_world.api(PARTNER, "partner").get(ME).json
    assert fresh_world.api(PARTNER, "auditor").get(ME).json["city"]["title"] == PARTNER
