"""What is to be known before a delegation travels: it informs, and blocks where the city says so."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from stedenband.delegations.rules.holidays import holidays_between
from tests.builders import OWN, PARTNER, STRANGER, Api, World
from tests.delegations.visits import DECISION, DELEGATIONS, WHOLE, a_body, a_visit, traveler
from tests.people.people import a_contact, shared

FLIGHT: dict[str, Any] = {
    "mode": "plane",
    "date": "2026-03-02",
    "from": {"name": "Brussels"},
    "to": {"name": "Paris"},
    "km": 320,
    "persons": 2,
}
NONE = "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
SHORT = {"passportValidUntil": "2026-09-07"}
"""A day less than six months after the visit ends, on March 8."""


def agree(world: World, *blocking: str, km: int | None = 750) -> None:
    """Have the own city agree on its rules."""
    rules = {"trainBelowKm": km, "blockingWarnings": list(blocking)}
    changed = world.api(OWN).patch(f"/v1/partnerCities/{world.cities[OWN]}", {"travelRules": rules})
    assert changed.status_code == 200, changed.text


def warned(api: Api, visit: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
    """Return the warnings by their kind, each kind once."""
    reply = api.get(f"{visit['href']}/warnings?lang={language}")
    assert (reply.status_code, reply.headers["Content-Language"]) == (200, language), reply.text
    found = {each["kind"]: each for each in reply.json["warnings"]}
    assert len(found) == len(reply.json["warnings"])
    return found


def test_a_person_in_two_visits_at_once_is_told(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    jo, mo = (a_contact(api, familyName=name)["id"] for name in ("Jo", "Mo"))
    a_visit(
        api, fresh_world, **{**WHOLE, "arrival": "2026-03-09", "departure": "2026-03-12"}, participants=[traveler(mo)]
    )
    other = a_visit(
        api,
        fresh_world,
        title="Another",
        **{**WHOLE, "arrival": "2026-03-08", "departure": "2026-03-12"},
        participants=[traveler(mo)],
    )
    visit = a_visit(api, fresh_world, **WHOLE, participants=[traveler(jo), traveler(mo)])
    found = warned(api, visit)
    assert found["overlap"] == {
        "kind": "overlap",
        "name": "participants[1]",
        "detail": "This person is also in 'Another' on some of these days.",
        "blocking": False,
        "date": "2026-03-08",
        "delegation": {"href": other["href"], "id": other["id"], "title": "Another"},
    }
    cancelled = api.move(other["href"], "cancelled", reason="The border is closed.")
    assert cancelled.status_code == 200, cancelled.text
    assert "overlap" not in warned(api, visit)


def test_of_a_visit_that_is_not_seen_nothing_is_told(fresh_world: World) -> None:
    api, partner = fresh_world.api(OWN), fresh_world.api(PARTNER)
    person = traveler(a_contact(api, **shared(fresh_world))["id"])
    a_visit(api, fresh_world, **WHOLE, title="Hidden", visibility="city", participants=[person])
    visit = a_visit(api, fresh_world, **WHOLE, participants=[person])
    assert warned(api, visit)["overlap"]["delegation"]["title"] == "Hidden"
    assert "overlap" not in warned(partner, visit)


def test_a_passport_is_valid_for_six_months_after_the_return(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    people = [a_contact(api, familyName=name)["id"] for name in ("Jo", "Mo")]
    enough = {"passportValidUntil": "2026-09-08"}
    visit = a_visit(
        api,
        fresh_world,
        **WHOLE,
        participants=[traveler(key, checklist=each) for key, each in zip(people, (enough, SHORT), strict=True)],
    )
    found = warned(api, visit)["passport"]
    assert (found["name"], found["date"]) == ("participants[1].checklist.passportValidUntil", "2026-09-07")
    assert "passport" not in warned(fresh_world.api(PARTNER), visit), "that of another city's people is not told"


def test_a_flight_where_the_city_takes_the_train(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    legs = [{**FLIGHT, "mode": "train"}, {**FLIGHT, "km": 750}, FLIGHT]
    visit = a_visit(api, fresh_world, travelLegs=legs)
    assert warned(api, visit) == {}, "a city that has agreed on nothing"
    agree(fresh_world)
    assert warned(api, visit, "nl")["train"] == {
        "kind": "train",
        "name": "travelLegs[2].mode",
        "detail": "Deze vlucht is 320 km. Onder 750 km neemt uw stad de trein.",
        "blocking": False,
        "date": "2026-03-02",
    }


def test_public_holidays_where_it_is_received(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    days = {"arrival": "2026-06-29", "departure": "2026-07-03"}
    found = warned(api, a_visit(api, fresh_world, **days))
    assert found["holiday"]["detail"] == (
        "2026-07-01 is a public holiday where the delegation is received: Sir Seretse Khama Day."
    )
    assert warned(api, a_visit(api, fresh_world, **{**days, "arrival": "2026-07-02"})) == {}


@pytest.mark.parametrize(
    ("language", "name"),
    [("nl", "Nationale feestdag"), ("fr", "Fête nationale"), ("en", "National Day"), ("pt", "National Day")],
)
def test_holidays_are_called_in_the_language_of_the_reader(language: str, name: str) -> None:
    day = date(2026, 7, 21)
    assert list(holidays_between("BE", day, day, language)) == [(day, name)]


def test_holidays_of_a_turn_of_the_year_and_of_nobody() -> None:
    turn = [day.isoformat() for day, _ in holidays_between("BE", date(2026, 12, 24), date(2027, 1, 2), "en")]
    assert turn == ["2026-12-25", "2027-01-01"]
    assert list(holidays_between("XX", date(2026, 12, 24), date(2027, 1, 2), "en")) == []


@pytest.mark.parametrize("blocking", [(), ("holiday", "overlap", "passport", "train")])
def test_warnings_inform_and_block_where_the_city_says_so(fresh_world: World, blocking: tuple[str, ...]) -> None:
    api = fresh_world.api(OWN)
    agree(fresh_world, *blocking)
    person = traveler(a_contact(api)["id"], checklist={"blocking": False, **SHORT})
    visit = a_visit(api, fresh_world, **WHOLE, travelLegs=[FLIGHT], participants=[person])
    assert {each["blocking"] for each in warned(api, visit).values()} == {bool(blocking)}
    approved = api.move(visit["href"], "approved", decision=DECISION)
    if not blocking:
        assert approved.status_code == 200, approved.text
        assert api.move(visit["href"], "travelling").status_code == 200
        return
    assert (approved.status_code, approved.json["issues"][0]["name"]) == (409, "travelLegs[0].mode")
    assert api.patch(visit["href"], {"travelLegs": []}).status_code == 200
    assert api.move(visit["href"], "approved", decision=DECISION).status_code == 200
    leaves = api.move(visit["href"], "travelling")
    assert (leaves.status_code, leaves.json["issues"][0]["name"]) == (409, "participants"), leaves.text


def test_one_that_is_approved_when_it_is_made_is_blocked_too(fresh_world: World) -> None:
    agree(fresh_world, "train")
    body = a_body(fresh_world, **WHOLE, status="approved", decision=DECISION, travelLegs=[FLIGHT])
    reply = fresh_world.api(OWN).post(DELEGATIONS, body)
    assert (reply.status_code, reply.json["issues"][0]["name"]) == (409, "travelLegs[0].mode")


def test_nothing_is_told_of_a_visit_that_is_back(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    agree(fresh_world)
    body = a_body(
        fresh_world, **WHOLE, status="returned", returnedOn="2026-03-09", decision=DECISION, travelLegs=[FLIGHT]
    )
    assert warned(api, api.post(DELEGATIONS, body).json) == {}


def test_only_both_sides_of_the_link_are_told(fresh_world: World) -> None:
    visit = a_visit(fresh_world.api(OWN), fresh_world, visibility="public")
    path = f"{visit['href']}/warnings"
    assert fresh_world.api(PARTNER).get(path).status_code == 200
    assert fresh_world.api(STRANGER).get(path).status_code == 403
    assert fresh_world.api().get(path).status_code == 401


def test_rules_are_of_the_kinds_that_there_are(fresh_world: World) -> None:
    city, api = f"/v1/partnerCities/{fresh_world.cities[OWN]}", fresh_world.api(OWN)
    wrong = api.patch(city, {"travelRules": {"trainBelowKm": 0, "blockingWarnings": ["rain"]}})
    assert {each["name"] for each in wrong.json["issues"]} == {
        "travelRules.trainBelowKm",
        "travelRules.blockingWarnings[0]",
    }
    agree(fresh_world, "train")
    assert api.get(city).json["travelRules"] == {"trainBelowKm": 750, "blockingWarnings": ["train"]}
    assert "travelRules" not in api.patch(city, {"travelRules": None}).json


def test_who_sees_the_visit_alone_is_refused_its_warnings(world: World) -> None:
    visit = f"{DELEGATIONS}/{world.delegations['public']}"
    assert world.api(STRANGER).get(visit).status_code == 200
    assert world.api(STRANGER).get(f"{visit}/warnings").status_code == 403
    assert world.api(STRANGER).get(f"{DELEGATIONS}/{NONE}/warnings").status_code == 404
