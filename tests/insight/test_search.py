"""`GET /search`: all that a caller sees, grouped, the best first."""

import re
from typing import Any

import pytest

from stedenband.app import RESOURCES
from stedenband.core.address import owner_session
from stedenband.insight.routes.search import found_schema
from stedenband.web.fields import Part
from stedenband.web.schema import audience_of
from tests.builders import BASE, OWN, PARTNER, STRANGER, Api, World, a_city, a_link
from tests.contracts.test_statements import watched


def search(api: Api, **query: Any) -> dict[str, list[str]]:
    """Return the titles found, by resource."""
    answer = api.get("/v1/search", query_string=query)
    assert answer.status_code == 200
    return {group["resource"]: [item["title"] for item in group["items"]] for group in answer.json["groups"]}


def test_a_search_answers_by_collection_with_the_address_of_more(world: World) -> None:
    answer = world.api().get("/v1/search?q=Gnek")
    assert answer.json == {
        "self": f"{BASE}/v1/search?q=Gnek",
        "q": "Gnek",
        "groups": [
            {
                "resource": "partnerCities",
                "items": [
                    {
                        "href": f"{BASE}/v1/partnerCities/{world.cities[OWN]}",
                        "id": str(world.cities[OWN]),
                        "title": OWN,
                    }
                ],
                "more": f"{BASE}/v1/partnerCities?q=Gnek",
            },
            answer.json["groups"][1],
        ],
    }
    for group in answer.json["groups"]:
        more = world.api().get(group["more"]).json["items"]
        assert {item["id"] for item in more} == {item["id"] for item in group["items"]}
    assert world.api().get("/v1/search?q=Gnek", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_what_is_found_is_read_at_its_address(world: World) -> None:
    api = world.api(OWN)
    found = api.get("/v1/search?q=agreement").json["groups"]
    assert [group["resource"] for group in found] == ["agreements"]
    assert "more" not in found[0], "agreements have no collection of their own"
    for item in found[0]["items"]:
        assert api.get(item["href"]).json["title"] == item["title"]


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ((None, "public"), {"agreements": ["Agreement 2020"]}),
        ((PARTNER, "partner"), {"agreements": ["Agreement 2010", "Agreement 2020"]}),
        ((STRANGER, "coordinator"), {"agreements": ["Agreement 2020"]}),
        ((OWN, "auditor"), {"agreements": ["Agreement 2000", "Agreement 2010", "Agreement 2020"]}),
    ],
)
def test_a_caller_finds_what_it_sees(world: World, who: tuple[str | None, str], found: dict[str, list[str]]) -> None:
    assert search(world.api(*who), q="agreement") == found


def test_what_a_caller_may_not_read_is_not_searched(world: World) -> None:
    assert search(world.api(OWN), q="editor") == {}
    assert search(world.api(OWN), q="editor", resource="apiClients") == {}
    names = [f"editor of {city}" for city in (OWN, STRANGER, PARTNER)]
    assert search(world.api(OWN, "admin"), q="editor") == {"apiClients": names}


def test_a_search_may_be_of_some_collections(world: World) -> None:
    assert set(search(world.api(), q="genk")) == {"partnerCities", "cityLinks"}
    assert set(search(world.api(), q="genk", resource=["cityLinks", "agreements"])) == {"cityLinks"}


def test_the_best_come_first_and_no_more_than_asked_for(fresh_world: World) -> None:
    names = ("Tern", "Ternat", "Sint-Ternius", "Terneuzen", "Ternopil aan het water")
    with owner_session(fresh_world.database.owner_url) as session:
        session.add_all([*(a_city(name=name) for name in names), a_city(name="Ternhove", visibility="city")])
        session.commit()
    best = ["Tern", "Ternat", "Terneuzen", "Ternopil aan het water", "Sint-Ternius"]
    assert search(fresh_world.api(), q="TERN") == {"partnerCities": best}
    assert search(fresh_world.api(), q="tern", pageSize=2) == {"partnerCities": best[:2]}


def test_each_collection_forgives_for_itself(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        session.add(a_link(fresh_world, title="Gnek", visibility="public", kind="network", cities=(OWN, STRANGER)))
        session.commit()
    assert search(fresh_world.api(), q="gnek") == {"partnerCities": [OWN], "cityLinks": ["Gnek"]}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%00", "q"),
        ("q=%20", "q"),
        (f"q={'a' * 201}", "q"),
        ("q=a&q=b", "q"),
        ("q=genk&resource=contacts", "resource"),
        ("q=genk&resource=change", "resource"),
        ("q=genk&pageSize=0", "pageSize"),
        ("q=genk&pageSize=51", "pageSize"),
        ("q=genk&after=x", "after"),
    ],
)
def test_a_search_without_words_or_with_other_parameters_is_refused(world: World, query: str, name: str) -> None:
    answer = world.api().get(f"/v1/search?{query}")
    assert answer.status_code == 400
    assert [issue["name"] for issue in answer.json["issues"]] == [name]


def test_a_search_is_one_statement_and_none_where_there_is_nothing_to_search(world: World) -> None:
    for api, query, count in (
        (world.api(), "genk", 1),
        (world.api(OWN, "admin"), "gnek", 1),
        (world.api(OWN), "genk&resource=apiClients", 0),
    ):
        with watched(world) as traffic:
            assert api.get(f"/v1/search?q={query}").status_code == 200
        assert len(traffic.statements) == count


def test_every_collection_takes_words_but_contacts_and_ones_own_subscriptions() -> None:
    """A person's name may not stand in an address: `POST /contacts/query` takes words. Of calendars one has a handful."""
    wordless = {resource.name for resource in RESOURCES if "q" not in resource.filter_named}
    assert wordless == {"contacts", "calendarSubscriptions", "digestSubscriptions", "webhooks"}


def test_a_search_is_of_all_that_has_words_of_its_own_but_contacts(world: World) -> None:
    answer = world.api().get("/v1/search?q=genk&resource=none")
    offered = set(re.findall(r"\w+", answer.json["issues"][0]["detail"])) & {each.name for each in RESOURCES}
    of_clients = {"calendarSubscriptions", "digestSubscriptions", "webhooks"}
    assert offered == {each.name for each in RESOURCES} - {"contacts", "periods", *of_clients}


def test_what_is_searched_and_shown_is_for_everyone_who_sees_the_row() -> None:
    for resource in (each for each in RESOURCES if "q" in each.filter_named and each.has_words):
        table = resource.model.__table__
        columns = set(re.findall(r"\w+", str(table.c.search.computed.sqltext))) & set(table.c.keys())
        fields = {field.attribute or name: field for name, field in resource.schema().fields.items()}
        for part in (field for field in [*fields.values()] if isinstance(field, Part)):
            fields |= {field.attribute or name: part for name, field in part.part().fields.items()}
        assert {audience_of(fields[column]) for column in columns} == {"public"}, resource.name
        assert {audience_of(field) for field in found_schema(resource)().fields.values()} == {"public"}
