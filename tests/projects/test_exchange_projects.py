"""Exchange projects over HTTP and their rules."""

from typing import Any

from tests.builders import OWN, PARTNER, World

PROJECTS = "/v1/exchangeProjects"


def test_one_read_carries_what_a_page_of_a_project_needs(world: World) -> None:
    project = world.api(OWN).get(f"{PROJECTS}/{world.projects['link']}").json
    assert project["iatiStatus"] == "2"
    assert project["cityLink"]["id"] == str(world.links["public"])
    assert project["policyAction"]["title"] == "1.1 An action"
    assert project["sectors"] == [{"vocabulary": "1", "code": "14050", "percentage": 100.0}]
    assert project["amount"] == {"value": "2500.00", "currency": "EUR"}
    assert [each["name"] for each in project["nominations"]] == ["Block 5", "Monarch"]
    assert project["jury"][0]["contact"]["id"] == str(world.contacts["public"])


def test_a_project_is_made_with_all_its_parts(world: World) -> None:
    body: dict[str, Any] = {
        "title": "Waste",
        "kind": "award",
        "cityLink": {"id": str(world.links["public"])},
        "policyAction": {"id": str(world.actions["city"])},
        "themes": ["waste", "climate"],
        "sectors": [{"code": "14050", "percentage": 60}, {"code": "11220", "percentage": 40}],
        "sdgGoals": ["12"],
        "sdgTargets": ["12.5"],
        "policyMarkers": [{"code": "1", "significance": "0"}],
        "participatingOrganizations": [{"city": {"id": str(world.cities[OWN])}, "role": "2", "lead": True}],
        "participation": [{"layer": "women", "participants": 12}],
        "decisions": [{"decision": {"id": str(world.decisions["public"])}}],
        "call": {"opensOn": "2022-01-01", "closesOn": "2022-02-01"},
        "amount": {"value": "2500", "currency": "EUR"},
        "nominations": [{"name": "Block 5", "winner": True}],
        "jury": [{"function": "Mayor", "name": "An Example", "city": {"id": str(world.cities[PARTNER])}}],
        "visibility": "link",
    }
    made = world.api(OWN).post(PROJECTS, body)
    assert made.status_code == 201, made.json
    seen = world.api(PARTNER).get(made.headers["Location"]).json
    assert seen["title"] == "Waste"
    assert "policyAction" not in seen
