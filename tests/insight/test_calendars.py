"""Calendars of links and cities: what the caller may see, as an independent parser reads it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import update

from stedenband.cities.models import Agreement
from stedenband.core.address import owner_session
from stedenband.insight.models import ENTRY_KINDS
from stedenband.people.models import Contact
from tests.builders import (
    OWN,
    PARTNER,
    STRANGER,
    Api,
    World,
    a_period,
    a_plan,
    a_project,
    a_result,
    an_agreement,
    an_indicator,
)
from tests.contracts.test_statements import watched
from tests.delegations.visits import DECISION, WHOLE, a_visit
from tests.people.people import a_contact, shared

TODAY = datetime.now(UTC).date()
SOON, LATER = TODAY + timedelta(days=30), TODAY + timedelta(days=400)
BOTH = set(ENTRY_KINDS) - {"contactReview", "planEnd"}
"""What both sides of a link read."""


@pytest.fixture
def busy(fresh_world: World) -> World:
    """A world with a project, a plan, an agreement and a contact of Genk, in the link it shares and outside of it."""
    world = fresh_world
    with owner_session(world.database.owner_url) as session:
        session.execute(update(Contact).values(review_on=None))
        days = {"planned_start": SOON, "planned_end": LATER, "actual_start": None}
        ours = a_project(world, city_link_id=world.links["link"], visibility="link", title="Ours", **days)
        alone = a_project(world, city_link_id=None, visibility="city", title="Alone", status="pipeline", **days)
        plan = a_plan(world, title="Plan", end_date=LATER)
        agreement = an_agreement(world.links["link"], world.cities[OWN], "link", 2000)
        agreement.valid_to, agreement.signed_on = SOON, agreement.valid_from
        session.add_all((ours, alone, plan, agreement))
        session.flush()
        result = a_result(ours.id)
        session.add(result)
        session.flush()
        indicator = an_indicator(ours.id, result.id, title={"nl": "Leerlingen", "en": "Pupils"})
        session.add(indicator)
        session.flush()
        common = {"status": "none", "report_value": None, "report_comment": None}
        session.add(a_period(ours.id, indicator.id, **common, start_date=SOON, end_date=LATER))
        session.commit()
        world.projects |= {"ours": ours.id}
        world.agreements |= {"ours": agreement.id}
    link = {"id": str(world.links["link"])}
    away = {"arrival": SOON.isoformat(), "departure": (SOON + timedelta(days=3)).isoformat()}
    visit = a_visit(world.api(OWN), world, title="Visit", cityLink=link, **away)
    hours = {"start": f"{SOON}T20:00:00Z", "end": f"{SOON}T23:00:00Z", "timezone": "Europe/Brussels", "place": "Hall"}
    assert world.api(OWN).post(f"{visit['href']}/programItems", {"title": "Dinner", **hours}).status_code == 201
    back = {"status": "returned", "decision": DECISION, "returnedOn": TODAY.isoformat()}
    actions = [{"action": "Send it", "dueDate": LATER.isoformat()}]
    a_visit(world.api(OWN), world, title="Back", cityLink=link, followUps=actions, **WHOLE | back)
    a_contact(world.api(OWN), function="Mayor", familyName="Hidden", reviewOn=SOON.isoformat(), **shared(world))
    return world


def of_link(world: World) -> str:
    return f"/v1/cityLinks/{world.links['link']}/calendar"


def of_city(world: World, name: str = OWN) -> str:
    return f"/v1/partnerCities/{world.cities[name]}/calendar"


def told(api: Api, path: str) -> dict[str, Any]:
    """Return the entries of what the test made, by id."""
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.json["complete"] is True
    return {item["id"]: item for item in answer.json["entries"] if item["on"] >= TODAY.isoformat()}


def kinds(api: Api, path: str) -> list[str]:
    return [item["kind"] for item in told(api, path).values()]


def events(api: Api, path: str, **more: Any) -> dict[str, Any]:
    """Return the events of a calendar as the independent parser reads them, by UID."""
    answer = api.get(path, headers={"Accept": "text/calendar", "Accept-Language": "nl"}, **more)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    read = icalendar.Calendar.from_ical(answer.data)
    assert not read.errors
    return {str(event["UID"]): event for event in read.walk("VEVENT")}


def test_the_calendar_of_a_link_holds_what_stands_in_it(busy: World) -> None:
    assert kinds(busy.api(OWN), of_link(busy)) == [
        "agreementRenewal", "contactReview", "delegation", "delegationReport", "programItem", "projectStart",
        "followUp", "periodReport", "projectEnd",
    ]  # fmt: skip
    assert busy.api(OWN).get(of_link(busy)).json["title"].startswith("Link ")


def test_the_calendar_of_a_city_holds_its_own_and_that_of_its_links_under_the_same_ids(busy: World) -> None:
    own, link = (told(busy.api(OWN), path) for path in (of_city(busy), of_link(busy)))
    assert {item["title"] for item in own.values()} == {
        "Ours", "Alone", "Plan", "Mayor", "Ours: Pupils", "Visit", "Dinner", "Back", *renewed(own),
    }  # fmt: skip
    assert own.items() >= link.items()
    assert {item["kind"] for item in own.values()} == set(ENTRY_KINDS)
    assert busy.api(OWN).get(of_city(busy)).json["title"] == OWN
    seen = told(busy.api(OWN), of_city(busy, PARTNER))
    assert {item["kind"] for item in seen.values()} == {*BOTH, "contactReview"}


def renewed(entries: dict[str, Any]) -> set[str]:
    return {item["title"] for item in entries.values() if item["kind"] == "agreementRenewal"}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ((PARTNER, "partner"), BOTH),
        ((PARTNER, "coordinator"), BOTH),
        ((OWN, "auditor"), {*BOTH, "planEnd"}),
        ((OWN, "editor"), {*BOTH, "planEnd"}),
        ((STRANGER, "coordinator"), set()),
        ((None, ""), set()),
    ],
)
def test_everybody_reads_what_he_sees(busy: World, who: tuple[str | None, str], expected: set[str]) -> None:
    assert set(kinds(busy.api(*who), of_city(busy))) == expected
    answer = busy.api(*who).get(of_link(busy))
    assert answer.status_code == (200 if expected else 404)


def test_the_public_reads_when_a_public_project_begins_and_ends_and_no_task(busy: World) -> None:
    with owner_session(busy.database.owner_url) as session:
        session.add(
            a_project(
                busy, visibility="public", title="For all", planned_start=SOON, planned_end=LATER, actual_start=None
            )
        )
        agreement = session.get_one(Agreement, busy.agreements["public"])
        agreement.valid_to, agreement.signed_on = LATER, agreement.valid_from
        session.commit()
    path = f"/v1/cityLinks/{busy.links['public']}/calendar"
    assert kinds(busy.api(), path) == ["projectStart", "projectEnd"]
    assert "agreementRenewal" in kinds(busy.api(PARTNER, "partner"), path)


def test_a_calendar_is_narrowed_to_kinds(busy: World) -> None:
    path = of_link(busy)
    assert set(kinds(busy.api(OWN), f"{path}?kind=projectEnd&kind=projectStart")) == {"projectEnd", "projectStart"}
    assert kinds(busy.api(OWN), f"{path}?kind=contactReview") == ["contactReview"]
    editor = busy.api(OWN, "editor").get(f"{path}?kind=contactReview")
    assert (editor.status_code, editor.json["entries"]) == (200, [])
    assert busy.api(OWN).get(f"{path}?kind=birthday").status_code == 400


def test_days_are_whole_and_their_end_is_exclusive(busy: World) -> None:
    found = events(busy.api(OWN), of_link(busy))
    event = found[f"projectStart-{busy.projects['ours']}@stedenband"]
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (SOON, SOON + timedelta(days=1))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert str(event["SUMMARY"]) == "Het project begint: Ours"
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED")
    assert str(event["STATUS"]) == "CONFIRMED"
    report = next(each for uid, each in found.items() if uid.startswith("periodReport-"))
    assert str(report["SUMMARY"]) == "Rapporteer de cijfers: Ours: Leerlingen"
    tentative = events(busy.api(OWN), of_city(busy)).values()
    assert {str(each["STATUS"]) for each in tentative if str(each["SUMMARY"]).endswith("Alone")} == {"TENTATIVE"}


def test_an_entry_stays_itself_when_its_record_changes_and_is_cancelled_with_it(busy: World) -> None:
    own, path = busy.api(OWN), of_link(busy)
    uid, project = f"projectEnd-{busy.projects['ours']}@stedenband", f"/v1/exchangeProjects/{busy.projects['ours']}"
    before = events(own, path)
    report = next(each for each in before if each.startswith("periodReport-"))
    moved = {"plannedEnd": (LATER + timedelta(days=7)).isoformat(), "title": "Long; with, commas\\ and " + "é" * 90}
    assert own.patch(project, moved).status_code == 200
    after = events(own, path)
    assert set(after) == set(before)
    assert after[uid].decoded("DTSTART") == LATER + timedelta(days=7)
    assert str(after[uid]["SUMMARY"]) == f"Het project loopt af: {moved['title']}"
    assert own.move(project, "cancelled", reason="Rains.").status_code == 200
    last = events(own, path)
    assert [int(each[uid]["SEQUENCE"]) for each in (before, after, last)] == [0, 1, 2]
    assert [int(each[report]["SEQUENCE"]) for each in (before, after, last)] == [0, 1, 2]
    assert {str(last[each]["STATUS"]) for each in (uid, report)} == {"CANCELLED"}
    data = own.get(f"{path}?format=ics").data
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert b"Long\\; with\\, commas\\\\ and" in data.replace(b"\r\n ", b"")


def test_a_renewal_is_that_of_the_last_agreement_and_goes_with_its_link(busy: World) -> None:
    own, link = busy.api(OWN), f"/v1/cityLinks/{busy.links['link']}"
    uid = f"agreementRenewal-{busy.agreements['ours']}@stedenband"
    assert told(own, of_link(busy))[uid]["sequence"] == 0
    assert own.patch(f"{link}/agreements/{busy.agreements['ours']}", {"title": "Renamed"}).status_code == 200
    assert own.patch(link, {"title": "Renamed too"}).status_code == 200
    entry = told(own, of_link(busy))[uid]
    assert (entry["sequence"], entry["title"], entry["href"].endswith(link)) == (2, "Renamed too", True)
    decision = {"date": "2026-01-15", "body": "City council", "reference": "GR/2026/1"}
    assert own.move(link, "ended", reason="Both agreed.", decision=decision).status_code == 200
    assert told(own, of_link(busy))[uid]["status"] == "cancelled"
    assert uid not in own.get("/v1/reminders").text, "and nobody has to renew it"
    followed = {"title": "Next", "kind": "renewal", "validFrom": (SOON + timedelta(days=1)).isoformat()}
    made = own.post(f"{link}/agreements", {**followed, "validTo": LATER.isoformat(), "signedOn": "2026-01-01"})
    assert made.status_code == 201
    assert uid not in told(own, of_link(busy))
    assert f"agreementRenewal-{made.json['id']}@stedenband" in told(own, of_link(busy))


def test_a_calendar_tells_programs_its_name_and_when_to_look_again(busy: World) -> None:
    answer = busy.api(OWN).get(f"{of_city(busy)}?format=ics")
    read = icalendar.Calendar.from_ical(answer.data)
    assert (str(read["NAME"]), str(read["X-WR-CALNAME"]), str(read["VERSION"])) == (OWN, OWN, "2.0")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n" in answer.data
    assert b"Hidden" not in answer.data
    again = busy.api(OWN).get(f"{of_city(busy)}?format=ics", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_calendar_looks_back_a_year(busy: World) -> None:
    with owner_session(busy.database.owner_url) as session:
        for days in (360, 370):
            ended = TODAY - timedelta(days=days)
            session.add(
                a_project(busy, title=f"{days} days ago", planned_start=ended, planned_end=ended, actual_start=None)
            )
        session.commit()
    titles = {item["title"] for item in busy.api(OWN).get(of_city(busy)).json["entries"]}
    assert "360 days ago" in titles
    assert "370 days ago" not in titles


@pytest.mark.parametrize("kind", ["json", "ics"])
def test_a_calendar_is_one_statement(busy: World, kind: str) -> None:
    for path in (of_link(busy), of_city(busy)):
        with watched(busy) as traffic:
            assert busy.api(OWN).get(f"{path}?format={kind}").status_code == 200
        assert (traffic.checkouts, len(traffic.statements)) == (1, 1)


def test_what_is_missing_or_not_seen_has_no_calendar(busy: World) -> None:
    hidden = f"/v1/cityLinks/{busy.links['city']}/calendar"
    missing = "/v1/cityLinks/0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37/calendar"
    for path in (hidden, missing, missing.replace("cityLinks", "partnerCities")):
        answer = busy.api(PARTNER).get(path)
        assert (answer.status_code, answer.json["detail"]) == (404, "There is no such resource, or you may not see it.")


def test_a_visit_is_one_bar_and_its_program_has_hours_where_it_is(busy: World) -> None:
    shown = {str(each["SUMMARY"]): each for each in events(busy.api(OWN), of_link(busy)).values()}
    bar, dinner = shown["Delegatie: Visit"], shown["Programma: Dinner"]
    assert (bar["DTSTART"].dt, bar["DTEND"].dt) == (SOON, SOON + timedelta(days=4))
    assert (str(bar["STATUS"]), str(bar["LOCATION"])) == ("TENTATIVE", PARTNER)
    assert (dinner["DTSTART"].params["TZID"], str(dinner["LOCATION"])) == ("Europe/Brussels", "Hall")
    assert dinner["DTEND"].dt - dinner["DTSTART"].dt == timedelta(hours=3)
