"""The rules of exchange projects over HTTP, each by its name."""

from datetime import timedelta
from typing import Any

import pytest

from stedenband.core.db import now
from tests.builders import OWN, PARTNER, Api, World

PROJECTS = "/v1/exchangeProjects"


def made(api: Api, **values: Any) -> str:
    """Make a project and return its address."""
    reply = api.post(PROJECTS, {"title": "A project", **values})
    assert reply.status_code == 201, reply.json
    return reply.headers["Location"]


def refused(reply: Any, status: int, field: str) -> str:
    """Check a refusal that names a field; return what it says."""
    assert reply.status_code == status, reply.json
    (issue,) = reply.json["issues"]
    assert issue["name"] == field
    return str(issue["detail"])


def to(key: object) -> dict[str, str]:
    """Return a reference."""
    return {"id": str(key)}


def test_a_project_begins_in_the_pipeline_and_moves_along_its_lifecycle(world: World) -> None:
    api = world.api(OWN)
    path = made(api, plannedStart="2020-01-01")
    assert api.get(path).json["transitions"][0] == {"to": "implementation", "demands": []}
    assert api.move(path, "closed").status_code == 409
    begun = api.move(path, "implementation", on="2020-02-01").json
    assert (begun["status"], begun["iatiStatus"], begun["actualStart"]) == ("implementation", "2", "2020-02-01")
    assert api.move(path, "finalisation").json["iatiStatus"] == "3"
    closed = api.move(path, "closed", on="2021-02-01").json
    assert (closed["iatiStatus"], closed["actualEnd"], closed["transitions"]) == ("4", "2021-02-01", [])
    assert [move["status"] for move in closed["moves"]] == ["pipeline", "implementation", "finalisation", "closed"]


@pytest.mark.parametrize(("state", "code"), [("suspended", "6"), ("cancelled", "5")])
def test_suspension_and_cancellation_demand_a_reason(world: World, state: str, code: str) -> None:
    api = world.api(OWN)
    path = made(api)
    refused(api.move(path, state), 400, "reason")
    moved = api.move(path, state, reason="The rains.").json
    assert (moved["iatiStatus"], "actualEnd" in moved) == (code, False)
    assert moved["moves"][-1]["reason"] == "The rains."


def test_a_move_leaves_dates_that_were_given(world: World) -> None:
    api = world.api(OWN)
    path = made(api, status="implementation", actualStart="2020-01-01", actualEnd="2020-06-01")
    closed = api.move(path, "closed").json
    assert (closed["actualStart"], closed["actualEnd"]) == ("2020-01-01", "2020-06-01")
    begun = api.move(made(api), "implementation").json
    assert begun["actualStart"] == now().date().isoformat()


def test_a_day_that_a_move_has_no_use_for_is_refused_not_forgotten(world: World) -> None:
    api = world.api(OWN)
    path = made(api, status="implementation", actualStart="2020-01-01")
    refused(api.move(path, "finalisation", on="2021-02-01"), 400, "on")
    assert api.move(path, "finalisation").status_code == 200
    assert api.move(path, "closed", on="2021-02-01").json["actualEnd"] == "2021-02-01"


def test_a_project_may_be_made_in_a_state_whose_demands_are_met(world: World) -> None:
    api = world.api(OWN)
    refused(api.post(PROJECTS, {"title": "A project", "status": "suspended"}), 400, "reason")
    path = made(api, status="suspended", reason="The rains.")
    assert api.get(path).json["moves"] == [
        {"status": "suspended", "reason": "The rains.", "movedAt": api.get(path).json["moves"][0]["movedAt"]}
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"plannedStart": "2020-01-02", "plannedEnd": "2020-01-01"}, "plannedEnd"),
        ({"actualStart": "2020-01-02", "actualEnd": "2020-01-01"}, "actualEnd"),
        ({"kind": "award", "call": {"opensOn": "2020-01-02", "closesOn": "2020-01-01"}}, "call.closesOn"),
    ],
)
def test_what_ends_begins_first(world: World, values: dict[str, Any], field: str) -> None:
    refused(world.api(OWN).post(PROJECTS, {"title": "A project", **values}), 400, field)


def test_an_actual_date_is_never_in_the_future(world: World) -> None:
    api = world.api(OWN)
    path = made(api)
    today, later = (now().date() + timedelta(days=days) for days in (0, 2))
    refused(api.patch(path, {"actualStart": later.isoformat()}), 400, "actualStart")
    refused(api.move(path, "implementation", on=later.isoformat()), 400, "actualStart")
    refused(api.patch(path, {"actualStart": "2020-01-01", "actualEnd": later.isoformat()}), 400, "actualEnd")
    assert api.patch(path, {"actualStart": today.isoformat()}).status_code == 200


def test_percentages_per_vocabulary_sum_to_100(world: World) -> None:
    api = world.api(OWN)
    path = made(api, sectors=[{"code": "14050"}, {"vocabulary": "2", "code": "140"}])
    thirds = [
        {"code": code, "percentage": share} for code, share in (("14050", 33.33), ("11220", 33.33), ("31110", 33.34))
    ]
    assert api.patch(path, {"sectors": thirds}).status_code == 200
    refused(api.patch(path, {"sectors": thirds[:2]}), 400, "sectors")
    refused(api.patch(path, {"sectors": [{"code": "14050", "percentage": 33.333}]}), 400, "sectors[0].percentage")
    refused(api.patch(path, {"sectors": [{"code": "14050"}, {"code": "14050"}]}), 400, "sectors")
    assert api.patch(path, {"sectors": []}).json["sectors"] == []


def test_codes_are_those_of_the_shipped_lists(world: World) -> None:
    api = world.api(OWN)
    for name, value, field in (
        ("sectors", [{"code": "99999"}], "sectors[0].code"),
        ("sdgGoals", ["18"], "sdgGoals[0]"),
        ("sdgTargets", ["1.9"], "sdgTargets[0]"),
        ("policyMarkers", [{"code": "13", "significance": "1"}], "policyMarkers[0].code"),
        ("policyMarkers", [{"code": "1", "significance": "9"}], "policyMarkers[0].significance"),
        ("sectors", [{"vocabulary": "2", "code": "14050"}], "sectors"),
    ):
        refused(api.post(PROJECTS, {"title": "A project", name: value}), 400, field)


def test_not_targeted_differs_from_not_screened(world: World) -> None:
    path = made(world.api(OWN), policyMarkers=[{"code": "1", "significance": "0"}])
    assert world.api(OWN).get(path).json["policyMarkers"] == [{"code": "1", "significance": "0"}]


def test_a_project_serves_an_action_of_a_plan_of_its_own_city(world: World) -> None:
    api, other = world.api(OWN), world.api(PARTNER)
    assert made(api, policyAction=to(world.actions["city"]))
    refused(other.post(PROJECTS, {"title": "A", "policyAction": to(world.actions["public"])}), 400, "policyAction")
    refused(other.post(PROJECTS, {"title": "A", "policyAction": to(world.actions["city"])}), 400, "policyAction")


def test_a_project_is_never_wider_than_its_link(world: World) -> None:
    api = world.api(OWN)
    refused(api.post(PROJECTS, {"title": "A", "visibility": "link"}), 400, "cityLink")
    shared = {"title": "A", "cityLink": to(world.links["link"])}
    refused(api.post(PROJECTS, {**shared, "visibility": "public"}), 409, "visibility")
    assert made(api, cityLink=to(world.links["link"]), visibility="link")


def test_a_project_follows_when_its_link_is_narrowed(fresh_world: World) -> None:
    api, link = fresh_world.api(OWN), f"/v1/cityLinks/{fresh_world.links['public']}"
    path = f"{PROJECTS}/{fresh_world.projects['public']}"
    api.patch(link, {"visibility": "link"})
    assert api.get(path).json["visibility"] == "link"
    assert fresh_world.api().get(path).status_code == 404
    api.patch(link, {"visibility": "city"})
    assert api.get(path).json["visibility"] == "city"


@pytest.mark.parametrize("state", ["dormant", "ended"])
def test_a_dormant_or_ended_link_takes_no_new_projects(fresh_world: World, state: str) -> None:
    api, link = fresh_world.api(OWN), fresh_world.links["public"]
    decision = {"date": "2020-01-01", "body": "Council", "reference": "1"}
    api.move(f"/v1/cityLinks/{link}", "active", decision=decision)
    api.move(f"/v1/cityLinks/{link}", state, decision=decision, reason="Over.")
    refused(api.post(PROJECTS, {"title": "A", "cityLink": to(link)}), 409, "cityLink")
    refused(api.patch(made(api), {"cityLink": to(link)}), 409, "cityLink")
    kept = f"{PROJECTS}/{fresh_world.projects['public']}"
    assert api.patch(kept, {"title": "Still editable"}).status_code == 200


def test_projects_follow_when_their_link_is_merged_into_another(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    members = [{"city": to(fresh_world.cities[name])} for name in (OWN, PARTNER)]
    twin = fresh_world.api(PARTNER).post(
        "/v1/cityLinks", {"kind": "twinning", "members": members, "visibility": "link"}
    ).json  # fmt: skip
    link = f"/v1/cityLinks/{fresh_world.links['public']}"
    for city in (OWN, PARTNER):
        merged = fresh_world.api(city).post(f"{link}/merge", {"into": to(twin["id"])}, headers={"If-Match": "*"})
        assert merged.status_code == 200, merged.json
    project = api.get(f"{PROJECTS}/{fresh_world.projects['public']}").json
    assert (project["cityLink"]["id"], project["visibility"]) == (twin["id"], "link")


def test_a_project_has_one_lead_and_it_is_accountable(world: World) -> None:
    api, cities = world.api(OWN), [to(world.cities[name]) for name in (OWN, PARTNER)]
    path = made(api, participatingOrganizations=[{"city": cities[0], "role": "2", "lead": True}])
    turned = [{"city": city, "role": "2", "lead": city == cities[1]} for city in cities]
    for leads in (turned, [{**each, "lead": not each["lead"]} for each in turned], turned):
        assert api.patch(path, {"participatingOrganizations": leads}).status_code == 200, "the lead passes on"
    for wrong in (
        [{"city": cities[0], "role": "1", "lead": True}],
        [{"city": city, "role": "2", "lead": True} for city in cities],
        [{"city": cities[0], "role": "4"}] * 2,
        [{"role": "4"}],
        [{"city": cities[0], "organization": to(world.organizations["public"]), "role": "4"}],
    ):
        refused(api.patch(path, {"participatingOrganizations": wrong}), 400, "participatingOrganizations")


def test_participation_names_somebody_once_per_city_and_year(world: World) -> None:
    api = world.api(OWN)
    path = made(api, participation=[{"layer": "women", "participants": 3}, {"layer": "women", "year": 2022}])
    refused(api.patch(path, {"participation": [{"participants": 3}]}), 400, "participation")
    refused(api.patch(path, {"participation": [{"layer": "women"}] * 2}), 400, "participation")


def test_only_an_award_has_a_call_an_amount_nominations_and_a_jury(world: World) -> None:
    api = world.api(OWN)
    for values in (
        {"call": {"opensOn": "2020-01-01"}},
        {"amount": {"value": "1.00", "currency": "EUR"}},
        {"nominations": [{"name": "A"}]},
        {"jury": [{"function": "Mayor"}]},
    ):
        refused(api.post(PROJECTS, {"title": "A", **values}), 409, "kind")
        award = made(api, kind="award", **values)
        refused(api.patch(award, {"kind": "project"}), 409, "kind")


def test_an_award_has_one_winner_once_its_call_has_closed_and_its_amount_is_known(world: World) -> None:
    api = world.api(OWN)
    award = made(api, kind="award", nominations=[{"name": "A"}, {"name": "B"}])
    wins: list[dict[str, Any]] = [{"name": "A", "winner": True}, {"name": "B"}]
    refused(api.patch(award, {"nominations": wins}), 409, "nominations")
    api.patch(award, {"call": {"closesOn": "2190-01-01"}, "amount": {"value": "2500.00", "currency": "EUR"}})
    refused(api.patch(award, {"nominations": wins}), 409, "nominations")
    for ago in (0, 1, 2):
        closed = (now().date() - timedelta(days=ago)).isoformat()
        assert api.patch(award, {"call": {"closesOn": closed}}).status_code == 200
        answer = api.patch(award, {"nominations": wins})
        over = ago > (0 if now().hour >= 12 else 1)
        assert answer.status_code == (200 if over else 409), "its last day has ended everywhere on earth"
        api.patch(award, {"nominations": [{"name": "A"}, {"name": "B"}]})
    api.patch(award, {"call": {"closesOn": "2020-01-01"}})
    assert api.patch(award, {"nominations": wins}).json["nominations"][0]["winner"] is True
    lost = [{**each, "winner": not each.get("winner")} for each in wins]
    for result in (lost, wins, [{"name": "C", "winner": True}], wins):
        assert api.patch(award, {"nominations": result}).status_code == 200, "another may win after all"
    refused(api.patch(award, {"nominations": [{**each, "winner": True} for each in wins]}), 400, "nominations")
    refused(api.patch(award, {"nominations": [{"name": "A"}] * 2}), 400, "nominations")
    refused(api.patch(award, {"amount": None}), 409, "nominations")


def test_an_amount_is_never_rounded(world: World) -> None:
    api = world.api(OWN)
    for value in ("0.005", "1e3", "-1", "2 500", "1_000", 2500):
        body = {"title": "A", "kind": "award", "amount": {"value": value, "currency": "EUR"}}
        refused(api.post(PROJECTS, body), 400, "amount.value")
    path = made(api, kind="award", amount={"value": "2500.5", "currency": "BWP"})
    assert api.get(path).json["amount"] == {"value": "2500.50", "currency": "BWP"}


def test_the_other_side_edits_the_content_and_not_what_is_the_owners(world: World) -> None:
    own, other = world.api(OWN), world.api(PARTNER, "partner")
    path = made(own, kind="award", cityLink=to(world.links["link"]), visibility="link")
    content = {"title": "New", "themes": ["water"], "participation": [{"layer": "women"}], "plannedStart": "2020-01-01"}
    assert other.patch(path, content).status_code == 200
    for owners in (
        {"visibility": "public"},
        {"kind": "project"},
        {"cityLink": None},
        {"policyAction": to(world.actions["public"])},
        {"internalNote": "Ours."},
        {"amount": {"value": "1.00", "currency": "EUR"}},
        {"decisions": [{"decision": to(world.decisions["public"])}]},
        {"nominations": [{"name": "Ours"}]},
        {"jury": [{"function": "Mayor"}]},
    ):
        assert other.patch(path, owners).status_code in {400, 403}, owners
    assert other.move(path, "implementation").status_code == 403
    assert other.delete(path).status_code == 403


def test_null_takes_away_what_is_optional(world: World) -> None:
    api = world.api(OWN)
    path = made(
        api, summary={"en": "What it is."}, location={"name": "Here", "latitude": 1, "longitude": 2}, themes=["waste"]
    )
    bare = api.patch(path, {"summary": None, "location": None, "themes": None, "policyAction": None}).json
    assert not bare.keys() & {"summary", "location", "policyAction"}
    assert bare["themes"] == []


def test_what_was_published_is_not_deleted(world: World) -> None:
    api = world.api(OWN)
    assert api.delete(f"{PROJECTS}/{world.projects['public']}").status_code == 409
    assert api.delete(made(api)).status_code == 204


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=implementation", True),
        ("status=closed", False),
        ("kind=award", True),
        ("theme=waste", True),
        ("sector=14050", True),
        ("sdgGoal=12", True),
        ("sdgTarget=12.6", False),
        ("activeOn=2022-06-01", True),
        ("activeOn=2021-06-01", False),
        ("startDateFrom=2022-02-02", False),
        ("startDateTo=2022-02-01", True),
        ("endDateFrom=2024-12-31", True),
        ("endDateTo=2024-12-30", False),
        ("policyAction={action}", True),
        ("policyGoal={goal}", True),
        ("cityLink={link}", True),
        ("partnerCity={city}", True),
        ("partnerCity={elsewhere}", False),
        ("q=Block+5", True),
    ],
)
def test_projects_are_found_by(world: World, query: str, found: bool) -> None:
    named = {"action": world.actions["public"], "goal": world.goals["public"], "link": world.links["public"]}
    where = {"city": world.cities[PARTNER], "elsewhere": world.cities["Elsewhere"]}
    answer = world.api().get(f"{PROJECTS}?pageSize=200&{query.format_map({**named, **where})}").json
    assert (str(world.projects["public"]) in {item["id"] for item in answer["items"]}) is found


def test_a_project_is_a_point_on_the_map(world: World) -> None:
    place = world.api().get(f"{PROJECTS}/{world.projects['public']}?format=geojson").json
    assert place["geometry"] == {"type": "Point", "coordinates": [27.51, -21.17]}
