"""Policy plans with their goals and actions."""

from typing import Any

import pytest

from tests.builders import OWN, PARTNER, Api, World
from tests.changes.feed import Follower, wait_for_older_transactions

PLANS = "/v1/policyPlans"
A_PLAN = {"title": "Plan", "startDate": "2026-01-01", "endDate": "2031-12-31"}


def made(api: Api, path: str, body: dict[str, Any]) -> Any:
    """Make a record and return it."""
    reply = api.post(path, body)
    assert reply.status_code == 201, reply.json
    return reply.json


def a_plan(api: Api) -> tuple[str, Any, Any]:
    """Make a plan with a goal and an action; return their addresses and records."""
    plan = made(api, PLANS, A_PLAN)["href"]
    goal = made(api, f"{plan}/goals", {"code": "1", "title": {"nl": "Een doel", "en": "A goal"}})
    action = made(api, f"{plan}/actions", {"code": "1.1", "title": {"pt": "Uma"}, "goal": {"id": goal["id"]}})
    return plan, goal, action


def test_a_plan_ends_after_it_begins(world: World) -> None:
    reply = world.api(OWN).post(PLANS, {**A_PLAN, "endDate": "2026-01-01"})
    assert (reply.status_code, reply.json["issues"][0]["name"]) == (400, "endDate")


def test_a_draft_is_the_citys_own_and_a_published_plan_everyones_with_all_below_it(world: World) -> None:
    api = world.api(OWN)
    plan, goal, action = a_plan(api)
    addresses = (plan, goal["href"], action["href"])
    assert {world.api(PARTNER).get(address).status_code for address in addresses} == {404}
    published = api.move(plan, "published").json
    assert (published["status"], published["visibility"]) == ("published", "public")
    assert {world.api().get(address).status_code for address in addresses} == {200}
    assert world.api().get(action["href"]).json["goal"]["title"] == "1 Een doel"
    assert action["visibility"] == "city"
    assert api.move(plan, "draft").json["visibility"] == "city"
    assert {world.api().get(address).status_code for address in addresses} == {404}


def test_only_a_coordinator_publishes_a_plan_and_nobody_by_a_patch(world: World) -> None:
    plan, _, _ = a_plan(world.api(OWN))
    assert world.api(OWN, "editor").move(plan, "published").status_code == 403
    assert world.api(OWN).patch(plan, {"visibility": "public"}).status_code == 400
    assert world.api(OWN).patch(plan, {"status": "published"}).status_code == 400


def test_an_editor_adds_to_a_draft_and_not_to_a_published_plan(world: World) -> None:
    editor, body = world.api(OWN, "editor"), {"code": "9", "title": {"en": "A goal"}}
    assert editor.post(f"{PLANS}/{world.plans['public']}/goals", body).status_code == 403
    assert editor.post(f"{PLANS}/{world.plans['city']}/goals", body).status_code == 201


def test_an_action_serves_a_goal_of_its_own_plan(world: World) -> None:
    api = world.api(OWN)
    plan, _, action = a_plan(api)
    other = a_plan(api)[1]
    elsewhere = {"goal": {"id": other["id"]}}
    for reply in (
        api.post(f"{plan}/actions", {"code": "2", "title": {"en": "An action"}, **elsewhere}),
        api.patch(action["href"], elsewhere),
    ):
        assert (reply.status_code, reply.json["issues"][0]["name"]) == (400, "goal")
    hidden = api.patch(action["href"], {"goal": {"id": str(world.links["city"])}})
    assert (hidden.status_code, hidden.json["issues"][0]["name"]) == (400, "goal")


def test_a_code_stands_once_in_a_plan(world: World) -> None:
    api = world.api(OWN)
    plan, goal, _ = a_plan(api)
    for reply in (
        api.post(f"{plan}/goals", {"code": "1", "title": {"en": "Again"}}),
        api.post(f"{plan}/actions", {"code": "1.1", "title": {"en": "Again"}, "goal": {"id": goal["id"]}}),
    ):
        assert (reply.status_code, reply.json["issues"][0]["name"]) == (409, "code")


def test_sdgs_hang_on_actions_and_come_from_the_shipped_lists(world: World) -> None:
    api = world.api(OWN)
    plan, _, action = a_plan(api)
    changed = api.patch(action["href"], {"sdgGoals": ["12", "4"], "sdgTargets": ["12.5"]}).json
    assert (changed["sdgGoals"], changed["sdgTargets"]) == (["12", "4"], ["12.5"])
    assert api.patch(action["href"], {"sdgGoals": ["18"]}).status_code == 400
    found = {
        query: api.get(f"{plan}/actions?{query}").json["items"] for query in ("sdgGoal=4", "sdgTarget=1.1", "q=uma")
    }
    assert {query: len(items) for query, items in found.items()} == {"sdgGoal=4": 1, "sdgTarget=1.1": 0, "q=uma": 1}
    assert api.patch(action["href"], {"sdgGoals": None}).json["sdgGoals"] == []


def test_what_others_refer_to_or_was_published_is_not_deleted(world: World) -> None:
    api = world.api(OWN)
    plan, goal, action = a_plan(api)
    assert api.delete(plan).status_code == 409
    assert api.delete(goal["href"]).status_code == 409
    assert [api.delete(address).status_code for address in (action["href"], goal["href"], plan)] == [204] * 3
    plan, goal, action = a_plan(api)
    api.move(plan, "published")
    api.move(plan, "draft")
    assert [api.delete(address).status_code for address in (action["href"], goal["href"], plan)] == [409] * 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=published", True),
        ("status=draft", False),
        ("validOn=2020-01-01", True),
        ("validOn=2026-01-01", False),
        ("owner={own}", True),
        ("owner={other}", False),
        ("q=all+take", True),
    ],
)
def test_plans_are_found_by(world: World, query: str, found: bool) -> None:
    named = {"own": world.cities[OWN], "other": world.cities[PARTNER]}
    items = world.api().get(f"{PLANS}?pageSize=200&{query.format_map(named)}").json["items"]
    assert (str(world.plans["public"]) in {item["id"] for item in items}) is found


def test_goals_and_actions_are_found_by(world: World) -> None:
    plan = f"{PLANS}/{world.plans['public']}"
    for query, count in (("goals?code=1", 1), ("goals?code=2", 0), (f"actions?goal={world.goals['public']}", 1)):
        assert len(world.api().get(f"{plan}/{query}").json["items"]) == count, query


def test_the_feed_gives_goals_and_actions_their_address_and_takes_them_back_with_their_plan(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    plan, goal, action = a_plan(api)
    api.move(plan, "published")
    api.patch(action["href"], {"code": "1.2"})
    api.move(plan, "draft")
    wait_for_older_transactions(fresh_world.database)
    told = [(each["href"], each["operation"]) for each in Follower(fresh_world.api()).news()]
    for address in (plan, goal["href"], action["href"]):
        assert (address, "withdrawn") in told
    history = api.get(f"{action['href']}/history").json["items"]
    assert {each["href"] for each in history} == {action["href"]}
    assert {"code": {"old": "1.1", "new": "1.2"}} in [each["changes"] for each in history]
