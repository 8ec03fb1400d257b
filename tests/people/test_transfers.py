"""Personal data leaves the European Economic Area only on a recorded ground, whichever of the three comes last."""

import threading
from typing import Any

import psycopg
import pytest

from tests.builders import OWN, PARTNER, STRANGER, Reply, World
from tests.people.people import CONTACTS, LAWFUL, a_contact, issue_of

GROUNDS = "/v1/transferGrounds"
GROUND = {"kind": "bindingInstrument", "reference": "Council decision 2", "validFrom": "2020-01-01"}


@pytest.fixture
def unground(fresh_world: World) -> World:
    """The world without the ground on which Genk shares with Francistown."""
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        owner.execute("DELETE FROM transfer_ground")
    return fresh_world


def sharing(world: World, link: str = "link", visibility: str = "link") -> dict[str, Any]:
    """Return a contact that is shared in a link."""
    shared = {"cityLink": {"id": str(world.links[link])}, "visibility": visibility}
    return {"familyName": "Example", "function": "Officer", **LAWFUL, **shared}


def ground(world: World, city: str = PARTNER, **values: Any) -> Reply:
    """Record a ground of Genk."""
    return world.api(OWN).post(GROUNDS, {**GROUND, "city": {"id": str(world.cities[city])}, **values})


@pytest.mark.parametrize("visibility", ["link", "public"])
def test_a_contact_is_not_shared_beyond_without_a_ground(unground: World, visibility: str) -> None:
    api = unground.api(OWN)
    refused = api.post(CONTACTS, sharing(unground, visibility=visibility), headers={"Accept-Language": "en"})
    assert refused.status_code == 409
    assert "POST /v1/transferGrounds" in issue_of(refused)[1]
    kept = a_contact(api, **{**sharing(unground), "visibility": "city"})
    path = f"{CONTACTS}/{kept['id']}"
    assert api.patch(path, {"visibility": visibility}).status_code == 409
    assert ground(unground).status_code == 201
    assert api.patch(path, {"visibility": visibility}).status_code == 200


@pytest.mark.parametrize(
    ("values", "city"),
    [({"validTo": "2021-01-01"}, PARTNER), ({"validFrom": "2199-01-01"}, PARTNER), ({}, STRANGER)],
    ids=["over", "not yet", "for another city"],
)
def test_a_ground_counts_for_its_city_while_it_holds(unground: World, values: dict[str, str], city: str) -> None:
    assert ground(unground, city, **values).status_code == 201
    assert unground.api(OWN).post(CONTACTS, sharing(unground)).status_code == 409


def test_a_city_from_beyond_does_not_join_a_link_in_which_contacts_are_shared(unground: World) -> None:
    api = unground.api(OWN)
    own, french, beyond = ({"city": {"id": str(unground.cities[name])}} for name in (OWN, STRANGER, PARTNER))
    link = api.post("/v1/cityLinks", {"kind": "network", "members": [own, french], "visibility": "link"}).json
    a_contact(api, familyName="Example", cityLink={"id": link["id"]}, visibility="link")
    path = f"/v1/cityLinks/{link['id']}"
    assert api.patch(path, {"members": [own, french, beyond]}).status_code == 409
    assert ground(unground).status_code == 201
    assert api.patch(path, {"members": [own, french, beyond]}).status_code == 200


def test_a_city_that_the_law_does_not_bind_needs_no_ground(unground: World) -> None:
    assert unground.api(PARTNER).post(CONTACTS, sharing(unground, "public")).status_code == 201


def test_of_two_at_once_the_second_is_refused(unground: World) -> None:
    link, partner = unground.links["link"], unground.cities[PARTNER]
    columns = "family_name, lawful_basis, purpose, city_id, city_link_id, visibility"
    share = f"INSERT INTO contact ({columns}) VALUES ('Example', 'consent', 'Work.', %s, %s, 'link')"
    join = "INSERT INTO city_link_member (city_link_id, partner_city_id, position) VALUES (%s, %s, 1)"
    with psycopg.connect(unground.database.owner_url) as first, psycopg.connect(unground.database.owner_url) as second:
        first.execute("DELETE FROM city_link_member WHERE partner_city_id = %s AND city_link_id = %s", [partner, link])
        first.execute("INSERT INTO city_link_member SELECT %s, %s, 'partner', 2", [link, unground.cities[STRANGER]])
        first.commit()
        first.execute(share, [unground.cities[OWN], link])
        first.execute("SET CONSTRAINTS ALL IMMEDIATE")
        second.execute(join, [link, partner])
        refused: list[str | None] = []

        def settle() -> None:
            try:
                second.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except psycopg.errors.CheckViolation as error:
                refused.append(error.diag.constraint_name)

        waiting = threading.Thread(target=settle)
        waiting.start()
        first.commit()
        waiting.join()
    assert refused == ["transfer_ground_needed"]
