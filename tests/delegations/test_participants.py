"""Who takes part: whose people they are, what each needs to travel, and what becomes of that."""

from typing import Any

import psycopg
import pytest

from tests.builders import OWN, PARTNER, Api, World
from tests.delegations.visits import DECISION, WHOLE, a_visit, cities, traveler
from tests.people.people import CONTACTS, a_contact, issue_of, merge, shared
from tests.people.test_retention import run

LIST = {"passportValidUntil": "2031-05-31", "visa": "open", "vaccination": "done", "insurance": "done"}


def of(world: World, name: str) -> dict[str, Any]:
    return {"city": {"id": str(world.cities[name])}}


def people(api: Api, visit: Any) -> list[Any]:
    return list(api.get(visit["href"]).json["participants"])


@pytest.fixture
def visit(fresh_world: World) -> Any:
    """A visit of a Genk officer and a guide of Francistown, both with what they need."""
    world = fresh_world
    with psycopg.connect(world.database.owner_url) as owner:
        owner.execute("DELETE FROM delegation_participant")
    ours, theirs = a_contact(world.api(OWN), **shared(world)), a_contact(world.api(PARTNER), **shared(world))
    made = a_visit(
        world.api(OWN), world, visibility="public", **WHOLE, status="approved", decision=DECISION,
        participants=[traveler(ours["id"], leader=True, payer="self", checklist=LIST)],
    )  # fmt: skip
    sent = [
        traveler(ours["id"], leader=True, payer="self"),
        traveler(theirs["id"], **of(world, PARTNER), checklist=LIST),
    ]
    reply = world.api(PARTNER).patch(made["href"], {"participants": sent})
    assert reply.status_code == 200, reply.text
    return {**made, "ours": ours, "theirs": theirs}


def test_each_city_reads_the_checklists_of_its_own_people(fresh_world: World, visit: Any) -> None:
    own, partner = people(fresh_world.api(OWN), visit), people(fresh_world.api(PARTNER), visit)
    assert ["checklist" in each for each in own] == [True, False]
    assert ["checklist" in each for each in partner] == [False, True]
    assert own[0]["checklist"] == LIST
    assert [each["contact"]["id"] for each in partner] == [visit["ours"]["id"], visit["theirs"]["id"]]
    assert not any("checklist" in each for each in people(fresh_world.api(PARTNER, "partner"), visit))
    shown = people(fresh_world.api(), visit)
    assert [set(each) for each in shown] == [{"city", "capacity", "leader"}] * 2, "no names"


def test_a_list_of_one_side_does_not_wipe_what_the_other_keeps(fresh_world: World, visit: Any) -> None:
    own, partner = fresh_world.api(OWN), fresh_world.api(PARTNER)
    ours = traveler(visit["ours"]["id"], leader=True, payer="self")
    theirs = traveler(visit["theirs"]["id"], **of(fresh_world, PARTNER))
    assert own.patch(visit["href"], {"participants": [ours, theirs]}).status_code == 200
    assert people(partner, visit)[1]["checklist"] == LIST
    assert people(own, visit)[0]["checklist"] == LIST
    assert partner.patch(visit["href"], {"participants": []}).status_code == 200
    assert [each["contact"]["id"] for each in people(own, visit)] == [visit["ours"]["id"]]
    assert own.patch(visit["href"], {"participants": None}).status_code == 200
    assert people(own, visit) == []


def test_nobody_speaks_for_the_people_of_the_other_city(fresh_world: World, visit: Any) -> None:
    own, partner = fresh_world.api(OWN), fresh_world.api(PARTNER)
    other = traveler(visit["theirs"]["id"], **of(fresh_world, PARTNER), checklist={"visa": "done"})
    assert own.patch(visit["href"], {"participants": [other]}).status_code == 403
    assert (
        partner.patch(visit["href"], {"participants": [traveler(visit["ours"]["id"], payer="hostCity")]}).status_code
        == 403
    )
    new = a_contact(partner, **shared(fresh_world))
    assert partner.patch(visit["href"], {"participants": [traveler(new["id"])]}).status_code == 403


def test_a_person_is_named_once_and_is_of_one_of_both_cities(fresh_world: World, visit: Any) -> None:
    own, ours = fresh_world.api(OWN), traveler(visit["ours"]["id"])
    assert issue_of(own.patch(visit["href"], {"participants": [ours, ours]}))[0] == "participants"
    elsewhere = {**ours, **of(fresh_world, "Elsewhere")}
    assert issue_of(own.patch(visit["href"], {"participants": [elsewhere]}))[0] == "participants[0].city"


def test_a_person_who_changes_sides_leaves_the_checklist_behind(fresh_world: World, visit: Any) -> None:
    own = fresh_world.api(OWN)
    over = [traveler(visit["ours"]["id"], **of(fresh_world, PARTNER))]
    assert own.patch(visit["href"], {"participants": over}).status_code == 200
    assert "checklist" not in people(fresh_world.api(PARTNER), visit)[0]
    with psycopg.connect(fresh_world.database.api_url) as connection:
        connection.execute("SELECT FROM enter(%s, %s)", fresh_world.credential(OWN))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "UPDATE delegation_participant SET visa = 'done' WHERE delegation_id = %s", [visit["id"]]
            )


def test_what_is_open_keeps_the_delegation_at_home_unless_it_does_not_block(fresh_world: World, visit: Any) -> None:
    own = fresh_world.api(OWN)
    waiting = own.move(visit["href"], "travelling")
    assert (waiting.status_code, issue_of(waiting)[0]) == (409, "participants")
    theirs = traveler(visit["theirs"]["id"], **of(fresh_world, PARTNER), checklist={"visa": "done"})
    assert fresh_world.api(PARTNER).patch(visit["href"], {"participants": [theirs]}).status_code == 200
    ours = traveler(visit["ours"]["id"], checklist={"blocking": False})
    assert (
        own.patch(
            visit["href"], {"participants": [ours, traveler(visit["theirs"]["id"], **of(fresh_world, PARTNER))]}
        ).status_code
        == 200
    )
    assert own.move(visit["href"], "travelling").status_code == 200


def test_travel_documents_are_forgotten_ninety_days_after_the_return(fresh_world: World, visit: Any) -> None:
    for change, gone in (
        ("status = 'returned', returned_on = current_date - 90", 0),
        ("status = 'returned', returned_on = current_date - 91", 2),
    ):
        with psycopg.connect(fresh_world.database.owner_url) as owner:
            owner.execute(
                f"UPDATE delegation SET {change}, arrival = current_date - 99, departure = current_date - 95"
                " WHERE id = %s", [visit["id"]],
            )  # fmt: skip
        assert run(fresh_world, "--dry-run").get("delegation_participant", 0) == gone
    before = fresh_world.api(OWN).get(visit["href"]).json["version"]
    assert run(fresh_world)["delegation_participant"] == 2
    shown = fresh_world.api(OWN).get(visit["href"]).json
    assert "checklist" not in shown["participants"][0]
    assert shown["version"] == before + 1
    assert "delegation_participant" not in run(fresh_world)


def test_two_contacts_that_become_one_become_one_participant(fresh_world: World, visit: Any) -> None:
    own = fresh_world.api(OWN)
    copy = a_contact(own, **shared(fresh_world))
    both = [
        traveler(visit["ours"]["id"], leader=True),
        traveler(copy["id"], payer="hostCity", checklist={"registration": "done"}),
    ]
    assert own.patch(visit["href"], {"participants": both}).status_code == 200
    alone = a_visit(own, fresh_world, participants=[traveler(copy["id"])])
    before = own.get(visit["href"]).json["version"]
    assert merge(own, copy, visit["ours"]).status_code == 200
    (one,) = people(own, visit)
    assert one["contact"]["id"] == visit["ours"]["id"]
    assert (one["leader"], one["payer"]) == (True, "hostCity")
    assert one["checklist"] == {**LIST, "registration": "done"}
    assert own.get(visit["href"]).json["version"] > before
    assert people(own, alone)[0]["contact"]["id"] == visit["ours"]["id"]


def test_of_an_erased_person_no_checklist_is_left_in_visits_of_either_city(fresh_world: World, visit: Any) -> None:
    own, partner = fresh_world.api(OWN), fresh_world.api(PARTNER)
    abroad = a_visit(partner, fresh_world, **cities(fresh_world), participants=[traveler(visit["ours"]["id"])])
    said = [traveler(visit["ours"]["id"], checklist=LIST)]
    assert own.patch(abroad["href"], {"participants": said}).status_code == 200
    own.patch(visit["href"], {"report": {"whatWasDone": "Jo Example-Proof spoke."}})
    erased = a_contact(own, givenName="Jo", familyName="Example-Proof", **shared(fresh_world))
    for contact in (visit["ours"], erased):
        path = f"{CONTACTS}/{contact['id']}/erasure"
        assert own.call("POST", path, json={"reason": "subjectRequest"}, headers={"If-Match": "*"}).status_code == 201
    for each in (visit, abroad):
        assert "checklist" not in people(own, each)[0]
    assert own.get(visit["href"]).json["report"]["whatWasDone"] == "… spoke."


def test_a_traveler_may_ask_what_is_held(fresh_world: World, visit: Any) -> None:
    reply = fresh_world.api(OWN).post("/v1/subjectAccess", {"contact": {"id": visit["ours"]["id"]}})
    held = {record["table"]: record["values"] for record in reply.json["records"]}
    assert held["delegationParticipant"]["visa"] == "open"
