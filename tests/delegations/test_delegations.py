"""Delegations over HTTP: what each state demands, who says what, and what is due."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.builders import OWN, PARTNER, STRANGER, Api, Reply, World
from tests.changes.feed import wait_for_older_transactions
from tests.delegations.visits import DECISION, DELEGATIONS, REASON, WHOLE, a_body, a_visit, cities
from tests.people.people import issue_of


def moved(api: Api, visit: Any, to: str, **said: Any) -> Reply:
    """Move a visit."""
    return api.move(visit["href"], to, **said)


def today() -> Any:
    return datetime.now(UTC).date()


def test_a_visit_goes_from_draft_to_closed_and_each_step_has_its_demand(world: World) -> None:
    api = world.api(OWN)
    visit = a_visit(api, world)
    assert (visit["status"], visit["direction"]) == ("draft", "outbound")
    assert moved(api, visit, "approved").status_code == 400, "without a decision"
    bare = moved(api, visit, "approved", decision=DECISION)
    assert bare.status_code == 409
    assert [each["name"] for each in bare.json["issues"]] == ["purpose", "arrival", "departure", "estimatedCost"]
    assert api.patch(visit["href"], WHOLE).status_code == 200
    assert moved(world.api(OWN, "editor"), visit, "approved", decision=DECISION).status_code == 403
    assert moved(api, visit, "travelling").status_code == 409, "not approved"
    assert moved(api, visit, "approved", decision=DECISION).json["decision"] == DECISION
    assert issue_of(moved(api, visit, "travelling", on="2026-03-02"))[0] == "on"
    assert moved(api, visit, "travelling").json["status"] == "travelling"
    back = moved(api, visit, "returned", on="2026-03-09").json
    assert (back["returnedOn"], back["reportDue"]) == ("2026-03-09", "2026-04-08")
    unreported = moved(api, visit, "reported")
    assert (unreported.status_code, issue_of(unreported)[0]) == (409, "report.whatWasDone")
    assert api.patch(visit["href"], {"report": {"whatWasDone": "We met."}}).status_code == 200
    assert moved(api, visit, "reported").status_code == 200
    closed = moved(api, visit, "closed").json
    assert [each["status"] for each in closed["moves"]] == [
        "draft", "approved", "travelling", "returned", "reported", "closed",
    ]  # fmt: skip
    assert closed["transitions"] == []
    emptied = api.patch(visit["href"], {"report": None})
    assert emptied.status_code == 409, "nothing is closed without a report"


def test_a_visit_is_back_today_where_nobody_says_otherwise_and_never_tomorrow(world: World) -> None:
    api = world.api(OWN)
    visit = a_visit(api, world, **WHOLE, status="travelling", decision=DECISION)
    late = (today() + timedelta(days=3)).isoformat()
    assert issue_of(moved(api, visit, "returned", on=late))[0] == "on"
    assert moved(api, visit, "returned", on="2026-03-01").status_code == 400, "before it arrived"
    assert moved(api, visit, "returned").json["returnedOn"] >= today().isoformat()


def test_a_visit_leaves_after_it_arrives(world: World) -> None:
    api = world.api(OWN)
    visit = a_visit(api, world, **WHOLE)
    for wrong in ({"arrival": "2026-03-09"}, {"departure": "2026-03-01"}):
        refused = api.patch(visit["href"], wrong)
        assert [each["name"] for each in refused.json["issues"]] == ["arrival", "departure"]
    assert api.patch(visit["href"], {"departure": None}).status_code == 200


def test_past_visits_are_entered_in_the_state_they_are_in(world: World) -> None:
    api, said = world.api(OWN), {**WHOLE, "status": "closed", "decision": DECISION}
    assert api.post(DELEGATIONS, a_body(world, **said)).status_code == 409
    whole = {**said, "returnedOn": "2026-03-09", "report": {"whatWasDone": "We met."}}
    assert world.api(OWN, "editor").post(DELEGATIONS, a_body(world, **whole)).status_code == 403
    assert a_visit(api, world, **whole)["status"] == "closed"


def test_a_cancelled_visit_says_why(world: World) -> None:
    api = world.api(OWN, "editor")
    visit = a_visit(api, world)
    assert moved(api, visit, "cancelled").status_code == 400
    assert moved(api, visit, "cancelled", reason=REASON).json["moves"][-1]["reason"] == REASON
    assert a_visit(api, world, status="cancelled", reason=REASON)["status"] == "cancelled"


def test_direction_is_the_owners_view(world: World) -> None:
    assert a_visit(world.api(OWN), world, **cities(world, PARTNER, OWN))["direction"] == "inbound"
    theirs = a_visit(world.api(PARTNER), world, **cities(world, PARTNER, OWN))
    assert theirs["direction"] == "outbound"
    listed = world.api(OWN).get(f"{DELEGATIONS}?direction=outbound&partnerCity={world.cities[PARTNER]}").json["items"]
    assert theirs["id"] in {each["id"] for each in listed}


def test_only_members_of_the_link_travel_and_receive(world: World) -> None:
    api = world.api(OWN)
    for wrong, field in (
        (cities(world, OWN, STRANGER), "hostCity"),
        (cities(world, STRANGER, PARTNER), "originCity"),
        (cities(world, OWN, OWN), "hostCity"),
        ({"cityLink": {"id": str(world.cities[OWN])}}, "cityLink"),
    ):
        refused = api.post(DELEGATIONS, a_body(world, **wrong))
        assert (refused.status_code, issue_of(refused)[0]) == (400, field)
    elsewhere = world.api(STRANGER).post(DELEGATIONS, a_body(world))
    assert (elsewhere.status_code, issue_of(elsewhere)[0]) == (400, "cityLink")


def test_a_visit_names_the_projects_that_it_is_about(world: World) -> None:
    api, project = world.api(OWN), {"exchangeProject": {"id": str(world.projects["public"])}}
    visit = a_visit(api, world, projects=[project])
    assert visit["projects"][0]["exchangeProject"]["id"] == str(world.projects["public"])
    assert issue_of(api.patch(visit["href"], {"projects": [project, project]}))[0] == "projects"
    found = api.get(f"{DELEGATIONS}?exchangeProject={world.projects['public']}&cityLink={world.links['public']}").json
    assert visit["id"] in {each["id"] for each in found["items"]}
    assert api.patch(visit["href"], {"projects": []}).json["projects"] == []


def test_both_sides_keep_up_the_content_and_the_owner_says_the_rest(world: World) -> None:
    visit = a_visit(world.api(OWN), world, visibility="public", **WHOLE)
    for role in ("partner", "editor", "coordinator"):
        partner = world.api(PARTNER, role)
        changed = partner.patch(
            visit["href"], {"title": f"By {role}", "report": {"results": "A plan."}, "arrival": "2026-03-03"}
        )
        assert (changed.status_code, changed.json["title"]) == (200, f"By {role}")
        refused: list[dict[str, Any]] = [
            {"visibility": "link"},
            {"projects": []},
            cities(world, PARTNER, OWN),
            {"reportPublishable": True},
        ]
        for kept in refused:
            assert partner.patch(visit["href"], kept).status_code == 403
        assert moved(partner, visit, "cancelled", reason=REASON).status_code == 403


def test_a_report_is_public_once_it_is_publishable(world: World) -> None:
    api = world.api(OWN)
    visit = a_visit(api, world, visibility="public", report={"whatWasDone": "We met.", "results": "A plan."})
    public = world.api().get(visit["href"]).json
    assert not {"report", "publishedReport", "reportPublishable"} & set(public)
    api.patch(visit["href"], {"reportPublishable": True})
    shown = world.api().get(visit["href"]).json
    assert shown["publishedReport"] == {"whatWasDone": "We met.", "results": "A plan."}
    assert "report" not in shown


def test_what_is_due_and_overdue_is_found(world: World) -> None:
    api = world.api(OWN)
    said = {**WHOLE, "status": "returned", "decision": DECISION, "arrival": "2020-02-10", "departure": "2020-02-16"}
    old = a_visit(api, world, **said, returnedOn="2020-02-17")
    new = a_visit(api, world, **said, returnedOn=today().isoformat())
    draft = a_visit(api, world)

    def found(query: str) -> set[str]:
        items = api.get(f"{DELEGATIONS}?pageSize=200&{query}").json["items"]
        return {each["id"] for each in items} & {old["id"], new["id"], draft["id"]}

    assert found("reportDue=true") == {old["id"], new["id"]}
    assert found("overdue=true") == {old["id"]}
    assert found("overdue=false") == {new["id"], draft["id"]}
    assert found("reportDue=false") == {draft["id"]}
    assert found("arrivalFrom=2020-01-01&arrivalTo=2020-12-31&status=returned") == {old["id"], new["id"]}
    told = api.get("/v1/reminders?kind=delegationReport").json["reminders"]
    assert {(each["on"], each["overdue"]) for each in told if old["id"] in each["href"]} == {("2020-03-18", True)}
    assert not [each for each in told if draft["id"] in each["href"]]


def test_a_visit_is_never_seen_by_more_people_than_its_link_and_follows_it(fresh_world: World) -> None:
    api, link = fresh_world.api(OWN), f"/v1/cityLinks/{fresh_world.links['public']}"
    narrow = a_body(fresh_world, cityLink={"id": str(fresh_world.links["link"])}, visibility="public")
    assert issue_of(api.post(DELEGATIONS, narrow))[0] == "visibility"
    visit = a_visit(api, fresh_world, visibility="public")
    assert api.patch(link, {"visibility": "city"}).status_code == 200
    assert api.get(visit["href"]).json["visibility"] == "city"


def test_a_city_that_leaves_keeps_its_own_visits_and_forgets_those_of_others(fresh_world: World) -> None:
    world, link = fresh_world, f"/v1/cityLinks/{fresh_world.links['public']}"
    ours, theirs = a_visit(world.api(OWN), world), a_visit(world.api(PARTNER), world)
    cursor = world.api(PARTNER).get("/v1/changes?pageSize=200").json["cursor"]
    members = [{"city": {"id": str(world.cities[name])}} for name in (OWN, STRANGER)]
    assert world.api(OWN).patch(link, {"members": members}).status_code == 200
    assert world.api(PARTNER).get(ours["href"]).status_code == 404
    kept = world.api(PARTNER).get(theirs["href"]).json
    assert (kept["visibility"], "cityLink" in kept) == ("city", False)
    assert world.api(OWN).get(theirs["href"]).status_code == 404
    wait_for_older_transactions(world.database)
    told = world.api(PARTNER).get(f"/v1/changes?after={cursor}&pageSize=200").json["items"]
    assert ours["id"] in {each["id"] for each in told if each["operation"] == "withdrawn"}
    joined = world.api(STRANGER).get(ours["href"])
    assert joined.status_code == 200
    feed = world.api(STRANGER).get("/v1/changes?pageSize=200").json["items"]
    assert ours["id"] in {each["id"] for each in feed}


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE delegation SET status = 'closed' WHERE id = %(visit)s", "delegation_moves_on"),
        ("UPDATE delegation SET status = 'travelling' WHERE id = %(visit)s", "checklist_is_done"),
        ("UPDATE delegation SET purpose = NULL WHERE id = %(visit)s", "ck_delegation_approved"),
        ("UPDATE delegation SET returned_on = current_date + 9 WHERE id = %(visit)s", "return_in_the_future"),
        ("UPDATE delegation SET host_city_id = %(stranger)s WHERE id = %(visit)s", "cities_of_the_link"),
    ],
)
def test_the_database_demands_the_same_by_itself(world: World, statement: str, rule: str) -> None:
    contact = str(world.contacts["public"])
    waiting = [{"contact": {"id": contact}, "capacity": "staff", "checklist": {"visa": "open"}}]
    visit = a_visit(world.api(OWN), world, **WHOLE, status="approved", decision=DECISION, participants=waiting)
    values = {"visit": visit["id"], "stranger": world.cities[STRANGER]}
    with psycopg.connect(world.database.api_url) as connection:
        connection.execute("SELECT FROM enter(%s, %s)", world.credential(OWN))
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            connection.execute(statement, values)
        assert refused.value.diag.constraint_name == rule
        connection.rollback()


def test_what_was_never_published_is_deleted(world: World) -> None:
    api = world.api(OWN)
    visit = a_visit(api, world)
    assert api.delete(visit["href"]).status_code == 204
    assert api.get(visit["href"]).status_code == 404
