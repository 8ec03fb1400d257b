"""The rules of periods hold when two write at once: whoever comes second sees what the first did, and is refused."""

from datetime import date
from typing import Any

import pytest

from stedenband.core.address import owner_session
from tests.builders import OWN, PARTNER, World, a_period, a_project, a_result, an_indicator
from tests.projects.racing import Race, writer

APPROVE = "UPDATE period SET status = 'approved', version = version + 1 WHERE id = %(id)s"
BACK = "UPDATE period SET status = 'draft', version = version + 1 WHERE id = %(id)s"
WRITE = "UPDATE period SET report_value = '99', status = 'draft', version = version + 1 WHERE id = %(id)s"
SUBMIT = "UPDATE period SET status = 'pending', version = version + 1 WHERE id = %(id)s"
LOCK = "UPDATE period SET locked = true, version = version + 1 WHERE id = %(id)s"
SHORTEN = "UPDATE exchange_project SET planned_end = '2024-06-30' WHERE id = %(project)s"
STRETCH = "UPDATE period SET end_date = '2024-12-31' WHERE id = %(id)s"
ADD = (
    "INSERT INTO period (exchange_project_id, indicator_id, measure, start_date, end_date)"
    " VALUES (%(project)s, %(indicator)s, '1', %(start)s, %(end)s)"
)
BY_PLACE = """UPDATE period SET target_reason = 'New.', target_disaggregation =
    '[{"dimension": "place", "category": "Block 5", "value": "1"}]' WHERE id = %(id)s"""
DROP = "UPDATE indicator SET dimensions = '{sex}' WHERE id = %(indicator)s"


@pytest.fixture
def ids(world: World) -> dict[str, Any]:
    """A draft of Francistown for 2023 in a project of its own that both sides work on."""
    with owner_session(world.database.owner_url) as session:
        project = a_project(world, visibility="link")
        session.add(project)
        session.flush()
        result = a_result(project.id)
        session.add(result)
        session.flush()
        indicator = an_indicator(project.id, result.id)
        session.add(indicator)
        session.flush()
        days = {"start_date": date(2023, 1, 1), "end_date": date(2023, 12, 31)}
        reporter = world.clients[PARTNER, "partner"]
        row = a_period(project.id, indicator.id, status="draft", reporter_id=reporter, **days)
        session.add(row)
        session.commit()
        return {"id": row.id, "project": project.id, "indicator": indicator.id}


def test_who_takes_a_report_over_does_not_approve_it_under_two_concurrent_writers(
    world: World, ids: dict[str, Any]
) -> None:
    """The coordinator takes the partner's report back, writes another and submits it, and approves the partner's."""
    with writer(world, OWN) as first, writer(world, OWN) as second:
        with writer(world, PARTNER, "partner") as partner:
            partner.execute(SUBMIT, ids)
            partner.commit()
        for statement in (BACK, WRITE):
            first.execute(statement, ids)
        assert Race(world, first, second, ids).run(SUBMIT, APPROVE) == "approved_by_another"


def test_a_report_that_was_returned_meanwhile_is_not_approved(world: World, ids: dict[str, Any]) -> None:
    back = "UPDATE period SET status = 'returned', decision_reason = 'No.', version = version + 1 WHERE id = %(id)s"
    with writer(world, OWN) as first, writer(world, OWN) as second:
        first.execute(SUBMIT, ids)
        first.commit()
        assert Race(world, first, second, ids).run(back, APPROVE) == "report_moved"


def test_a_period_that_is_locked_meanwhile_takes_no_report(world: World, ids: dict[str, Any]) -> None:
    with writer(world, OWN) as first, writer(world, PARTNER, "partner") as second:
        assert Race(world, first, second, ids).run(LOCK, WRITE) == "period_locked"


def test_approving_keeps_out_who_writes_at_the_same_time(world: World, ids: dict[str, Any]) -> None:
    with writer(world, OWN) as first, writer(world, PARTNER, "partner") as second:
        second.execute(SUBMIT, ids)
        second.commit()
        assert Race(world, first, second, ids).run(APPROVE, WRITE) == "period_locked"


def test_periods_never_overlap_under_two_concurrent_writers(world: World, ids: dict[str, Any]) -> None:
    ids |= {"start": date(2024, 1, 1), "end": date(2024, 6, 30)}
    later = ADD.replace("%(start)s", "'2024-06-30'").replace("%(end)s", "'2024-12-31'")
    with writer(world, OWN) as first, writer(world, OWN) as second:
        assert Race(world, first, second, ids).run(ADD, later) == "ex_period_indicator"


@pytest.mark.parametrize("theirs", [ADD, STRETCH.replace("period SET", "period SET start_date = '2024-01-01',")])
def test_a_period_lies_within_its_project_under_two_concurrent_writers(
    world: World, ids: dict[str, Any], theirs: str
) -> None:
    ids |= {"start": date(2024, 1, 1), "end": date(2024, 12, 31)}
    with writer(world, OWN) as first, writer(world, OWN) as second:
        assert Race(world, first, second, ids).run(SHORTEN, theirs) == "period_within_project"


def test_a_project_holds_its_periods_under_two_concurrent_writers(world: World, ids: dict[str, Any]) -> None:
    ids |= {"start": date(2024, 1, 1), "end": date(2024, 12, 31)}
    with writer(world, OWN) as first, writer(world, OWN) as second:
        assert Race(world, first, second, ids).run(ADD, SHORTEN) == "periods_within_project"


def test_two_periods_of_one_project_are_added_at_once(world: World, ids: dict[str, Any]) -> None:
    """Neither waits for the other, and neither is taken for the victim of a deadlock."""
    first_half = {**ids, "start": date(2024, 1, 1), "end": date(2024, 6, 30)}
    second_half = {**ids, "start": date(2024, 7, 1), "end": date(2024, 12, 31)}
    with writer(world, OWN) as first, writer(world, OWN) as second:
        first.execute(ADD, first_half)
        second.execute(ADD, second_half)
        for connection in (first, second):
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        first.commit()
        second.commit()


@pytest.mark.parametrize(
    ("ours", "theirs", "rule"), [(DROP, BY_PLACE, "target_dimensions"), (BY_PLACE, DROP, "used_dimensions")]
)
def test_figures_are_broken_down_by_known_dimensions_under_two_concurrent_writers(
    world: World, ids: dict[str, Any], ours: str, theirs: str, rule: str
) -> None:
    with writer(world, OWN) as first, writer(world, OWN) as second:
        first.execute("UPDATE indicator SET dimensions = '{sex,place}' WHERE id = %(indicator)s", ids)
        first.commit()
        assert Race(world, first, second, ids).run(ours, theirs) == rule


def test_a_result_of_a_project_that_is_narrowed_meanwhile_is_as_narrow(world: World, ids: dict[str, Any]) -> None:
    narrow = "UPDATE exchange_project SET visibility = 'city' WHERE id = %(project)s"
    add = """INSERT INTO result (exchange_project_id, type, title) VALUES (%(project)s, '1', '{"en": "New"}')"""
    with writer(world, OWN) as first, writer(world, OWN) as second:
        assert Race(world, first, second, ids).run(narrow, add) is None
        second.rollback()
        rows = second.execute("SELECT DISTINCT visibility FROM result WHERE exchange_project_id = %(project)s", ids)
        assert rows.fetchall() == [("city",)]
