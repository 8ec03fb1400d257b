"""One act on many periods: all or nothing, or each for itself, with what came of it for each."""

from typing import Any

import pytest

from stedenband.core.errors import ServiceUnavailable
from stedenband.projects.rules.acts import refusal
from tests.builders import OWN, PARTNER, STRANGER, World
from tests.projects.results import Work

MISSING = "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"


@pytest.fixture
def work(world: World) -> Work:
    """Work on an indicator of its own."""
    return Work(world).apart()


def outcomes(reply: Any) -> list[str]:
    """Return what came of it for each."""
    assert reply.status_code == 200, reply.text
    return [item["outcome"] for item in reply.json["items"]]


def states(work: Work, paths: list[str]) -> list[tuple[str, bool]]:
    """Return state and lock of each period."""
    found = [work.owner.get(path).json for path in paths]
    return [(each["status"], each["locked"]) for each in found]


def test_many_periods_are_approved_in_one_call(work: Work) -> None:
    paths = [work.pending(year) for year in (2022, 2023, 2024)]
    reply = work.act("approve", paths, reason="As the lists say.")
    assert outcomes(reply) == ["done"] * 3
    assert (reply.json["act"], reply.json["done"], reply.json["failed"]) == ("approve", 3, 0)
    assert states(work, paths) == [("approved", True)] * 3
    for path, item in zip(paths, reply.json["items"], strict=True):
        now = work.owner.get(path).json
        assert (item["href"], item["version"]) == (now["href"], now["version"])
        assert now["decisionReason"] == "As the lists say."


def test_all_or_nothing_undoes_what_went_well_where_one_fails(work: Work) -> None:
    good, draft = work.pending(2022), work.open_period(2023)
    before = work.owner.get(good).json
    reply = work.act("approve", [good, draft])
    assert outcomes(reply) == ["notDone", "failed"]
    assert (reply.json["done"], reply.json["failed"]) == (0, 1)
    problem = reply.json["items"][1]["problem"]
    assert (problem["status"], "cannot become 'approved'" in problem["detail"]) == (409, True)
    assert work.owner.get(good).json == before


def test_each_for_itself_does_what_it_can(work: Work) -> None:
    good, stale, draft = work.pending(2022), work.pending(2023), work.open_period(2024)
    items = [*map(work.item, (good, stale, draft)), {"period": {"id": MISSING}, "version": 1}]
    items[1]["version"] -= 1
    own = work.pending(2022, indicator=work.new_indicator().json["href"])
    work.owner.move(own, "draft")
    work.owner.patch(own, {"report": {"value": "1"}})
    work.owner.move(own, "pending")
    items.append(work.item(own))
    reply = work.owner.post(f"{work.project}/periods/acts", {"act": "approve", "mode": "perItem", "items": items})
    assert outcomes(reply) == ["done", "failed", "failed", "failed", "failed"]
    assert [item["problem"]["status"] for item in reply.json["items"][1:]] == [412, 409, 404, 409]
    assert "Another person or client" in reply.json["items"][4]["problem"]["detail"]
    assert (reply.json["done"], reply.json["failed"]) == (1, 4)
    assert states(work, [good, stale, draft]) == [
        ("approved", True),
        ("pending", False),
        ("none", False),
    ]


def test_reports_are_returned_with_a_reason_for_all_or_for_each(work: Work) -> None:
    first, second = work.pending(2022), work.pending(2023)
    items = [work.item(first), {**work.item(second), "reason": "No lists."}]
    reply = work.owner.post(f"{work.project}/periods/acts", {"act": "return", "reason": "Recount.", "items": items})
    assert outcomes(reply) == ["done", "done"]
    assert [work.partner.get(path).json["decisionReason"] for path in (first, second)] == ["Recount.", "No lists."]
    items = [{**work.item(first), "reason": "x"}, work.item(second)]
    refused = work.owner.post(f"{work.project}/periods/acts", {"act": "return", "items": items})
    assert [issue["name"] for issue in refused.json["issues"]] == ["items[1].reason"]


def test_periods_are_unlocked_and_locked_without_naming_versions(work: Work) -> None:
    paths = [work.new_period(year).headers["Location"] for year in (2022, 2023)]
    items = [{"period": {"id": path.rpartition("/")[2]}} for path in paths]
    body = {"act": "unlock", "reason": "For the year's report.", "items": items}
    assert outcomes(work.owner.post(f"{work.project}/periods/acts", body)) == ["done", "done"]
    assert work.partner.get(paths[0]).json["decisionReason"] == "For the year's report."
    assert outcomes(work.owner.post(f"{work.project}/periods/acts", {"act": "lock", "items": items})) == [
        "done",
        "done",
    ]
    assert states(work, paths) == [("none", True)] * 2
    refused = work.owner.post(f"{work.project}/periods/acts", {"act": "approve", "items": items})
    assert [issue["name"] for issue in refused.json["issues"]] == ["items[0].version", "items[1].version"]


def test_an_act_repeated_changes_nothing(work: Work) -> None:
    path = work.pending()
    body = {"act": "approve", "items": [work.item(path)]}
    key = {"Idempotency-Key": path}
    first = work.owner.post(f"{work.project}/periods/acts", body, headers=key)
    assert outcomes(first) == ["done"]
    assert work.owner.post(f"{work.project}/periods/acts", body, headers=key).data == first.data
    again = work.owner.post(f"{work.project}/periods/acts", body)
    assert outcomes(again) == ["unchanged"]
    assert again.json["items"][0]["version"] == first.json["items"][0]["version"]
    kept = work.owner.get(f"{path}?select=(figures)").json["figures"]
    assert [figure["kind"] for figure in kept] == ["submitted", "approved"]


def test_only_a_coordinator_of_the_owner_acts_on_many(work: Work) -> None:
    body = {"act": "lock", "items": [{"period": {"id": MISSING}}]}
    path = f"{work.project}/periods/acts"
    for city, role, status in (
        (OWN, "editor", 403),
        (OWN, "auditor", 403),
        (PARTNER, "partner", 403),
        (PARTNER, "coordinator", 403),
        (STRANGER, "coordinator", 404),
        (OWN, "coordinator", 200),
    ):
        assert work.world.api(city, role).post(path, body).status_code == status, (city, role)
    assert work.public.post(path, body).status_code == 401


def test_the_periods_of_another_project_are_not_acted_on(work: Work) -> None:
    other = Work(work.world, "public").apart().new_period().headers["Location"]
    reply = work.act("unlock", [other])
    assert reply.json["items"][0]["problem"]["status"] == 404


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"items": []}, "items"),
        ({"items": [{"period": {"id": MISSING}}] * 201}, "items"),
        ({"items": [{"period": {"id": MISSING}}] * 2}, "items"),
        ({"items": [{"period": MISSING}]}, "items[0].period"),
        ({"act": "destroy"}, "act"),
        ({"mode": "some"}, "mode"),
        ({"more": 1}, "more"),
    ],
)
def test_an_act_of_another_form_is_refused(work: Work, change: dict[str, Any], name: str) -> None:
    body = {"act": "lock", "items": [{"period": {"id": MISSING}}], **change}
    refused = work.owner.post(f"{work.project}/periods/acts", body)
    assert (refused.status_code, refused.json["issues"][0]["name"]) == (400, name)


def test_what_hinders_all_periods_is_no_outcome_of_one() -> None:
    """A busy database is asked again, or the whole request is."""
    with pytest.raises(ServiceUnavailable):
        refusal(ServiceUnavailable())
