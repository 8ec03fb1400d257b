"""The series of an indicator: targets and approved figures as they were on any day."""

from typing import Any

import psycopg
import pytest

from tests.builders import World
from tests.contracts.test_statements import watched
from tests.projects.results import WOMEN, Work

MOVED = "UPDATE period_figure SET recorded_at = %s WHERE period_id = %s AND kind = %s AND value IS NOT DISTINCT FROM %s"


@pytest.fixture
def work(fresh_world: World) -> Work:
    """Work on an indicator of its own, of a public project."""
    return Work(fresh_world, "public").apart()


def told(work: Work, period: str, moments: list[tuple[str, str, str | None]]) -> None:
    """Say when what was promised and approved for a period was so: [(moment, kind, value)]."""
    key = period.rpartition("/")[2]
    with psycopg.connect(work.world.database.owner_url) as owner:
        owner.execute("UPDATE period SET created_at = '2023-01-01T00:00:00Z' WHERE id = %s", [key])
        for moment, kind, value in moments:
            assert owner.execute(MOVED, (moment, key, kind, value)).rowcount == 1


def series(api: Any, work: Work, day: str = "") -> list[tuple[str | None, str | None]]:
    """Return target and actual figure of each period as of a day."""
    answer = api.get(f"{work.indicator}/series" + (f"?asOf={day}" if day else ""))
    assert answer.status_code == 200
    return [
        (item.get("target", {}).get("value"), item.get("actual", {}).get("value")) for item in answer.json["periods"]
    ]


def test_the_series_can_be_read_as_of_any_date(work: Work) -> None:
    period = work.pending(value="40", target={"value": "100", "disaggregation": [WOMEN]})
    work.owner.move(period, "approved")
    work.owner.patch(period, {"target": {"value": "120"}, "targetReason": "More schools."})
    work.owner.patch(period, {"locked": False})
    work.partner.patch(period, {"report": {"value": "45"}})
    work.partner.move(period, "pending")
    told(
        work,
        period,
        [
            ("2023-02-01T10:00:00Z", "target", "100"),
            ("2024-01-15T23:59:59Z", "approved", "40"),
            ("2024-03-01T00:00:00Z", "target", "120"),
        ],
    )
    for day, expected in (
        ("2022-12-31", []),
        ("2023-01-31", [(None, None)]),
        ("2023-02-01", [("100", None)]),
        ("2024-01-14", [("100", None)]),
        ("2024-01-15", [("100", "40")]),
        ("2024-02-29", [("100", "40")]),
        ("2024-03-01", [("120", "40")]),
        ("2200-12-31", [("120", "40")]),
        ("", [("120", "40")]),
    ):
        for api in (work.owner, work.partner, work.public):
            assert series(api, work, day) == expected, day
    work.owner.move(period, "approved")
    assert series(work.public, work) == [("120", "45")]
    assert series(work.public, work, "2024-06-01") == [("120", "40")]


def test_the_series_says_by_whom_and_why_to_both_sides(work: Work) -> None:
    period = work.new_period(target={"value": "100", "comment": {"nl": "Twee.", "en": "Two."}}).headers["Location"]
    work.owner.patch(period, {"target": {"value": "120"}, "targetReason": "More schools."})
    for api in (work.owner, work.partner):
        (item,) = api.get(f"{work.indicator}/series").json["periods"]
        assert (item["target"]["reason"], item["target"]["recordedBy"]) == ("More schools.", "coordinator of Genk")
    answer = work.public.get(f"{work.indicator}/series?lang=nl")
    (item,) = answer.json["periods"]
    assert set(item["target"]) == {"value", "comment", "recordedAt"}
    assert item["target"]["comment"] == {"nl": "Twee."}
    assert answer.json["indicator"]["measure"] == "1"
    unchanged = work.public.get(f"{work.indicator}/series?lang=nl", headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304


def test_a_target_that_was_taken_away_is_absent(work: Work) -> None:
    period = work.new_period(target={"value": "100"}).headers["Location"]
    work.owner.patch(period, {"target": None, "targetReason": "Dropped."})
    told(work, period, [("2024-01-01T00:00:00Z", "target", "100"), ("2024-02-01T00:00:00Z", "target", None)])
    assert series(work.owner, work, "2024-01-31") == [("100", None)]
    assert series(work.owner, work) == [(None, None)]


def test_who_comes_later_sees_the_figures_that_held_then_and_those_after(fresh_world: World) -> None:
    """A target that was replaced before a project was shared or published stays with those who saw it."""
    work = Work(fresh_world, "city").apart()
    period = work.new_period(target={"value": "100"}).headers["Location"]
    work.owner.patch(period, {"target": {"value": "110"}, "targetReason": "Ours alone."})
    told(work, period, [("2023-02-01T00:00:00Z", "target", "100"), ("2023-03-01T00:00:00Z", "target", "110")])
    work.owner.patch(work.project, {"visibility": "link"})
    work.owner.patch(period, {"target": {"value": "120"}, "targetReason": "For both."})
    work.owner.patch(work.project, {"visibility": "public"})
    work.owner.patch(period, {"target": {"value": "130"}, "targetReason": "For all."})
    for api, known in ((work.owner, "100 110 120 130"), (work.partner, "110 120 130"), (work.public, "120 130")):
        figures = api.get(f"{period}?select=(figures)").json["figures"]
        assert " ".join(figure["value"] for figure in figures) == known
    assert series(work.owner, work, "2023-02-15") == [("100", None)]
    assert series(work.partner, work, "2023-02-15") == [(None, None)]
    assert series(work.partner, work, "2023-03-15") == [("110", None)]
    assert series(work.public, work, "2023-03-15") == [(None, None)]


def test_the_series_is_one_statement(work: Work) -> None:
    work.new_period(target={"value": "100"})
    for query in ("", "?asOf=2024-06-01", "?lang=nl"):
        with watched(work.world) as traffic:
            assert work.public.get(f"{work.indicator}/series{query}").status_code == 200
        assert (traffic.checkouts, len(traffic.statements)) == (1, 1)


@pytest.mark.parametrize("query", ["asOf=yesterday", "asOf=2024-02-30", "asOf=2201-01-01", "day=2024-01-01"])
def test_a_series_of_no_day_is_refused(work: Work, query: str) -> None:
    assert work.public.get(f"{work.indicator}/series?{query}").status_code == 400


def test_the_series_of_a_hidden_indicator_is_not_found(work: Work) -> None:
    hidden = Work(work.world, "city")
    assert hidden.public.get(f"{hidden.indicator}/series").status_code == 404
    elsewhere = f"{work.project}/indicators/{work.world.indicators['link']}/series"
    assert work.owner.get(elsewhere).status_code == 404
