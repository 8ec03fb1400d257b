"""The program of a delegation: items that two people change at once, and the calendar that a phone shows."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import psycopg
import pytest

from tests.builders import OWN, PARTNER, Api, World
from tests.delegations.visits import DELEGATIONS, REASON, WHOLE, a_visit
from tests.people.people import issue_of

ITEM = {
    "title": "The landfill",
    "start": "2026-03-03T07:00:00Z",
    "end": "2026-03-03T09:30:00Z",
    "place": "Landfill; north",
}


@pytest.fixture
def world(fresh_world: World) -> World:
    """A world in which both cities have a time zone."""
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        for name, zone in ((OWN, "Europe/Brussels"), (PARTNER, "Africa/Gaborone")):
            owner.execute("UPDATE partner_city SET timezone = %s WHERE id = %s", [zone, fresh_world.cities[name]])
    return fresh_world


def an_item(api: Api, visit: Any, **values: Any) -> Any:
    reply = api.post(f"{visit['href']}/programItems", {**ITEM, **values})
    assert reply.status_code == 201, reply.text
    return reply.json


def events(api: Api, address: str) -> dict[str, Any]:
    """Return the entries of a calendar by title, as another parser reads them."""
    reply = api.get(address, headers={"Accept": "text/calendar"})
    assert (reply.status_code, reply.mimetype) == (200, "text/calendar"), reply.text
    calendar = icalendar.Calendar.from_ical(reply.data)
    assert all(not component.errors for component in calendar.walk())
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


def test_both_sides_add_items_in_the_time_zone_of_one_of_both_cities(world: World) -> None:
    visit = a_visit(world.api(OWN), world, visibility="public")
    for city, role in ((OWN, "editor"), (PARTNER, "coordinator"), (PARTNER, "partner")):
        item = an_item(world.api(city, role), visit)
        assert (item["timezone"], item["visibility"], item["owner"]["title"]) == ("Africa/Gaborone", "link", OWN)
    assert an_item(world.api(OWN), visit, timezone="Europe/Brussels")["timezone"] == "Europe/Brussels"
    refused = world.api(OWN).post(f"{visit['href']}/programItems", {**ITEM, "timezone": "Asia/Tokyo"})
    assert issue_of(refused)[0] == "timezone"
    backwards = world.api(OWN).post(f"{visit['href']}/programItems", {**ITEM, "end": ITEM["start"]})
    late = world.api(OWN).patch(item["href"], {"start": "2026-03-03T23:00:00Z"})
    for refused in (backwards, late):
        assert [each["name"] for each in refused.json["issues"]] == ["start", "end"]


def test_where_no_city_has_a_time_zone_any_is_taken_and_one_must_be_named(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    visit = a_visit(api, fresh_world, visibility="city")
    assert issue_of(api.post(f"{visit['href']}/programItems", ITEM))[0] == "timezone"
    item = an_item(api, visit, timezone="Asia/Tokyo")
    assert item["visibility"] == "city"


def test_two_people_change_two_items_at_once_and_one_item_not_unseen(world: World) -> None:
    visit = a_visit(world.api(OWN), world)
    first, second = an_item(world.api(OWN), visit), an_item(world.api(PARTNER), visit)
    tags = [world.api(OWN).get(each["href"]).headers["ETag"] for each in (first, second)]
    assert world.api(OWN).patch(first["href"], {"place": "A"}, tags[0]).status_code == 200
    assert world.api(PARTNER).patch(second["href"], {"place": "B"}, tags[1]).status_code == 200
    assert world.api(PARTNER).patch(first["href"], {"place": "C"}, tags[0]).status_code == 412
    listed = world.api(OWN).get(f"{visit['href']}/programItems?q=landfill").json["items"]
    assert sorted(each["place"] for each in listed) == ["A", "B"]


def test_the_owner_says_who_sees_an_item_and_never_more_than_its_visit(world: World) -> None:
    api, contact = world.api(OWN), {"id": str(world.contacts["link"])}
    visit = a_visit(api, world, visibility="public")
    item = an_item(api, visit, hostContact=contact)
    assert world.api(PARTNER).patch(item["href"], {"visibility": "public"}).status_code == 403
    assert world.api(OWN, "editor").patch(item["href"], {"visibility": "public"}).status_code == 403
    assert world.api().get(item["href"]).status_code == 404
    assert api.patch(item["href"], {"visibility": "public"}).status_code == 200
    assert "hostContact" not in world.api().get(item["href"]).json
    assert world.api(PARTNER).patch(item["href"], {"hostContact": None}).status_code == 200, "it goes on after that"
    assert api.delete(item["href"]).status_code == 409, "it was published"
    assert api.patch(visit["href"], {"visibility": "link"}).status_code == 200
    assert api.get(item["href"]).json["visibility"] == "link"
    assert issue_of(api.patch(item["href"], {"visibility": "public"}))[0] == "visibility"
    kept = an_item(api, visit, visibility="city")
    assert world.api(PARTNER).get(kept["href"]).status_code == 404
    assert api.delete(kept["href"]).status_code == 204


def test_the_calendar_of_a_visit_has_one_bar_and_its_program(world: World) -> None:
    api = world.api(OWN)
    visit = a_visit(api, world, title="Genk in Francistown", **WHOLE)
    item = an_item(api, visit)
    shown = events(api, visit["href"])
    bar, landfill = shown["Genk in Francistown"], shown["The landfill"]
    assert (bar["DTSTART"].dt, bar["DTEND"].dt) == (date(2026, 3, 2), date(2026, 3, 9))
    assert (str(bar["STATUS"]), str(bar["LOCATION"]), bar["SEQUENCE"]) == ("TENTATIVE", PARTNER, 0)
    assert landfill["DTSTART"].params["TZID"] == "Africa/Gaborone"
    assert landfill["DTSTART"].dt == datetime(2026, 3, 3, 9, tzinfo=ZoneInfo("Africa/Gaborone"))
    assert (str(landfill["UID"]), str(landfill["LOCATION"])) == (f"programItem-{item['id']}@stedenband", ITEM["place"])
    api.patch(item["href"], {"start": "2026-03-03T08:00:00Z"})
    again = events(api, f"{visit['href']}?format=ics&select=(title)")["The landfill"]
    assert (again["UID"], again["SEQUENCE"]) == (landfill["UID"], 1)
    assert again["DTSTART"].dt - landfill["DTSTART"].dt == timedelta(hours=1)
    api.move(visit["href"], "cancelled", reason=REASON)
    cancelled = events(api, visit["href"])
    assert {str(each["STATUS"]) for each in cancelled.values()} == {"CANCELLED"}
    assert cancelled["The landfill"]["SEQUENCE"] == 2
    assert an_item(api, visit, title="Too late")["cancelled"] is True
    assert set(events(api, item["href"])) == {"The landfill"}
    assert set(events(api, f"{visit['href']}/programItems?cancelled=true")) == {"The landfill", "Too late"}


def test_a_visit_without_days_has_no_bar(world: World) -> None:
    api = world.api(OWN)
    idea, visit = a_visit(api, world, title="An idea"), a_visit(api, world, title="A plan", **WHOLE)
    an_item(api, idea)
    assert set(events(api, idea["href"])) == {"The landfill"}
    assert api.get(f"{DELEGATIONS}?format=ics").status_code == 406
    assert set(events(api, visit["href"])) == {"A plan"}
    public = world.api().get(f"{visit['href']}?format=ics")
    assert public.status_code == 404


def test_a_visit_carries_its_program_where_it_is_asked_for(world: World) -> None:
    visit = a_visit(world.api(OWN), world)
    item = an_item(world.api(OWN), visit)
    assert "programItems" not in world.api(OWN).get(visit["href"]).json
    (within,) = world.api(OWN).get(f"{visit['href']}?select=(title,programItems)").json["programItems"]
    assert (within["id"], within["start"]) == (item["id"], ITEM["start"])
