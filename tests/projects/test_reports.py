"""The flow of a report: written, submitted, returned or approved by another; and who sees what of it."""

import json
from typing import Any

import psycopg
import pytest

from stedenband.access.models import ApiClient
from stedenband.access.rules import issue_key
from stedenband.core.address import owner_session
from tests.builders import OWN, PARTNER, World
from tests.projects.results import WOMEN, Work


@pytest.fixture
def work(world: World) -> Work:
    """Work on an indicator of its own."""
    return Work(world).apart()


def test_a_period_is_locked_until_a_coordinator_of_the_owner_unlocks_it(work: Work) -> None:
    period = work.new_period().headers["Location"]
    for api in (work.partner, work.editor, work.owner):
        refused = api.patch(period, {"report": {"value": "7"}})
        assert (refused.status_code, "locked" in refused.json["detail"]) == (409, True)
    for api in (work.partner, work.editor, work.world.api(PARTNER)):
        assert api.patch(period, {"locked": False}).status_code == 403
    assert work.editor.post(f"{work.project}/periods/acts", {}).status_code == 403
    assert work.owner.patch(period, {"locked": False}).json["locked"] is False
    assert work.partner.patch(period, {"report": {"value": "7"}}).json["status"] == "draft"
    assert work.owner.patch(period, {"locked": True}).status_code == 200
    assert work.partner.move(period, "pending").status_code == 409
    assert work.new_period(2022, locked=False, report={"value": "1"}).json["status"] == "draft"
    assert work.new_period(2024, report={"value": "1"}).status_code == 409


def test_a_report_goes_from_draft_over_pending_to_approved_and_locks_the_period(work: Work) -> None:
    period = work.open_period(target={"value": "100"})
    report = {"value": "40.50", "comment": {"en": "Both workshops."}, "disaggregation": [WOMEN]}
    written = work.partner.patch(period, {"report": report}).json
    assert (written["status"], written["report"], written["reportedBy"]) == ("draft", report, "partner of Francistown")
    assert work.partner.move(period, "pending", reason="Here.").json["issues"][0]["name"] == "reason"
    assert work.partner.move(period, "pending").json["status"] == "pending"
    approved = work.owner.move(period, "approved", reason="As the lists say.").json
    assert (approved["status"], approved["locked"]) == ("approved", True)
    assert {name: approved["actual"][name] for name in report} == report
    assert approved["decisionReason"] == "As the lists say."
    assert work.partner.patch(period, {"report": {"value": "50"}}).status_code == 409


def test_a_report_is_returned_with_a_reason_and_submitted_again(work: Work) -> None:
    period = work.pending()
    assert work.owner.move(period, "returned").json["issues"][0]["name"] == "reason"
    returned = work.owner.move(period, "returned", reason="The lists are missing.").json
    assert (returned["status"], returned["decisionReason"]) == ("returned", "The lists are missing.")
    assert work.partner.patch(period, {"report": {"value": "42"}}).json["status"] == "draft"
    assert work.partner.move(period, "pending").status_code == 200
    assert work.owner.move(period, "approved").json["actual"]["value"] == "42"


def test_a_pending_report_is_taken_back_before_it_is_changed(work: Work) -> None:
    period = work.pending()
    refused = work.partner.patch(period, {"report": {"value": "42"}})
    assert (refused.status_code, refused.json["issues"][0]["name"]) == (409, "report")
    assert work.partner.move(period, "draft").json["status"] == "draft"
    assert work.partner.patch(period, {"report": {"value": "42"}}).status_code == 200


def test_a_report_that_is_emptied_is_none(work: Work) -> None:
    period = work.open_period()
    assert work.partner.move(period, "pending").status_code == 409
    work.partner.patch(period, {"report": {"comment": {"en": "Soon."}}})
    assert work.partner.patch(period, {"report": None}).json["status"] == "none"


def test_figures_are_approved_by_another_person_than_who_reported_them(work: Work) -> None:
    """Also where the coordinator of the owner only changed what the partner had written."""
    period = work.pending()
    assert work.partner.move(period, "approved").status_code == 403
    assert work.world.api(PARTNER).move(period, "approved").status_code == 403
    assert work.editor.move(period, "approved").status_code == 403
    work.owner.move(period, "draft")
    work.owner.patch(period, {"report": {"value": "99"}})
    work.owner.move(period, "pending")
    refused = work.owner.move(period, "approved")
    assert (refused.status_code, "Another person or client" in refused.json["detail"]) == (409, True)
    assert "actual" not in work.owner.get(period).json
    assert work.act("approve", [period], mode="perItem").json["items"][0]["problem"]["status"] == 409


def test_whoever_wrote_any_of_a_report_does_not_approve_it(work: Work) -> None:
    """Nor a former author whose figures another took over, until the next approval."""
    period = work.open_period()
    assert work.owner.patch(period, {"report": {"value": "7"}}).status_code == 200
    assert work.editor.patch(period, {"report": {"comment": {"en": "Counted."}}}).status_code == 200
    assert work.editor.move(period, "pending").status_code == 200
    assert work.owner.move(period, "approved").status_code == 409
    assert work.owner.move(period, "returned", reason="Who counted?").status_code == 200
    assert work.partner.patch(period, {"report": {"comment": {"en": "We did."}}}).status_code == 200
    assert work.partner.move(period, "pending").status_code == 200
    assert work.owner.move(period, "approved").status_code == 409, "the value is still its own"
    assert work.act("approve", [period], mode="perItem").json["items"][0]["problem"]["status"] == 409
    another = work.world.api(OWN, "coordinator")
    with owner_session(work.world.database.owner_url) as session:
        client = ApiClient(city_id=work.world.cities[OWN], name="Another coordinator", role="coordinator")
        session.add(client)
        session.flush()
        another = another.as_(issue_key(session, client).key)
        session.commit()
    assert another.move(period, "approved").json["actual"]["value"] == "7"
    work.owner.patch(period, {"locked": False})
    work.partner.patch(period, {"report": {"value": "8"}})
    work.partner.move(period, "pending")
    assert work.owner.move(period, "approved").json["actual"]["value"] == "8", "it wrote nothing since"


def test_a_period_is_locked_and_unlocked_in_any_state_and_keeps_why_its_report_was_returned(work: Work) -> None:
    period = work.pending()
    work.owner.move(period, "returned", reason="Recount.")
    for locked in (True, False):
        changed = work.owner.patch(period, {"locked": locked})
        assert (changed.status_code, changed.json["decisionReason"]) == (200, "Recount.")
    for act in ("lock", "unlock"):
        assert work.act(act, [period]).json["done"] == 1
        assert work.owner.get(period).json["decisionReason"] == "Recount."
    assert work.act("lock", [period], reason="The year is over.").json["done"] == 1
    assert work.owner.get(period).json["decisionReason"] == "The year is over."


def test_a_period_with_anybodys_figures_is_not_deleted(work: Work) -> None:
    reported = work.pending()
    work.partner.move(reported, "draft")
    work.partner.patch(reported, {"report": None})
    revised = work.new_period(2022, target={"value": "1"}).headers["Location"]
    work.owner.patch(revised, {"target": {"value": "2"}, "targetReason": "More."})
    for period in (reported, revised):
        answer = work.owner.delete(period)
        assert (answer.status_code, "are kept" in answer.json["detail"]) == (409, True)
        with psycopg.connect(work.world.database.owner_url) as owner, pytest.raises(psycopg.errors.CheckViolation):
            owner.execute("DELETE FROM period WHERE id = %s", [period.rpartition("/")[2]])
    written = work.open_period(2024, target={"value": "1"})
    work.partner.patch(written, {"report": {"value": "1"}})
    assert work.owner.delete(written).status_code == 204, "a draft that was never submitted"


def test_the_moves_that_are_open_are_those_of_the_caller(work: Work) -> None:
    period = work.pending()

    def moves(api: Any) -> list[str] | None:
        found = api.get(period).json.get("transitions")
        return None if found is None else [each["to"] for each in found]

    assert moves(work.owner) == ["draft", "returned", "approved"]
    assert moves(work.editor) == moves(work.partner) == ["draft"]
    assert moves(work.world.api(OWN, "auditor")) is None
    assert work.owner.get(f"{period}?select=(transitions(to))").json["transitions"][1] == {"to": "returned"}
    work.owner.patch(period, {"locked": True})
    assert moves(work.owner) is None, "nothing is open while it is locked"


def test_nobody_loses_earlier_figures(work: Work) -> None:
    """Every figure that was submitted, returned or approved is kept, with who and why, and so is every target."""
    period = work.pending(value="41", target={"value": "100"})
    work.owner.move(period, "returned", reason="Recount.")
    work.partner.patch(period, {"report": {"value": "42"}})
    work.partner.move(period, "pending")
    work.owner.move(period, "approved", reason="Agreed.")
    work.owner.patch(period, {"target": {"value": "120"}, "targetReason": "A third workshop."})
    work.owner.patch(period, {"locked": False})
    work.partner.patch(period, {"report": {"value": "43"}})
    kept = [
        (figure["kind"], figure["value"], figure.get("reason"), figure["recordedBy"])
        for figure in work.partner.get(f"{period}?select=(figures)").json["figures"]
    ]
    partner, owner = "partner of Francistown", "coordinator of Genk"
    assert sorted(kept, key=str) == sorted(
        [
            ("target", "100", None, owner),
            ("submitted", "41", None, partner),
            ("returned", "41", "Recount.", owner),
            ("submitted", "42", None, partner),
            ("approved", "42", "Agreed.", owner),
            ("target", "120", "A third workshop.", owner),
        ],
        key=str,
    )
    now = work.partner.get(period).json
    assert (now["actual"]["value"], now["report"]["value"], now["status"]) == ("42", "43", "draft")
    values = [entry["changes"].get("report.value", {}) for entry in work.partner.get(f"{period}/history").json["items"]]
    assert {value["new"] for value in values if value} == {"41", "42", "43"}


def test_a_target_that_was_set_is_changed_with_a_reason(work: Work) -> None:
    period = work.new_period().headers["Location"]
    assert work.owner.patch(period, {"target": {"value": "100"}}).status_code == 200
    for change in ({"value": "120"}, {"comment": {"en": "New."}}, {"disaggregation": [WOMEN]}, None):
        refused = work.owner.patch(period, {"target": change})
        assert (refused.status_code, refused.json["issues"][0]["name"]) == (400, "targetReason")
    changed = work.owner.patch(period, {"target": {"value": "120"}, "targetReason": "More schools."}).json
    assert (changed["target"]["value"], changed["targetReason"]) == ("120", "More schools.")
    assert work.owner.patch(period, {"target": {"value": "130"}}).status_code == 400, "a reason of its own"
    assert work.owner.patch(period, {"target": {"value": "120"}}).status_code == 200, "it stays as it was"
    rewritten = work.owner.patch(period, {"targetReason": "Another story."})
    assert (rewritten.status_code, rewritten.json["issues"][0]["name"]) == (400, "targetReason")
    assert work.owner.patch(period, {"targetReason": "More schools."}).status_code == 200, "nothing changes"
    taken_away = work.owner.patch(period, {"target": None, "targetReason": "No money."}).json
    assert ("target" in taken_away, taken_away["targetReason"]) == (False, "No money.")
    again = work.owner.patch(period, {"target": {"value": "90"}})
    assert (again.status_code, again.json["issues"][0]["name"]) == (400, "targetReason"), "it was promised once"
    assert work.owner.patch(period, {"target": {"value": "90"}, "targetReason": "A grant."}).status_code == 200
    kept = work.owner.get(f"{period}?select=(figures)").json["figures"]
    assert [(each.get("value"), each.get("reason")) for each in kept if each["kind"] == "target"] == [
        ("100", None), ("120", "More schools."), (None, "No money."), ("90", "A grant."),
    ]  # fmt: skip


def test_a_stale_change_loses_no_figure(work: Work) -> None:
    period = work.open_period()
    tag = work.partner.get(period).headers["ETag"]
    work.editor.patch(period, {"report": {"value": "1"}})
    assert work.partner.patch(period, {"report": {"value": "2"}}, tag).status_code == 412
    assert work.partner.patch(period, {"report": {"value": "2"}}, None).status_code == 428


SECRETS = ("4111", "4222", "4333", "Only for both sides")


def test_the_public_sees_what_was_approved_and_nothing_else_anywhere(fresh_world: World) -> None:
    """Not a draft, not a pending or returned figure: not in the record, lists, history, exports, filters or the series."""
    work = Work(fresh_world, "public").apart()
    period = work.pending(value="40")
    work.owner.move(period, "approved")
    work.owner.patch(period, {"locked": False})
    for value in SECRETS[:2]:
        work.partner.patch(period, {"report": {"value": value, "comment": {"en": SECRETS[3]}}})
        work.partner.move(period, "pending")
        work.owner.move(period, "returned", reason=SECRETS[3])
    work.partner.patch(period, {"report": {"value": SECRETS[2]}})
    addresses = [
        period,
        f"{period}?select=(figures,report,status,locked,reportedBy,decisionReason,transitions)",
        f"{period}/history",
        f"{work.project}/periods",
        f"{work.project}/periods?sort=-updatedAt",
        *(f"{work.project}/periods?format={name}" for name in ("csv", "ndjson")),
        f"{period}/history?format=ndjson",
        f"{work.indicator}/series",
        f"{work.indicator}/series?asOf=2190-01-01",
        f"{work.project}?select=(results)",
        "/v1/exchangeProjects?select=(results)&format=ndjson",
        "/v1/changes?pageSize=200",
        "/v1/search?q=both",
    ]
    for address in addresses:
        shown = work.public.get(address)
        assert shown.status_code == 200, address
        assert not [secret for secret in SECRETS if secret in shown.text], address
        assert "partner of Francistown" not in shown.text, address
    assert work.public.get(period).json["actual"]["value"] == "40"
    assert SECRETS[2] in work.partner.get(period).text
    for query in ("status=draft", "locked=false", "due=true", "due=false", "status=none&status=approved"):
        assert work.public.get(f"{work.project}/periods?{query}").json["items"] == [], query
    key = period.rpartition("/")[2]
    found = {item["id"] for item in work.partner.get(f"{work.project}/periods?status=draft&locked=false").json["items"]}
    assert key in found
    changed = [each for each in work.public.get("/v1/changes?pageSize=200").json["items"] if each["id"] == key]
    told = {name for each in changed for name in each.get("fields", ())}
    assert not told & {"report", "status", "locked", "reportedBy", "decisionReason", "targetReason"}
    assert json.loads(work.public.get(f"{period}?select=(figures)").text)["figures"][0]["kind"] == "approved"


def test_due_periods_are_those_that_ended_without_a_report(work: Work) -> None:
    ended, pending = work.new_period(2022).headers["Location"], work.pending(2023)
    key = work.indicator.rpartition("/")[2]

    def found(query: str) -> set[str]:
        items = work.owner.get(f"{work.project}/periods?indicator={key}&{query}").json["items"]
        return {item["href"] for item in items}

    assert found("due=true") == {ended}
    assert found("due=false") == {pending}
    assert found("endDateTo=2022-12-31") == {ended}
    assert found("endDateFrom=2023-01-01") == {pending}
    assert found("status=pending&locked=false") == {pending}
