"""Decisions of councils and colleges."""

from typing import Any

import pytest

from tests.builders import OWN, PARTNER, World

DECISIONS = "/v1/decisions"
A_DECISION = {"body": "Council", "date": "2019-11-21", "subject": "A link"}


def test_a_decision_names_the_links_it_is_about(world: World) -> None:
    api, links = world.api(OWN), [{"cityLink": {"id": str(world.links[name])}} for name in ("link", "public")]
    made = api.post(DECISIONS, {**A_DECISION, "reference": "1", "cityLinks": links, "visibility": "public"})
    assert made.status_code == 201, made.json
    assert {each["cityLink"]["id"] for each in made.json["cityLinks"]} == {each["cityLink"]["id"] for each in links}
    shown = [each for each in world.api().get(made.json["href"]).json["cityLinks"] if each]
    assert [each["cityLink"]["id"] for each in shown] == [str(world.links["public"])]
    for query, count in ((world.links["link"], 1), (world.cities[OWN], 0)):
        found = api.get(f"{DECISIONS}?cityLink={query}&q=link").json["items"]
        assert len([each for each in found if each["id"] == made.json["id"]]) == count
    assert api.patch(made.json["href"], {"cityLinks": links[:1]}).json["cityLinks"][0]["cityLink"]["id"]
    twice = api.patch(made.json["href"], {"cityLinks": links[:1] * 2})
    assert (twice.status_code, twice.json["issues"][0]["name"]) == (400, "cityLinks")


def test_a_decision_is_recorded_once(world: World) -> None:
    api = world.api(OWN)
    assert api.post(DECISIONS, {**A_DECISION, "reference": "once"}).status_code == 201
    again = api.post(DECISIONS, {**A_DECISION, "reference": "once"})
    assert (again.status_code, again.json["issues"][0]["name"]) == (409, "reference")
    assert world.api(PARTNER).post(DECISIONS, {**A_DECISION, "reference": "once"}).status_code == 201


def test_a_coordinator_publishes_a_decision(world: World) -> None:
    path = world.api(OWN).post(DECISIONS, {**A_DECISION, "reference": "publish"}).json["href"]
    assert world.api(OWN, "editor").patch(path, {"visibility": "public"}).status_code == 403
    assert world.api(OWN).patch(path, {"visibility": "public"}).status_code == 200
    assert world.api().get(path).status_code == 200
    assert world.api(OWN).delete(path).status_code == 409


def test_a_decision_that_is_cited_is_not_deleted(world: World) -> None:
    api = world.api(OWN)
    decision = api.post(DECISIONS, {**A_DECISION, "reference": "cited"}).json
    project = api.post("/v1/exchangeProjects", {"title": "A", "decisions": [{"decision": {"id": decision["id"]}}]}).json
    assert api.delete(decision["href"]).status_code == 409
    assert api.delete(project["href"]).status_code == 204
    assert api.delete(decision["href"]).status_code == 204


def test_a_decision_follows_when_its_link_is_merged(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    body: dict[str, Any] = {"kind": "twinning", "members": members, "visibility": "link"}
    twin = fresh_world.api(PARTNER).post("/v1/cityLinks", body).json
    about = [{"cityLink": {"id": str(fresh_world.links["public"])}}]
    decision = api.post(DECISIONS, {**A_DECISION, "reference": "1", "cityLinks": about}).json
    for city in (OWN, PARTNER):
        into = {"into": {"id": twin["id"]}}
        link = f"/v1/cityLinks/{fresh_world.links['public']}"
        assert fresh_world.api(city).post(f"{link}/merge", into, headers={"If-Match": "*"}).status_code == 200
    assert api.get(decision["href"]).json["cityLinks"][0]["cityLink"]["id"] == twin["id"]


@pytest.mark.parametrize(
    ("query", "found"), [("dateFrom=2019-06-01", True), ("dateFrom=2019-06-02", False), ("dateTo=2019-05-31", False)]
)
def test_decisions_are_found_by(world: World, query: str, found: bool) -> None:
    items = world.api().get(f"{DECISIONS}?pageSize=200&{query}").json["items"]
    assert (str(world.decisions["public"]) in {item["id"] for item in items}) is found
