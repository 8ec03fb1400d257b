"""Keyset paging: a walk through the pages meets every record once, whatever is written meanwhile."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stedenband.app import RESOURCES
from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.address import owner_session
from stedenband.core.errors import BadRequest
from stedenband.web.paging import read, steps_of, written
from stedenband.web.resource import Resource
from tests.builders import OWN, STRANGER, Api, World, a_city, a_link, world_in
from tests.databases import TestServer

SORTS = [(resource, sign + sort.name) for resource in RESOURCES[:2] for sort in resource.sorts for sign in ("", "-")]
NAMES = {resource.name: resource for resource in RESOURCES}


@pytest.fixture(scope="module")
def crowded(server: TestServer, worker_id: str) -> Iterator[World]:
    """A world with ties and gaps in every column that sorts."""
    with server.copy(worker_id) as database, world_in(database) as world, owner_session(database.owner_url) as session:
        for name, people in product(("Évreux", "Evreux", "De Panne", "Zeist"), (None, 0, 5, 5)):
            session.add(a_city(name=name, population=people, country_code="BE" if people else "NL"))
        for title, start in product(
            ("Ätna", "atna", "Zon"), (None, date(1999, 1, 1), date(2020, 5, 5), date(2020, 5, 5))
        ):
            session.add(
                a_link(
                    world, title=title, start_date=start, status="ended", visibility="public", cities=(OWN, STRANGER)
                )
            )
        session.commit()
        yield world


def walk(api: Api, path: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield page after page, following `next`."""
    page = api.get(f"{path}{'&' if '?' in path else '?'}pageSize={size}").json
    yield page["items"]
    while "next" in page:
        page = api.get(page["next"]).json
        assert page["items"]
        yield page["items"]


@pytest.mark.parametrize(("resource", "sort"), SORTS, ids=lambda value: getattr(value, "name", value))
@pytest.mark.parametrize("size", [1, 3, 200])
def test_a_walk_meets_every_record_once_and_in_order(crowded: World, resource: Resource, sort: str, size: int) -> None:
    api = crowded.api(OWN)
    path = f"/v1/{resource.name}?sort={sort}"
    walked = [item["id"] for page in walk(api, path, size) for item in page]
    assert walked == [item["id"] for item in api.get(f"{path}&pageSize=200").json["items"]]
    assert len(walked) == len(set(walked)) == api.get(f"{path}&total=true&pageSize=1").json["total"]


@pytest.mark.parametrize(
    "sorts",
    [
        *product(("startDate", "-startDate"), ("-kind", "title"), ("-updatedAt",)),
        ("kind", "-title"),
        ("-kind", "title"),
    ],
)
def test_sorts_combine(crowded: World, sorts: tuple[str, ...]) -> None:
    path = "/v1/cityLinks?" + "&".join(f"sort={sort}" for sort in sorts)
    walked = [item["id"] for page in walk(crowded.api(OWN), path, 2) for item in page]
    assert sorted(walked) == sorted(
        item["id"] for item in crowded.api(OWN).get("/v1/cityLinks?pageSize=200").json["items"]
    )


def test_what_has_no_value_comes_last_in_both_directions(crowded: World) -> None:
    for sort in ("startDate", "-startDate"):
        items = crowded.api(OWN).get(f"/v1/cityLinks?sort={sort}&pageSize=200").json["items"]
        dates = [item.get("startDate") for item in items]
        known = [each for each in dates if each]
        assert dates[: len(known)] == sorted(known, reverse=sort.startswith("-"))


def test_records_that_come_and_go_between_pages_lose_no_other(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    with owner_session(fresh_world.database.owner_url) as session:
        there = [a_city(name=f"City {number:03}") for number in range(30)]
        session.add_all(there)
        session.commit()
        stay = {str(city.id) for city in there[1::2]}
        met = []
        for turn, page in enumerate(walk(api, "/v1/partnerCities?sort=-name", 4)):
            met += [item["id"] for item in page]
            session.add(a_city(name=f"City {turn:03} again"))
            session.delete(there[turn * 2])
            session.commit()
    assert len(met) == len(set(met))
    assert stay <= set(met)


def test_a_total_is_told_on_every_page_and_on_an_empty_one(crowded: World) -> None:
    api = crowded.api(OWN)
    total = api.get("/v1/cityLinks?total=true").json["total"]
    page = api.get("/v1/cityLinks?total=true&pageSize=5").json
    assert api.get(page["next"]).json["total"] == total
    assert api.get("/v1/cityLinks?total=true&q=nothing-like-this").json["total"] == 0
    last = api.get("/v1/cityLinks?pageSize=200&sort=title").json["items"][-1]
    behind = written(["title"], ["\U0010ffff", last["id"]])
    empty = api.get(f"/v1/cityLinks?total=true&sort=title&after={behind}").json
    assert (empty["items"], empty["total"]) == ([], total)


def test_a_cursor_of_another_sort_or_collection_is_refused(crowded: World) -> None:
    api = crowded.api(OWN)
    cursor = api.get("/v1/cityLinks?sort=startDate&pageSize=1").json["next"].rpartition("after=")[2]
    for path in (
        "/v1/cityLinks?sort=-startDate",
        "/v1/cityLinks?sort=kind",
        "/v1/cityLinks",
        "/v1/partnerCities",
        "/v1/changes",
    ):
        answer = api.get(f"{path}{'&' if '?' in path else '?'}after={cursor}")
        assert answer.status_code == 400, path
        assert answer.json["issues"][0]["name"] == "after"


KEYS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.uuids().map(str)
    | st.dates().map(str)
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    resource=st.sampled_from(RESOURCES), keys=st.lists(KEYS | st.lists(KEYS, max_size=1), max_size=4), data=st.data()
)
def test_a_cursor_is_read_or_refused_whatever_it_holds(
    resource: Resource, keys: list[Any], data: st.DataObject
) -> None:
    sort = data.draw(st.sampled_from([(), *((sort.name,) for sort in resource.sorts)]))
    signature = data.draw(st.sampled_from([",".join(sort), "else", 5, None]))
    try:
        cursor = written([str(signature)] if isinstance(signature, str) else [], keys)
    except (TypeError, ValueError):
        return
    try:
        found = read(cursor, resource, sort, steps_of(resource, sort))
    except BadRequest:
        return
    assert len(found.values) == len(found.nulls) == 2


@given(text=st.text(max_size=60))
def test_no_text_is_taken_for_a_cursor(text: str) -> None:
    with pytest.raises(BadRequest):
        read(text, NAMES["cityLinks"], (), steps_of(NAMES["cityLinks"], ()))


def test_pages_keep_their_filters_in_the_links(crowded: World) -> None:
    api = crowded.api(OWN)
    page = api.get("/v1/partnerCities?country=BE&country=NL&q=e&pageSize=2").json
    assert all(f"country={code}" in page["next"] for code in ("BE", "NL"))
    assert {item["countryCode"] for item in api.get(page["next"]).json["items"]} <= {"BE", "NL"}
    assert api.get(page["first"]).json["items"] == page["items"]
    assert api.get(page["self"]).json == page


def test_a_record_of_each_kind_sorts_by_columns_that_exist() -> None:
    for resource, model in ((NAMES["cityLinks"], CityLink), (NAMES["partnerCities"], PartnerCity)):
        for sort in resource.sorts:
            assert getattr(model, sort.attribute) is not None
            assert model.__table__.c[sort.attribute].nullable == sort.nullable
