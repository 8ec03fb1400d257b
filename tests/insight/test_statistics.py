"""Counts of exchange projects: in one statement, over any period, the same for both sides of what they share."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from stedenband.core.address import owner_session
from stedenband.core.db import now
from stedenband.projects.models import ProjectSdgGoal, ProjectTheme
from tests.builders import OWN, PARTNER, STRANGER, Api, World, a_project
from tests.contracts.test_statements import watched

STATISTICS = "/v1/statistics/exchangeProjects"


def counts(api: Api, grouping: str, **query: Any) -> dict[str, int]:
    """Return the count of each group."""
    reply = api.get(STATISTICS, query_string={"groupBy": grouping, **query})
    assert reply.status_code == 200, reply.json
    return {group["key"]: group["count"] for group in reply.json["groups"]}


@pytest.fixture
def shared(fresh_world: World) -> World:
    """A world in whose shared link there are three projects that both sides see, and one of Genk's own."""
    with owner_session(fresh_world.database.owner_url) as session:
        for visibility, begins, ends, themes in (
            ("link", date(2019, 5, 1), date(2021, 1, 31), ("waste", "climate")),
            ("link", date(2021, 1, 1), None, ("waste",)),
            ("link", None, None, ()),
            ("city", date(2021, 1, 1), date(2021, 12, 31), ("youth",)),
        ):
            session.add(
                a_project(
                    fresh_world,
                    city_link_id=fresh_world.links["link"],
                    visibility=visibility,
                    planned_start=begins,
                    planned_end=ends,
                    actual_start=None,
                    themes=[ProjectTheme(code=code) for code in themes],
                    sdg_goals=[ProjectSdgGoal(code="13")],
                )
            )
        session.commit()
    return fresh_world


@pytest.mark.parametrize("grouping", ["year", "status", "theme", "sdgGoal", "sector", "policyGoal", "partnerCity"])
def test_both_cities_see_the_same_figures_for_what_they_share(shared: World, grouping: str) -> None:
    query = {"groupBy": grouping, "cityLink": str(shared.links["link"])}
    private = shared.api(OWN).get("/v1/exchangeProjects", query_string={"cityLink": query["cityLink"]}).json["items"]
    (kept,) = (each for each in private if each["visibility"] == "city")
    assert shared.api(OWN).patch(kept["href"], {"visibility": "link"}).status_code == 200
    own, other = (shared.api(city).get(STATISTICS, query_string=query).json for city in (OWN, PARTNER))
    assert own == other
    assert own["total"] == 4


def test_only_projects_that_the_caller_sees_are_counted(shared: World) -> None:
    link = str(shared.links["link"])
    assert counts(shared.api(OWN), "theme", cityLink=link) == {"climate": 1, "waste": 2, "youth": 1}
    assert counts(shared.api(PARTNER), "theme", cityLink=link) == {"climate": 1, "waste": 2}
    assert counts(shared.api(STRANGER), "theme", cityLink=link) == {}


def test_a_project_counts_in_each_year_of_the_period_in_which_it_was_active(shared: World) -> None:
    api, link = shared.api(PARTNER), str(shared.links["link"])
    years = counts(api, "year", cityLink=link)
    assert (years["2019"], years["2020"], years["2021"]) == (1, 1, 2)
    assert years[str(now().year)] == 1
    assert counts(api, "year", cityLink=link, activeFrom="2020-06-01", activeTo="2021-06-01") == {"2020": 1, "2021": 2}
    assert counts(api, "year", cityLink=link, activeFrom="2021-02-01", activeTo="2021-06-01") == {"2021": 1}


def test_a_project_in_no_group_is_counted_in_the_total(shared: World) -> None:
    query = {"groupBy": "theme", "cityLink": str(shared.links["link"])}
    answer = shared.api(PARTNER).get(STATISTICS, query_string=query).json
    assert (answer["total"], answer["ungrouped"]) == (3, 1)
    query |= {"activeTo": "2030-12-31", "theme": "waste"}
    answer = shared.api(PARTNER).get(STATISTICS, query_string=query).json
    assert (answer["total"], answer["ungrouped"]) == (2, 0)


def test_a_group_of_a_goal_or_city_names_the_record(shared: World) -> None:
    api = shared.api(PARTNER)
    for grouping, key in (("policyGoal", shared.goals["public"]), ("partnerCity", shared.cities[OWN])):
        groups = api.get(STATISTICS, query_string={"groupBy": grouping}).json["groups"]
        (group,) = (each for each in groups if each["key"] == str(key))
        assert UUID(group["record"]["id"]) == key
        found = api.get(group["record"]["href"])
        assert found.status_code == 200


def test_a_goal_that_the_caller_does_not_see_is_no_group(shared: World) -> None:
    with owner_session(shared.database.owner_url) as session:
        session.add(a_project(shared, visibility="public", policy_action_id=shared.actions["city"]))
        session.commit()
    assert str(shared.goals["city"]) in counts(shared.api(OWN), "policyGoal")
    assert str(shared.goals["city"]) not in counts(shared.api(PARTNER), "policyGoal")


@pytest.mark.parametrize("grouping", ["year", "theme", "policyGoal", "partnerCity"])
def test_statistics_are_one_statement(world: World, grouping: str) -> None:
    with watched(world) as traffic:
        assert world.api(OWN).get(STATISTICS, query_string={"groupBy": grouping, "q": "project"}).status_code == 200
    assert len(traffic.statements) == 1


def test_statistics_need_a_grouping_that_there_is(world: World) -> None:
    for query in ({}, {"groupBy": "colour"}):
        assert world.api().get(STATISTICS, query_string=query).status_code == 400


def test_a_period_that_ends_before_it_begins_is_refused(world: World) -> None:
    answer = world.api().get("/v1/statistics/exchangeProjects?groupBy=year&activeFrom=2023-06-01&activeTo=2022-06-30")
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, "activeTo")
