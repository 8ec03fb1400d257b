"""How delegations travel: distances, emissions by dated factors, the yearly register and other figures."""

import csv
import io
from datetime import date
from typing import Any

import psycopg
import pytest

from stedenband.delegations.rules.travel import great_circle
from tests.builders import OWN, PARTNER, World
from tests.delegations.visits import DECISION, DELEGATIONS, WHOLE, a_body, a_visit, cities, traveler
from tests.people.people import issue_of

AIRPORTS = {
    "from": {"name": "Brussels", "latitude": 50.9, "longitude": 4.48},
    "to": {"name": "Francistown", "latitude": -21.16, "longitude": 27.47},
}
LEG: dict[str, Any] = {"mode": "plane", "date": "2026-03-01", "persons": 4, **AIRPORTS}
TRAVELED = {**WHOLE, "status": "travelling", "decision": DECISION}


def legs(world: World, *sent: Any) -> list[Any]:
    return list(a_visit(world.api(OWN), world, travelLegs=list(sent))["travelLegs"])


def test_the_great_circle_is_that_of_the_mean_earth() -> None:
    assert great_circle((0, 0), (0, 1)) == 111
    assert great_circle((90, 0), (-90, 0)) == great_circle((0, 0), (0, 180)) == 20015
    assert great_circle((50.9, 4.48), (50.9, 4.48)) == 0


def test_a_leg_emits_by_the_factor_of_its_mode_and_distance(world: World) -> None:
    car = {"mode": "car", "date": "2026-03-08", "persons": 5, "km": 12, "from": {"name": "A"}, "to": {"name": "B"}}
    far, near, shared = legs(world, {**LEG, "km": 8320}, {**LEG, "km": 300}, car)
    assert (far["kgCo2e"], near["kgCo2e"]) == (5085.8, 153.4), "long and short haul (DESNZ 2025)"
    assert shared["kgCo2e"] == 4.0, "five people need two cars"
    assert far["kmComputed"] is False
    assert legs(world, {**car, "mode": "bicycle"})[0]["kgCo2e"] == 0.0


def test_who_does_not_say_how_far_is_told_by_the_great_circle(fresh_world: World) -> None:
    world = fresh_world
    (leg,) = legs(world, LEG)
    assert (leg["km"], leg["kmComputed"]) == (great_circle((50.9, 4.48), (-21.16, 27.47)), True)
    places = {"fromCity": {"id": str(world.cities[OWN])}, "toCity": {"id": str(world.cities[PARTNER])}}
    by_city = {"mode": "train", "date": "2026-03-01", "persons": 1, **places}
    unknown = world.api(OWN).post(DELEGATIONS, a_body(world, travelLegs=[by_city]))
    assert issue_of(unknown)[0] == "travelLegs[0].km"
    with psycopg.connect(world.database.owner_url) as owner:
        for name, north, east in ((OWN, 50.9667, 5.5), (PARTNER, -21.17, 27.51)):
            said = "UPDATE partner_city SET latitude = %s, longitude = %s WHERE id = %s"
            owner.execute(said, [north, east, world.cities[name]])
    (leg,) = legs(world, by_city)
    assert leg["km"] == great_circle((50.9667, 5.5), (-21.17, 27.51))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from": {"latitude": 1, "longitude": 1}}, "travelLegs[0].from"),
        ({"to": {"name": "B", "latitude": 1}}, "travelLegs[0].to"),
        ({"to": {"name": "B"}}, "travelLegs[0].km"),
    ],
)
def test_a_leg_begins_and_ends_somewhere(world: World, wrong: Any, field: str) -> None:
    refused = world.api(OWN).post(DELEGATIONS, a_body(world, travelLegs=[LEG | wrong]))
    assert (refused.status_code, issue_of(refused)[0]) == (400, field)


def test_legs_are_replaced_as_a_whole_by_either_side(world: World) -> None:
    visit = a_visit(world.api(OWN), world, travelLegs=[LEG, {**LEG, "persons": 2}])
    partner = world.api(PARTNER)
    changed = partner.patch(visit["href"], {"travelLegs": [{**LEG, "persons": 1}]})
    assert [each["persons"] for each in changed.json["travelLegs"]] == [1]
    assert partner.patch(visit["href"], {"travelLegs": None}).json["travelLegs"] == []


def test_a_figure_stays_what_it_was_when_a_new_factor_comes(fresh_world: World) -> None:
    world = fresh_world
    sent = [{**LEG, "km": 8320, "date": day} for day in ("2018-07-01", "2026-12-31", "2027-01-01")]
    before = [each["kgCo2e"] for each in legs(world, *sent)]
    with psycopg.connect(world.database.owner_url) as owner:
        owner.execute(
            "INSERT INTO emission_factor VALUES ('plane', 0, %s, 0.1, 'passenger', 'Test')", [date(2027, 1, 1)]
        )
    assert [each["kgCo2e"] for each in legs(world, *sent)] == [*before[:2], 3328.0]
    factors = world.api().get("/v1/emissionFactors").json["factors"]
    assert [each["validFrom"] for each in factors if each["mode"] == "plane"] == [
        "2025-01-01",
        "2025-01-01",
        "2027-01-01",
    ]


@pytest.fixture
def traveled(fresh_world: World) -> World:
    """A world with two visits that traveled, one each way, and a draft."""
    world = fresh_world
    with psycopg.connect(world.database.owner_url) as owner:
        owner.execute("UPDATE delegation SET status = 'cancelled'")
    contact = world.contacts["public"]
    common = {**TRAVELED, "visibility": "public", "travelLegs": [{**LEG, "km": 8320}]}
    a_visit(world.api(OWN), world, **common, participants=[traveler(contact)])
    a_visit(world.api(OWN), world, **common, **cities(world, PARTNER, OWN), participants=[traveler(contact)])
    a_visit(world.api(OWN), world, **{**common, "status": "approved"})
    earlier = {"arrival": "2025-03-02", "departure": "2025-03-08"}
    a_visit(world.api(OWN), world, **{**common, **earlier, "visibility": "city", "travelLegs": []})
    return world


def test_the_register_tells_what_cities_traveled_in_a_year(traveled: World) -> None:
    rows = traveled.api(OWN).get("/v1/statistics/travel").json["rows"]
    assert [(each["year"], each["city"]["title"]) for each in rows] == [(2025, OWN), (2026, PARTNER), (2026, OWN)]
    assert rows[0]["kgCo2e"] == rows[0]["persons"] == 0
    expected = {"trips": 1, "persons": 1, "flights": 4, "km": 33280, "kgCo2e": 5085.8, "estimatedCost": "8500.00"}
    for row in rows[1:]:
        assert {name: row[name] for name in expected} == expected
    public = traveled.api().get("/v1/statistics/travel?year=2026")
    assert public.json["rows"] == rows[1:]
    assert traveled.api().get("/v1/statistics/travel?year=2025").json["rows"] == []


def test_the_register_is_a_table_too(traveled: World) -> None:
    text = traveled.api().get("/v1/statistics/travel?format=csvComma").data.decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [(each["year"], each["city.title"], each["kgCo2e"]) for each in table] == [
        ("2026", PARTNER, "5085.8"), ("2026", OWN, "5085.8"),
    ]  # fmt: skip
    for name in ("csv", "xlsx"):
        assert traveled.api().get(f"/v1/statistics/travel?format={name}").status_code == 200


def test_figures_tell_reciprocity_people_costs_and_emissions(traveled: World) -> None:
    figures = traveled.api(OWN).get("/v1/statistics/delegations").json
    assert figures["total"] == 3
    assert {(each["originCity"]["title"], each["visits"]) for each in figures["reciprocity"]} == {
        (OWN, 2),
        (PARTNER, 1),
    }
    assert figures["capacities"] == [{"capacity": "staff", "persons": 2}]
    assert figures["costs"] == [{"currency": "EUR", "visits": 3, "total": "25500.00", "perVisit": "8500.00"}]
    assert figures["emissions"] == [{"year": 2026, "kgCo2e": 10171.6}]
    other = traveled.api(OWN).get(f"/v1/statistics/delegations?cityLink={traveled.links['link']}").json
    assert (other["total"], other["reciprocity"], other["emissions"]) == (0, [], [])
