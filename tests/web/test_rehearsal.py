"""A dry run shows exactly what the public would see, and changes nothing."""

from typing import Any

import pytest

from stedenband.core.address import owner_session
from stedenband.projects.models import ExchangeProject
from stedenband.web import rehearsal
from tests.builders import OWN, PARTNER, STRANGER, Api, World, a_project

PUBLISH = {"visibility": "public"}


def tried(api: Api, path: str, body: Any, status: int = 200) -> Any:
    """Return the reply to a dry run."""
    reply = api.post(f"{path}/dryRun", body, headers={"If-Match": "*"})
    assert reply.status_code == status, reply.json
    return reply.json


def by_address(answer: Any) -> dict[str, Any]:
    """Return the records of a dry run by the path of their address."""
    assert answer["complete"]
    return {record["href"].partition("/v1")[2]: record for record in answer["records"]}


def test_publishing_shows_what_the_public_then_sees_and_changes_nothing(fresh_world: World) -> None:
    api, path = fresh_world.api(OWN), f"/v1/exchangeProjects/{fresh_world.projects['city']}"
    before = api.get(path)
    foretold = by_address(tried(api, path, PUBLISH))
    assert api.get(path).headers["ETag"] == before.headers["ETag"]
    assert fresh_world.api().get(path).status_code == 404
    own = path.removeprefix("/v1")
    record = foretold.pop(own)
    assert {name.removeprefix(own).split("/")[1] for name in foretold} == {"results", "indicators", "periods"}
    assert all(below["seenThen"] and not below["seenNow"] for below in foretold.values())
    assert (record["seenNow"], record["seenThen"], record["hidden"]) == (False, True, [])
    api.patch(path, {"visibility": "public"})
    seen = fresh_world.api().get(path).json
    written = {"updatedAt", "publishedAt"}
    assert {**record["shown"], **{name: seen[name] for name in written}} == seen
    assert "internalNote" not in seen


def test_publishing_a_plan_shows_its_goals_and_actions_and_who_refers_to_them(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        project = a_project(fresh_world, visibility="public", policy_action_id=fresh_world.actions["city"])
        session.add(project)
        session.commit()
        key = project.id
    api, plan = fresh_world.api(OWN), f"/v1/policyPlans/{fresh_world.plans['city']}"
    foretold = by_address(tried(api, f"{plan}/transitions", {"to": "published"}))
    below = plan.removeprefix("/v1")
    assert set(foretold) == {
        below,
        f"{below}/goals/{fresh_world.goals['city']}",
        f"{below}/actions/{fresh_world.actions['city']}",
        f"/exchangeProjects/{key}",
    }
    assert list(foretold[f"/exchangeProjects/{key}"]["shown"]) == ["policyAction"]
    assert fresh_world.api().get(plan).status_code == 404
    assert api.move(plan, "published").status_code == 200
    public = fresh_world.api()
    assert public.get(f"/v1/exchangeProjects/{key}").json["policyAction"]["title"] == "1.1 An action"
    assert public.get(f"{plan}/goals/{fresh_world.goals['city']}").status_code == 200


def test_withdrawing_shows_what_the_public_no_longer_sees(fresh_world: World) -> None:
    api, link = fresh_world.api(OWN), f"/v1/cityLinks/{fresh_world.links['public']}"
    foretold = by_address(tried(api, link, {"visibility": "link"}))
    gone = {address for address, record in foretold.items() if not record["seenThen"]}
    assert link.removeprefix("/v1") in gone
    assert f"/exchangeProjects/{fresh_world.projects['public']}" in gone
    assert f"{link.removeprefix('/v1')}/agreements/{fresh_world.agreements['public']}" in gone
    assert all(record["shown"] == {} for address, record in foretold.items() if address in gone)
    assert fresh_world.api().get(link).status_code == 200


def test_a_change_of_what_is_private_is_nothing_to_the_public(fresh_world: World) -> None:
    path = f"/v1/exchangeProjects/{fresh_world.projects['link']}"
    for api in (fresh_world.api(OWN), fresh_world.api(PARTNER, "partner")):
        assert tried(api, path, {"title": "New"}) == {"records": [], "complete": True}
    assert tried(fresh_world.api(OWN), f"{path}/transitions", {"to": "closed"})["records"] == []


def test_a_dry_run_is_refused_as_the_change_itself_would_be(fresh_world: World) -> None:
    project, plan = (
        f"/v1/exchangeProjects/{fresh_world.projects['city']}",
        f"/v1/policyPlans/{fresh_world.plans['city']}",
    )
    own, editor = fresh_world.api(OWN), fresh_world.api(OWN, "editor")
    tried(editor, project, PUBLISH, 403)
    tried(editor, f"{plan}/transitions", {"to": "published"}, 403)
    tried(fresh_world.api(OWN, "auditor"), project, PUBLISH, 403)
    tried(fresh_world.api(STRANGER), project, PUBLISH, 404)
    shared = f"/v1/exchangeProjects/{fresh_world.projects['link']}"
    tried(fresh_world.api(PARTNER), shared, PUBLISH, 403)
    tried(fresh_world.api(PARTNER), f"{shared}/transitions", {"to": "closed"}, 403)
    tried(own, f"{project}/transitions", {"to": "pipeline"}, 409)
    tried(own, project, {"plannedStart": "2030-01-01"}, 400)
    assert own.post(f"{project}/dryRun", PUBLISH).status_code == 428
    assert own.post(f"{project}/dryRun", PUBLISH, headers={"If-Match": '"9-a"'}).status_code == 412


def test_a_dry_run_says_when_it_cannot_tell_all(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "MOST_RECORDS", 0)
    path = f"/v1/exchangeProjects/{fresh_world.projects['city']}"
    assert tried(fresh_world.api(OWN), path, PUBLISH) == {"records": [], "complete": False}


def test_the_caller_of_a_dry_run_is_itself_again_afterwards(fresh_world: World) -> None:
    """The scope of the public, set for the reading, ends with the savepoint it was set in."""
    api, path = fresh_world.api(OWN), f"/v1/exchangeProjects/{fresh_world.projects['city']}"
    tried(api, path, PUBLISH)
    assert api.get(path).json["internalNote"] == "For our staff."
    with owner_session(fresh_world.database.owner_url) as session:
        assert session.get_one(ExchangeProject, fresh_world.projects["city"]).visibility == "city"


def test_a_record_that_stays_as_it_is_is_not_told(fresh_world: World) -> None:
    link = f"/cityLinks/{fresh_world.links['public']}"
    told = by_address(tried(fresh_world.api(OWN), f"/v1{link}", {"summary": {"en": "Another."}}))
    assert set(told) == {link}, "not its agreements, which the public sees too"
