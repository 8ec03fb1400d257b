"""Jurors are people: what is held on them is found, erased, merged and shown like what is held on others."""

from typing import Any

from tests.builders import OWN, PARTNER, Api, World
from tests.people.people import a_contact, merge, shared

JUROR = {"givenName": "Zéphyrine", "familyName": "Quäck"}
NAME = "Zéphyrine Quäck"


def an_award(api: Api, world: World, *jury: dict[str, Any]) -> str:
    """Make an award that both sides of the link see, with this jury; return its address."""
    reply = api.post(
        "/v1/exchangeProjects", {"title": "An award", "kind": "award", "jury": list(jury), **shared(world)}
    )
    assert reply.status_code == 201, reply.json
    return reply.headers["Location"]


def test_the_other_side_knows_a_juror_as_a_contact_and_never_by_name_alone(world: World) -> None:
    api = world.api(OWN)
    person = a_contact(api, **JUROR, **shared(world))
    path = an_award(
        api, world, {"function": "Mayor", "name": NAME}, {"function": "Chair", "contact": {"id": person["id"]}}
    )
    named, known = world.api(PARTNER).get(path).json["jury"]
    assert named == {"function": "Mayor"}
    assert known["contact"]["title"] == NAME
    assert NAME not in world.api(PARTNER).get(f"{path}/history").text
    assert NAME not in api.get(f"{path}/history").text


def test_what_is_held_on_a_juror_is_given_and_erased(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    person = a_contact(api, **JUROR)
    path = an_award(
        api, fresh_world, {"function": "Mayor", "name": NAME}, {"function": "Chair", "contact": {"id": person["id"]}}
    )
    held = api.post("/v1/subjectAccess", {"name": NAME}).json
    assert [each["table"] for each in held["records"]].count("exchangeProjectJuror") == 2
    erased = api.post(f"/v1/contacts/{person['id']}/erasure", {"reason": "subjectRequest"}, headers={"If-Match": "*"})
    assert erased.status_code == 201, erased.json
    assert NAME not in api.get(path).text
    assert [juror["function"] for juror in api.get(path).json["jury"]] == ["Mayor", "…"]


def test_a_juror_that_is_merged_stays_in_the_jury(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    person, other = a_contact(api, **JUROR), a_contact(api, **JUROR)
    path = an_award(api, fresh_world, {"function": "Chair", "contact": {"id": person["id"]}})
    assert merge(api, person, other).status_code == 200
    assert api.get(path).json["jury"][0]["contact"]["id"] == other["id"]


def test_a_jury_may_be_changed_and_names_each_member_once(world: World) -> None:
    api = world.api(OWN)
    path = an_award(api, world, {"function": "Mayor"}, {"function": "Chair"})
    assert api.patch(path, {"jury": [{"function": "Chair"}, {"function": "Poet"}]}).status_code == 200
    assert [juror["function"] for juror in api.get(path).json["jury"]] == ["Chair", "Poet"]
    assert api.patch(path, {"jury": [{"function": "Chair"}, {"function": "Chair"}]}).status_code == 400
