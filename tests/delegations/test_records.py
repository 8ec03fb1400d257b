"""What a delegation leaves behind: follow-up actions that are told of, gifts, and meetings."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.builders import OWN, PARTNER, World
from tests.delegations.visits import DELEGATIONS, a_body, a_visit
from tests.people.people import CONTACTS, a_contact, issue_of, shared

GIFT = {"direction": "given", "description": "A basket", "value": {"value": "25.00", "currency": "EUR"}}


def test_actions_are_told_until_they_are_done(world: World) -> None:
    api, due = world.api(OWN), (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    action: dict[str, Any] = {"action": "Send the manual.", "dueDate": due, "city": {"id": str(world.cities[PARTNER])}}
    visit = a_visit(
        api, world, title="To be told", followUps=[action, {**action, "action": "Ask."}, {"action": "Some day."}]
    )

    def told(city: str) -> list[Any]:
        found = world.api(city).get("/v1/reminders?kind=followUp&ahead=30").json["reminders"]
        return [each for each in found if each["href"] == visit["href"]]

    assert [each["title"] for each in told(OWN)] == ["To be told"] * 2
    assert len({each["id"] for each in told(PARTNER)}) == 2
    done = [{**action, "done": True}]
    assert world.api(PARTNER).patch(visit["href"], {"followUps": done}).json["followUps"][0]["done"] is True
    assert told(OWN) == []


def test_an_action_can_become_one_of_a_project_of_the_link(world: World) -> None:
    api, project = world.api(OWN), world.projects["public"]
    action = {"action": "Train ten people.", "dueDate": "2027-05-01", "exchangeProject": {"id": str(project)}}
    visit = a_visit(api, world, visibility="public", followUps=[action, {"action": "Write to them."}])
    assert visit["followUps"][0]["exchangeProject"]["id"] == str(project)
    path = f"/v1/exchangeProjects/{project}"
    assert "actions" not in api.get(path).json, "they are sent on demand"
    (shown,) = api.get(f"{path}?select=(actions)").json["actions"]
    assert shown == {
        "delegation": {name: visit[name] for name in ("href", "id", "title")},
        "action": "Train ten people.",
        "dueDate": "2027-05-01",
        "done": False,
    }
    done = [{**action, "done": True}]
    assert world.api(PARTNER).patch(visit["href"], {"followUps": done}).status_code == 200
    assert [each["done"] for each in world.api(PARTNER).get(f"{path}?select=(actions)").json["actions"]] == [True]
    assert "actions" not in world.api().get(f"{path}?select=(title,actions)").json, "for both sides of the link alone"
    other = api.post("/v1/exchangeProjects", {"title": "Elsewhere"}).json
    foreign = api.patch(visit["href"], {"followUps": [{**action, "exchangeProject": {"id": other["id"]}}]})
    assert issue_of(foreign)[0] == "followUps[0].exchangeProject"
    assert api.patch(visit["href"], {"followUps": []}).status_code == 200


def test_gifts_are_registered_and_their_names_are_for_both_sides(world: World) -> None:
    api = world.api(OWN)
    visit = a_visit(api, world, visibility="public", gifts=[{**GIFT, "giver": "Jo Giver", "receiver": "Mo"}])
    assert visit["gifts"][0]["value"] == {"value": "25.00", "currency": "EUR"}
    (shown,) = world.api().get(visit["href"]).json["gifts"]
    assert not {"giver", "receiver"} & set(shown)
    assert api.patch(visit["href"], {"gifts": None}).json["gifts"] == []


def test_a_meeting_is_with_somebody_and_of_this_program(world: World) -> None:
    api, organization = world.api(OWN), {"organization": {"id": str(world.organizations["public"])}}
    nobody = api.post(DELEGATIONS, a_body(world, meetings=[{"summary": "Alone."}]))
    assert issue_of(nobody)[0] == "meetings[0]"
    visit = a_visit(api, world, meetings=[{**organization, "summary": "Agreed."}])
    item = {"programItem": {"id": str(world.program_items["public"])}}
    foreign = api.patch(visit["href"], {"meetings": [{**organization, **item}]})
    assert issue_of(foreign)[0] == "meetings[0].programItem"
    own = {
        "title": "Meeting",
        "start": "2026-03-03T07:00:00Z",
        "end": "2026-03-03T08:00:00Z",
        "timezone": "Africa/Gaborone",
    }
    made = api.post(f"{visit['href']}/programItems", own).json
    kept = api.patch(visit["href"], {"meetings": [{**organization, "programItem": {"id": made["id"]}}]}).json
    assert kept["meetings"][0]["programItem"]["title"] == "Meeting"


def test_what_names_an_erased_person_goes_and_what_is_to_be_done_stays(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    person = a_contact(api, givenName="Jo", familyName="Example-Proof", **shared(fresh_world))
    with_person = {"contact": {"id": person["id"]}}
    visit = a_visit(
        api, fresh_world, gifts=[{**GIFT, "giver": "Jo Example-Proof"}], meetings=[{**with_person, "summary": "Said so."}],
        followUps=[{**with_person, "action": "Ask Jo Example-Proof for the plan."}],
    )  # fmt: skip
    path = f"{CONTACTS}/{person['id']}/erasure"
    assert api.call("POST", path, json={"reason": "subjectRequest"}, headers={"If-Match": "*"}).status_code == 201
    left = api.get(visit["href"]).json
    assert "giver" not in left["gifts"][0]
    assert "summary" not in left["meetings"][0]
    assert left["followUps"][0]["action"] == "Ask … for the plan."
