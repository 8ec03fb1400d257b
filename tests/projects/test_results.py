"""Results, indicators and periods: what is promised, by what it is measured, and when."""

from typing import Any

import pytest

from tests.builders import OWN, PARTNER, STRANGER, World
from tests.changes.feed import wait_for_older_transactions
from tests.projects.results import WOMEN, Work


@pytest.fixture
def work(fresh_world: World) -> Work:
    """Work in a world of its own."""
    return Work(fresh_world)


@pytest.fixture
def apart(world: World) -> Work:
    """Work on an indicator of its own in a world that others use too."""
    return Work(world).apart()


def issue(reply: Any) -> str:
    """Return the field that a refusal names."""
    return str(reply.json["issues"][0]["name"])


def test_a_result_with_an_indicator_and_a_period_is_made_and_read(work: Work) -> None:
    body = {"type": "2", "title": {"nl": "Jongeren werken", "en": "Young people work"}, "position": 3}
    result = work.owner.post(f"{work.project}/results", body)
    assert (result.status_code, result.json["title"]) == (201, body["title"])
    baseline = {"year": 2019, "date": "2019-06-30", "value": "12.50", "comment": {"en": "Counted."}}
    indicator = work.new_indicator(result={"id": result.json["id"]}, unit="people", baseline=baseline)
    assert indicator.json["result"]["title"] == "Jongeren werken"
    assert indicator.json["baseline"] == baseline
    target = {"value": "100", "comment": {"en": "In two workshops."}, "disaggregation": [WOMEN]}
    period = work.new_period(2023, indicator.json["href"], target=target)
    assert (period.status_code, period.json["target"]) == (201, target)
    assert (period.json["locked"], period.json["status"], period.json["measure"]) == (True, "none", "1")
    for made in (result, indicator, period):
        assert work.partner.get(made.headers["Location"]).status_code == 200
        assert work.public.get(made.headers["Location"]).status_code == 404
        assert work.world.api(STRANGER).get(made.headers["Location"]).status_code == 404


def test_a_period_is_found_by_the_words_of_its_indicator(work: Work) -> None:
    compost = work.new_indicator(title={"nl": "Tonnen compost"}).json["href"]
    made = work.new_period(2023, compost).json["id"]
    work.new_period(2024)
    for words in ("compost", "tonnen comp", "compots"):
        assert [each["id"] for each in work.partner.get(f"{work.project}/periods?q={words}").json["items"]] == [made]
    assert work.partner.get(f"{work.project}/periods?q=wells").json["items"] == []
    assert work.partner.get("/v1/search?q=compost").json["groups"][0]["resource"] == "indicators"


@pytest.mark.parametrize("value", ["0", "-1", "12.50", "1500", "-0.5", "999999999999999.999999"])
def test_a_figure_is_kept_exactly_as_it_was_written(apart: Work, value: str) -> None:
    made = apart.new_period(target={"value": value, "disaggregation": [{**WOMEN, "value": value}]})
    assert made.json["target"]["value"] == value
    assert made.json["target"]["disaggregation"][0]["value"] == value


@pytest.mark.parametrize(
    "value",
    ["01", "1.", ".5", "1e3", "1_000", "1,5", "-0", "-0.00", "1.1234567", "1" * 16, "NaN", "\uff11", "many", "+1"],
)
def test_a_figure_that_is_no_decimal_number_is_refused_never_rounded(apart: Work, value: str) -> None:
    assert issue(apart.new_period(target={"value": value})) == "target.value"
    parts = [{**WOMEN, "value": value}]
    assert issue(apart.new_period(target={"disaggregation": parts})) == "target.disaggregation[0].value"
    assert issue(apart.new_indicator(baseline={"value": value})) == "baseline.value"


def test_a_qualitative_measure_has_words_and_is_not_broken_down(apart: Work) -> None:
    indicator = apart.new_indicator(measure="5", baseline={"value": "Weak"}).json["href"]
    assert apart.new_period(2022, indicator, target={"value": "Good,\nsays the jury"}).status_code == 201
    refused = apart.new_period(2023, indicator, target={"value": "Good", "disaggregation": [WOMEN]})
    assert (refused.status_code, issue(refused)) == (400, "target.disaggregation")


@pytest.mark.parametrize("measure", ["2", "3", "4", "5"])
def test_only_what_is_counted_in_units_has_a_unit(apart: Work, measure: str) -> None:
    assert issue(apart.new_indicator(measure=measure, unit="people")) == "unit"
    assert apart.new_indicator(measure=measure).status_code == 201


def test_a_baseline_names_one_year(apart: Work) -> None:
    refused = apart.new_indicator(baseline={"year": 2018, "date": "2019-06-30"})
    assert (refused.status_code, issue(refused)) == (400, "baseline.year")


def test_how_an_indicator_is_measured_stays_once_there_are_figures(apart: Work) -> None:
    indicator = apart.new_indicator().json["href"]
    period = apart.new_period(2023, indicator).headers["Location"]
    assert apart.owner.patch(indicator, {"measure": "2"}).json["measure"] == "2"
    assert apart.owner.get(period).json["measure"] == "2"
    apart.owner.patch(period, {"target": {"value": "50"}})
    refused = apart.owner.patch(indicator, {"measure": "5"})
    assert (refused.status_code, issue(refused)) == (409, "measure")
    assert apart.owner.patch(indicator, {"measure": "2", "ascending": False}).json["ascending"] is False


def test_an_indicator_belongs_to_a_result_and_a_period_to_an_indicator_of_the_same_project(apart: Work) -> None:
    other = Work(apart.world, "public")
    refused = apart.new_indicator(result={"id": str(apart.world.results["public"])})
    assert (refused.status_code, issue(refused)) == (400, "result")
    refused = apart.new_period(2023, other.indicator)
    assert (refused.status_code, issue(refused)) == (400, "indicator")
    for body in ({"result": {"id": str(apart.world.results["link"])}}, {"indicator": {"id": "x"}}):
        assert apart.owner.patch(apart.indicator, body).status_code == 400, "it stays where it is"


def test_a_hidden_result_answers_like_a_missing_one(apart: Work) -> None:
    stranger = apart.world.api(STRANGER)
    assert stranger.get(apart.indicator).status_code == 404
    missing = apart.new_indicator(result={"id": "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"})
    assert missing.json["issues"][0]["type"].endswith("referencedResourceNotFound")


def test_periods_of_one_indicator_never_overlap(apart: Work) -> None:
    assert apart.new_period(2023).status_code == 201
    refused = apart.new_period(2024, startDate="2023-12-31")
    assert (refused.status_code, issue(refused)) == (409, "startDate")
    assert apart.new_period(2024).status_code == 201
    assert apart.new_period(2023, apart.new_indicator().json["href"]).status_code == 201


@pytest.mark.parametrize("last", ["2023-01-01", "2022-12-31"])
def test_a_period_ends_after_it_begins(apart: Work, last: str) -> None:
    refused = apart.new_period(2023, endDate=last)
    assert (refused.status_code, issue(refused)) == (400, "endDate")


def test_a_period_lies_within_the_dates_of_its_project(work: Work) -> None:
    """Planned from 2022 to 2024, begun in February 2022."""
    for year in (2021, 2025):
        refused = work.new_period(year)
        assert (refused.status_code, issue(refused)) == (409, "startDate")
    period = work.new_period(2024).headers["Location"]
    assert work.owner.patch(period, {"endDate": "2025-01-01"}).status_code == 409
    shortened = work.owner.patch(work.project, {"plannedEnd": "2024-06-30"})
    assert (shortened.status_code, issue(shortened)) == (409, "plannedEnd")
    assert work.owner.patch(work.project, {"plannedEnd": "2025-12-31"}).status_code == 200
    assert work.new_period(2025).status_code == 201


def test_figures_are_broken_down_by_the_dimensions_of_the_indicator(apart: Work) -> None:
    by_age = [{"dimension": "ageGroup", "category": "under 18", "value": "10"}]
    refused = apart.new_period(target={"disaggregation": by_age})
    assert (refused.status_code, issue(refused)) == (400, "target.disaggregation")
    assert apart.owner.patch(apart.indicator, {"dimensions": ["sex", "ageGroup"]}).json["dimensions"] == [
        "ageGroup",
        "sex",
    ]
    period = apart.open_period(target={"disaggregation": by_age})
    unused = apart.owner.patch(apart.indicator, {"dimensions": ["sex"]})
    assert (unused.status_code, issue(unused)) == (409, "dimensions")
    refused = apart.partner.patch(period, {"report": {"disaggregation": [{**WOMEN, "dimension": "place"}]}})
    assert (refused.status_code, issue(refused)) == (400, "report.disaggregation")


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [WOMEN] * 2,
        [WOMEN] * 101,
        WOMEN,
        [{**WOMEN, "more": "x"}],
        [{"dimension": "sex", "value": "1"}],
        [{**WOMEN, "dimension": "Sex"}],
    ],
)
def test_a_disaggregation_of_another_form_is_refused(apart: Work, parts: Any) -> None:
    assert issue(apart.new_period(target={"disaggregation": parts})).startswith("target.disaggregation")


def test_the_owner_says_what_was_promised_and_the_other_side_may_say_it_better(work: Work) -> None:
    result = f"{work.project}/results/{work.world.results['link']}"
    period = f"{work.project}/periods/{work.world.periods['link']}"
    assert work.partner.patch(result, {"title": {"en": "Better"}}).json["title"] == {"en": "Better"}
    assert work.partner.patch(work.indicator, {"description": {"en": "Who comes twice."}}).status_code == 200
    for path, body in (
        (result, {"type": "3"}),
        (result, {"internalNote": "Ours."}),
        (work.indicator, {"ascending": False}),
        (work.indicator, {"baseline": {"value": "7"}}),
        (period, {"target": {"value": "7"}, "targetReason": "Ours."}),
        (period, {"startDate": "2022-02-01"}),
        (period, {"locked": True}),
    ):
        assert work.partner.patch(path, body).status_code == 403, body
    for path in (result, work.indicator, period):
        assert work.partner.delete(path).status_code == 403
    assert work.partner.post(f"{work.project}/results", {"type": "1", "title": {"en": "Ours"}}).status_code == 403


def test_a_member_of_the_link_reports_on_a_public_project_and_changes_nothing_else(apart: Work) -> None:
    apart = Work(apart.world, "public").apart()
    period = apart.open_period()
    assert apart.partner.patch(period, {"report": {"value": "7"}}).status_code == 200
    assert apart.world.api(PARTNER, "auditor").patch(period, {"report": {"value": "8"}}).status_code == 403
    assert apart.world.api(STRANGER).patch(period, {"report": {"value": "8"}}).status_code == 403
    assert apart.partner.patch(apart.indicator, {"title": {"en": "Ours"}}).status_code == 403


def test_what_nothing_refers_to_and_was_never_published_is_deleted(work: Work) -> None:
    result = work.owner.post(f"{work.project}/results", {"type": "1", "title": {"en": "New"}}).json
    indicator = work.new_indicator(result={"id": result["id"]}).json["href"]
    period = work.new_period(2023, indicator, target={"value": "1"}).headers["Location"]
    assert work.editor.delete(period).status_code == 403
    for path in (result["href"], indicator):
        assert work.owner.delete(path).status_code == 409
    for path in (period, indicator, result["href"]):
        assert work.owner.delete(path).status_code == 204
    public = Work(work.world, "public")
    assert public.owner.delete(public.new_period().headers["Location"]).status_code == 409
    assert public.owner.delete(f"{public.project}/results/{work.world.results['public']}").status_code == 409
    assert public.owner.delete(public.indicator).status_code == 409
    assert work.owner.delete(work.project).status_code == 409, "it has results"


def test_results_are_seen_by_whoever_sees_the_project(work: Work) -> None:
    period = f"{work.project}/periods/{work.world.periods['link']}"
    partner, public = work.partner, work.public
    wait_for_older_transactions(work.world.database)
    before = partner.get("/v1/changes?pageSize=200").json["cursor"]
    work.owner.patch(work.project, {"visibility": "public"})
    assert public.get(period).json["version"] == 2
    work.owner.patch(work.project, {"visibility": "city"})
    for path in (period, work.indicator, f"{work.project}/results/{work.world.results['link']}"):
        assert partner.get(path).status_code == public.get(path).status_code == 404
        assert work.owner.get(path).status_code == 200
    wait_for_older_transactions(work.world.database)
    told = partner.get(f"/v1/changes?pageSize=200&after={before}").json["items"]
    withdrawn = {
        entry["href"].rpartition("/")[0].rpartition("/")[2] for entry in told if entry["operation"] == "withdrawn"
    }
    assert withdrawn == {"exchangeProjects", "results", "indicators", "periods"}


def test_a_city_that_leaves_the_link_is_told_to_forget_its_results(work: Work) -> None:
    link = f"/v1/cityLinks/{work.world.links['public']}"
    wait_for_older_transactions(work.world.database)
    before = work.partner.get("/v1/changes?pageSize=200").json["cursor"]
    members = [{"city": {"id": str(work.world.cities[name])}} for name in (OWN, STRANGER)]
    assert work.owner.patch(link, {"members": members}).status_code == 200
    wait_for_older_transactions(work.world.database)
    told = work.partner.get(f"/v1/changes?pageSize=200&after={before}").json["items"]
    gone = {entry["href"].rpartition("/v1")[2] for entry in told if entry["operation"] == "withdrawn"}
    assert {f"/exchangeProjects/{work.world.projects['link']}/periods/{work.world.periods['link']}"} <= gone
    assert work.partner.get(work.indicator).status_code == 404
    assert work.world.api(STRANGER, "partner").get(work.indicator).status_code == 200


def test_a_project_that_moves_to_another_link_takes_its_results_along(work: Work) -> None:
    body = {"kind": "network", "members": [{"city": {"id": str(work.world.cities[name])}} for name in (OWN, STRANGER)]}
    link = work.owner.post("/v1/cityLinks", {**body, "visibility": "link"}).json
    assert work.owner.patch(work.project, {"cityLink": {"id": link["id"]}}).status_code == 200
    assert work.partner.get(work.indicator).status_code == 404
    assert work.world.api(STRANGER, "partner").get(work.indicator).status_code == 200


def test_results_and_indicators_are_found_by_words_and_kind(work: Work) -> None:
    work.owner.post(
        f"{work.project}/results", {"type": "3", "title": {"nl": "Properdere straten", "en": "Cleaner streets"}}
    )
    for query, count in (("q=properde", 1), ("q=claener", 1), ("type=3", 1), ("type=1&type=3", 2), ("q=nothing", 0)):
        assert len(work.owner.get(f"{work.project}/results?{query}").json["items"]) == count, query
    work.new_indicator(measure="2", title={"en": "Share of clean streets"})
    result = work.world.results["link"]
    for query, count in (
        ("q=share", 1),
        ("measure=2", 1),
        (f"result={result}", 2),
        (f"result={work.world.results['city']}", 0),
    ):
        assert len(work.owner.get(f"{work.project}/indicators?{query}").json["items"]) == count, query
    found = work.partner.get("/v1/search?q=cleaner").json["groups"]
    assert [(group["resource"], len(group["items"])) for group in found] == [("results", 1)]
    assert work.public.get("/v1/search?q=cleaner").json["groups"] == []
