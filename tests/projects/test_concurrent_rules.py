"""The rules between rows hold when two write at once: whoever comes second sees what the first did, and is refused."""

from datetime import date

import pytest
from sqlalchemy import select

from stedenband.core.address import owner_session
from stedenband.projects.models import ExchangeProject, Nomination, ProjectSector
from tests.builders import OWN, PARTNER, World, a_project
from tests.projects.racing import Race, writer


def project_in(world: World, **values: object) -> dict[str, object]:
    """Make a project that both sides of the shared link write; return the ids that statements name."""
    with owner_session(world.database.owner_url) as session:
        row = a_project(world, city_link_id=world.links["link"], visibility="link", **values)
        session.add(row)
        session.commit()
        return {"id": row.id, "link": world.links["link"], "own": world.cities[OWN]}


def test_percentages_per_vocabulary_sum_to_100_under_two_concurrent_writers(fresh_world: World) -> None:
    ids = project_in(fresh_world, sectors=[])
    add = "INSERT INTO exchange_project_sector (exchange_project_id, vocabulary, code) VALUES (%(id)s, '1', '{}')"
    with writer(fresh_world, OWN) as first, writer(fresh_world, PARTNER) as second:
        assert (
            Race(fresh_world, first, second, ids).run(add.format("14050"), add.format("11220")) == "sectors_are_whole"
        )
    assert whole(fresh_world, ids) == 100


def whole(world: World, ids: dict[str, object]) -> float:
    """Return the sum of the shares of a project."""
    with owner_session(world.database.owner_url) as session:
        rows = session.scalars(select(ProjectSector).filter_by(exchange_project_id=ids["id"]))
        return sum(sector.percentage for sector in rows)


@pytest.mark.parametrize("status", ["dormant", "ended"])
def test_a_link_that_comes_to_rest_takes_no_new_projects_under_two_concurrent_writers(
    fresh_world: World, status: str
) -> None:
    ids = project_in(fresh_world) | {"status": status}
    rest = "UPDATE city_link SET status = %(status)s WHERE id = %(link)s"
    add = "INSERT INTO exchange_project (title, city_id, city_link_id) VALUES ('New', %(own)s, %(link)s)"
    with writer(fresh_world, OWN) as first, writer(fresh_world, OWN) as second:
        assert Race(fresh_world, first, second, ids).run(rest, add) == "link_takes_projects"


def test_a_project_is_never_wider_than_its_link_under_two_concurrent_writers(fresh_world: World) -> None:
    ids = project_in(fresh_world) | {"public": fresh_world.links["public"]}
    move = "UPDATE exchange_project SET city_link_id = %(public)s WHERE id = %(id)s"
    publish = "UPDATE exchange_project SET visibility = 'public' WHERE id = %(id)s"
    narrow = "UPDATE city_link SET visibility = 'city' WHERE id = %(public)s"
    with writer(fresh_world, OWN) as first, writer(fresh_world, OWN) as second:
        first.execute(move, ids)
        first.commit()
        assert Race(fresh_world, first, second, ids).run(narrow, publish) == "project_not_wider_than_link"
    ids |= {"id": fresh_world.projects["public"]}
    with owner_session(fresh_world.database.owner_url) as session:
        assert session.get_one(ExchangeProject, ids["id"]).visibility == "city"


def test_an_award_that_is_none_any_more_takes_no_nominations_under_two_concurrent_writers(fresh_world: World) -> None:
    ids = project_in(
        fresh_world, nominations=[], jury=[], call_opens_on=None, call_closes_on=None, amount_value=None, amount_currency=None
    )  # fmt: skip
    turn = "UPDATE exchange_project SET kind = 'project' WHERE id = %(id)s"
    nominate = "INSERT INTO exchange_project_nomination (exchange_project_id, name, position) VALUES (%(id)s, 'A', 0)"
    with writer(fresh_world, OWN) as first, writer(fresh_world, OWN) as second:
        assert Race(fresh_world, first, second, ids).run(turn, nominate) == "ck_exchange_project_of_awards_alone"


def test_a_winner_is_named_after_the_call_under_two_concurrent_writers(fresh_world: World) -> None:
    """One prolongs the call while the other names a winner."""
    ids = project_in(fresh_world, nominations=[Nomination(name="A", position=0)])
    prolong = "UPDATE exchange_project SET call_closes_on = '2190-01-01' WHERE id = %(id)s"
    win = "UPDATE exchange_project_nomination SET winner = true WHERE exchange_project_id = %(id)s"
    with writer(fresh_world, OWN) as first, writer(fresh_world, OWN) as second:
        assert Race(fresh_world, first, second, ids).run(prolong, win) == "winner_after_call"


def test_an_award_has_one_winner_under_two_concurrent_writers(fresh_world: World) -> None:
    ids = project_in(fresh_world, nominations=[Nomination(name=name, position=0) for name in ("A", "B")])
    win = "UPDATE exchange_project_nomination SET winner = true WHERE exchange_project_id = %(id)s AND name = '{}'"
    with writer(fresh_world, OWN) as first, writer(fresh_world, OWN) as second:
        answer = Race(fresh_world, first, second, ids).run(win.format("A"), win.format("B"))
    assert answer == "one_winner"


def test_a_project_has_one_lead_under_two_concurrent_writers(fresh_world: World) -> None:
    ids = project_in(fresh_world, participating_organizations=[])
    add = (
        "INSERT INTO exchange_project_organization (exchange_project_id, partner_city_id, role, lead, position)"
        " VALUES (%(id)s, my_membership(), '2', true, 0)"
    )
    with writer(fresh_world, OWN) as first, writer(fresh_world, PARTNER) as second:
        assert Race(fresh_world, first, second, ids).run(add, add) == "one_lead"


def test_an_action_serves_a_goal_of_its_own_plan_even_while_the_goal_is_taken_away(fresh_world: World) -> None:
    ids = {"plan": fresh_world.plans["city"], "goal": None}
    with writer(fresh_world, OWN) as first, writer(fresh_world, OWN) as second:
        made = first.execute(
            "INSERT INTO policy_goal (policy_plan_id, city_id, code, title)"
            " VALUES (%(plan)s, my_city(), 'x', '{\"en\": \"A goal\"}') RETURNING id",
            ids,
        ).fetchone()
        assert made
        ids["goal"] = made[0]
        first.commit()
        take = "DELETE FROM policy_goal WHERE id = %(goal)s"
        add = (
            "INSERT INTO policy_action (policy_plan_id, policy_goal_id, city_id, code, title)"
            " VALUES (%(plan)s, %(goal)s, my_city(), 'y', '{\"en\": \"An action\"}')"
        )
        assert Race(fresh_world, first, second, ids).run(take, add) == "goal_of_same_plan"


def test_no_actual_date_is_in_the_future_whoever_writes_it(fresh_world: World) -> None:
    ids = project_in(fresh_world) | {"day": date(2190, 1, 1)}
    begin = "UPDATE exchange_project SET actual_start = %(day)s, actual_end = NULL WHERE id = %(id)s"
    title = "UPDATE exchange_project SET title = 'New' WHERE id = %(id)s"
    with writer(fresh_world, OWN) as first, writer(fresh_world, PARTNER) as second:
        assert Race(fresh_world, first, second, ids).run(title, begin) == "no_actual_date_in_the_future"


def test_a_project_serves_an_action_of_its_own_city_in_the_database_too(fresh_world: World) -> None:
    ids = {"action": fresh_world.actions["public"]}
    add = "INSERT INTO exchange_project (title, city_id, policy_action_id) VALUES ('Theirs', my_city(), %(action)s)"
    with writer(fresh_world, OWN) as first, writer(fresh_world, PARTNER) as second:
        assert Race(fresh_world, first, second, ids).run(add, add) == "action_of_own_plan"
