"""Reminders: what has to be done by a day, as a list and as a calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from stedenband.core.address import owner_session
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
from tests.people.people import a_contact, shared, to_be_reviewed

TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=30)
LATER = TODAY + timedelta(days=200)


@pytest.fixture
def busy(fresh_world: World) -> World:
    """A world in which a period, a project, a plan and an agreement end in a month, others much later."""
    world = fresh_world
    with owner_session(world.database.owner_url) as session:
        for end in (SOON, LATER):
            project = a_project(world, visibility="link", title=f"Ends {end}", planned_end=end)
            plan = a_plan(world, title=f"Ends {end}", end_date=end, status="published", visibility="public")
            session.add_all((project, plan))
            session.flush()
            result = a_result(project.id)
            session.add(result)
            session.flush()
            indicator = an_indicator(project.id, result.id, title={"nl": "Leerlingen", "en": "Pupils"})
            session.add(indicator)
            session.flush()
            common = {"status": "none", "report_value": None, "report_comment": None, "end_date": end}
            session.add(a_period(project.id, indicator.id, **common))
            session.flush()
        agreement = an_agreement(world.links["link"], world.cities[OWN], "link", 2000)
        agreement.valid_to, agreement.signed_on = SOON, agreement.valid_from
        session.add(agreement)
        session.commit()
    return world


def told(api: Api, query: str = "") -> list[tuple[str, str]]:
    """Return kind and day of what is to be done, of what the test made."""
    answer = api.get(f"/v1/reminders{query}")
    assert answer.status_code == 200, answer.text
    return [(item["kind"], item["on"]) for item in answer.json["reminders"] if item["on"] >= TODAY.isoformat()]


def test_what_ends_within_ninety_days_is_told(busy: World) -> None:
    own = busy.api(OWN)
    soon = SOON.isoformat()
    assert told(own) == [(kind, soon) for kind in ("agreementRenewal", "periodReport", "projectEnd")]
    assert told(own, "?ahead=0") == []
    assert told(own, "?ahead=365&kind=planEnd") == [("planEnd", LATER.isoformat())], "the plan that follows none"
    assert ("projectEnd", LATER.isoformat()) in told(own, "?ahead=365")
    assert told(own, "?kind=projectEnd&kind=periodReport") == [("periodReport", soon), ("projectEnd", soon)]


def test_a_plan_ends_until_the_next_one_is_published(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        old = a_plan(fresh_world, title="Old", end_date=SOON, status="published", visibility="public")
        new = a_plan(fresh_world, title="New", end_date=LATER)
        session.add_all((old, new))
        session.commit()
        path = f"/v1/policyPlans/{new.id}"
    assert ("planEnd", SOON.isoformat()) in told(fresh_world.api(OWN))
    assert fresh_world.api(OWN).move(path, "published").status_code == 200
    assert ("planEnd", SOON.isoformat()) not in told(fresh_world.api(OWN))


def test_a_period_is_due_until_its_report_is_pending(busy: World) -> None:
    own = busy.api(OWN)
    (item,) = [
        each for each in own.get("/v1/reminders?kind=periodReport").json["reminders"] if each["on"] == SOON.isoformat()
    ]
    assert (item["overdue"], item["summary"]) == (False, f"Report the figures: Ends {SOON}: Pupils")
    dutch = own.get("/v1/reminders?kind=periodReport&lang=nl").json["reminders"]
    assert next(each["title"] for each in dutch if each["id"] == item["id"]) == f"Ends {SOON}: Leerlingen"
    partner = busy.api(PARTNER, "partner")
    assert partner.patch(item["href"], {"report": {"value": "1"}}).status_code == 200
    assert ("periodReport", SOON.isoformat()) in told(partner)
    partner.move(item["href"], "pending")
    assert ("periodReport", SOON.isoformat()) not in told(partner)
    ended = own.get("/v1/reminders?kind=projectEnd").json["reminders"]
    assert {each["overdue"] for each in ended if each["on"] < TODAY.isoformat()} == {True}


@pytest.mark.parametrize(
    ("who", "kinds"),
    [
        ((PARTNER, "partner"), {"agreementRenewal", "periodReport", "projectEnd"}),
        ((OWN, "auditor"), {"agreementRenewal", "periodReport", "projectEnd", "planEnd"}),
        ((STRANGER, "coordinator"), set()),
    ],
)
def test_reminders_are_of_the_own_city_and_its_links(busy: World, who: tuple[str, str], kinds: set[str]) -> None:
    assert {kind for kind, _ in told(busy.api(*who), "?ahead=365")} == kinds
    assert busy.api().get("/v1/reminders").status_code == 401


def test_reminders_are_calendar_entries_that_a_phone_subscribes_to(busy: World) -> None:
    own = busy.api(OWN)

    def entries(**more: Any) -> dict[str, Any]:
        answer = own.get("/v1/reminders?format=ics&kind=projectEnd", **more)
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        read = icalendar.Calendar.from_ical(answer.data)
        return {str(event["UID"]): event for event in read.walk("VEVENT")}

    first = entries(headers={"Accept-Language": "nl"})
    (uid,) = [key for key, event in first.items() if event.decoded("DTSTART") == SOON]
    assert first[uid].decoded("DTEND") == SOON + timedelta(days=1)
    assert str(first[uid]["SUMMARY"]) == f"Het project loopt af: Ends {SOON}"
    project = str(first[uid]["URL"])
    own.patch(project, {"plannedEnd": LATER.isoformat(), "title": "A long title; with, commas " + "é" * 90})
    assert uid not in entries(), "it is not due yet"
    later = own.get("/v1/reminders?ahead=365&kind=projectEnd").json["reminders"]
    assert uid in {item["id"] for item in later}, "and stays the same entry"
    listed = own.get("/v1/reminders", headers={"Accept": "text/calendar"})
    assert listed.data.startswith(b"BEGIN:VCALENDAR")
    assert max(map(len, listed.data.split(b"\r\n"))) <= 75
    again = own.get("/v1/reminders", headers={"Accept": "text/calendar", "If-None-Match": listed.headers["ETag"]})
    assert again.status_code == 304


def test_reminders_are_one_statement(busy: World) -> None:
    for query in ("", "?kind=planEnd", "?format=ics"):
        with watched(busy) as traffic:
            assert busy.api(OWN).get(f"/v1/reminders{query}").status_code == 200
        assert (traffic.checkouts, len(traffic.statements)) == (1, 1)


@pytest.mark.parametrize("query", ["ahead=-1", "ahead=731", "kind=birthday", "pageSize=5", "format=csv"])
def test_reminders_of_another_form_are_refused(world: World, query: str) -> None:
    assert world.api(OWN).get(f"/v1/reminders?{query}").status_code in {400, 406}


def test_contacts_to_be_reviewed_are_told_to_those_who_review_and_never_by_name(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    mayor = a_contact(own, function="Mayor", familyName="Hidden", reviewOn=SOON.isoformat(), **shared(fresh_world))
    nameless = a_contact(own, familyName="Hidden", reviewOn=SOON.isoformat())
    a_contact(own, function="Later", reviewOn=LATER.isoformat())
    query = "/v1/reminders?kind=contactReview"
    items = {item["href"]: item for item in own.get(query).json["reminders"]}
    assert {href: item["summary"] for href, item in items.items()} == {
        mayor["href"]: "Review the contact: Mayor",
        nameless["href"]: "Review the contact: Contact",
    }
    assert {(item["on"], item["overdue"]) for item in items.values()} == {(SOON.isoformat(), False)}
    for language, said in (("nl", "Kijk het contact na: Mayor"), ("fr", "Réexaminer le contact: Mayor")):
        days = own.get(f"{query}&format=ics&lang={language}").data
        summaries = {str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(days).walk("VEVENT")}
        assert said in summaries
        assert b"Hidden" not in days
    for api in (fresh_world.api(OWN, "editor"), fresh_world.api(OWN, "auditor"), fresh_world.api(PARTNER)):
        assert api.get(query).json["reminders"] == []
        assert not [kind for kind, _ in told(api, "?ahead=365") if kind == "contactReview"]
    own.post(f"{mayor['href']}/review", {"reviewOn": LATER.isoformat()}, headers={"If-Match": "*"})
    assert mayor["href"] not in own.get(query).text
    to_be_reviewed(fresh_world, nameless, "2020-01-01")
    assert [item["overdue"] for item in own.get(query).json["reminders"]] == [True]
