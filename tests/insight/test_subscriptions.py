"""Addresses of calendars for phones: their secret, their rights, and how little of them stands anywhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import psycopg
import pytest
from sqlalchemy import update

from stedenband.access.models import ApiClient
from stedenband.access.rules import issue_key
from stedenband.app import create_app
from stedenband.cities.models import CityLink
from stedenband.config import Settings
from stedenband.core.address import owner_session
from stedenband.insight.models import SPOKEN
from stedenband.people.models import Contact
from stedenband.web.catalogs import LANGUAGES
from stedenband.web.trace import SECRET
from tests.access.test_keys import everything
from tests.builders import BASE, OWN, PARTNER, STRANGER, Api, World, a_project, an_agreement
from tests.contracts.test_statements import watched

SUBSCRIPTIONS = "/v1/calendarSubscriptions"
TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=30)


@pytest.fixture
def busy(fresh_world: World) -> World:
    """A world with a project that begins soon, and an agreement that ends soon, in the link of both sides."""
    with owner_session(fresh_world.database.owner_url) as session:
        session.execute(update(Contact).values(review_on=None))
        link = fresh_world.links["link"]
        days = {"planned_start": SOON, "planned_end": SOON, "actual_start": None}
        session.add(a_project(fresh_world, city_link_id=link, visibility="link", title="Ours", **days))
        agreement = an_agreement(link, fresh_world.cities[OWN], "link", 2000)
        agreement.valid_to, agreement.signed_on = SOON, agreement.valid_from
        session.add(agreement)
        session.commit()
    return fresh_world


def subscribe(api: Api, **values: Any) -> dict[str, Any]:
    """Make a subscription."""
    made = api.post(SUBSCRIPTIONS, {"label": "Phone", **values})
    assert made.status_code == 201, made.text
    return dict(made.json)


def summaries(world: World, address: str) -> list[str]:
    """Return what a phone, which has no key, reads under an address, of what the test made."""
    answer = world.api().get(address)
    assert answer.status_code == 200, answer.text
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    return [str(each["SUMMARY"]) for each in events if str(each.decoded("DTSTART")) >= TODAY.isoformat()]


def test_an_address_is_shown_once_and_kept_as_a_hash(busy: World) -> None:
    own = busy.api(OWN)
    answer = own.post(SUBSCRIPTIONS, {"label": "Phone of the office", "kinds": ["projectStart"], "language": "fr"})
    assert answer.headers["Cache-Control"] == "no-store"
    made = answer.json
    address = made.pop("address")
    secret = address.removeprefix(f"{BASE}/v1/calendars/")
    assert SECRET.fullmatch(secret)
    read = own.get(answer.headers["Location"])
    assert read.json == made
    assert (made["label"], made["kinds"], made["language"]) == ("Phone of the office", ["projectStart"], "fr")
    assert own.get(SUBSCRIPTIONS).json["items"] == [made]
    kept = everything(busy)
    assert secret not in kept
    assert secret.encode().hex() not in kept


def test_a_repeated_request_makes_no_second_address(busy: World) -> None:
    key = {"Idempotency-Key": "once"}
    answers = [busy.api(OWN).post(SUBSCRIPTIONS, {"label": "Phone"}, headers=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 409]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


def test_a_phone_reads_the_calendar_of_a_link_of_a_city_and_reminders(busy: World) -> None:
    own = busy.api(OWN)
    link, city = {"id": str(busy.links["link"])}, {"id": str(busy.cities[OWN])}
    title = own.get(f"/v1/cityLinks/{link['id']}").json["title"]
    renewal = f"Renew the agreement: {title}"
    of_link = subscribe(own, cityLink=link)["address"]
    assert summaries(busy, of_link) == [renewal, "The project ends: Ours", "The project begins: Ours"]
    of_city = subscribe(own, city=city, kinds=["projectStart"], language="nl")["address"]
    assert summaries(busy, of_city) == ["Het project begint: Ours"]
    assert summaries(busy, subscribe(own)["address"]) == [renewal, "The project ends: Ours"]
    assert summaries(busy, subscribe(own, kinds=["projectStart"])["address"]) == []
    assert summaries(busy, subscribe(busy.api(PARTNER, "partner"), language="fr")["address"])[0].startswith(
        "Renouveler"
    )


def test_the_reply_to_a_phone_is_its_own_and_costs_nothing_twice(busy: World) -> None:
    address = subscribe(busy.api(OWN), label="Van mij")["address"]
    first = busy.api().get(address)
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Cache-Control"].startswith("private")
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert str(icalendar.Calendar.from_ical(first.data)["NAME"]) == "Van mij"
    again = busy.api().get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert busy.api().get(address, headers={"Accept": "text/calendar"}).status_code == 200
    assert busy.api().get(address, headers={"Accept": "application/json"}).status_code == 406
    assert busy.api().call("HEAD", address).status_code == 200


def test_the_day_it_was_read_is_written_once_a_day_and_moves_nothing(busy: World) -> None:
    own = busy.api(OWN)
    made = subscribe(own)
    assert "lastReadOn" not in own.get(made["href"]).json

    def rows() -> Any:
        with psycopg.connect(busy.database.owner_url) as owner:
            query = "SELECT xmin::text, last_read_on, version, (SELECT count(*) FROM change) FROM calendar_subscription"
            return owner.execute(query).fetchall()

    changes = rows()[0][3]
    busy.api().get(made["address"])
    [(written, day, version, count)] = rows()
    assert (day, version, count) == (TODAY, 1, changes)
    busy.api().get(made["address"])
    assert rows()[0][0] == written
    assert own.get(made["href"]).json["lastReadOn"] == TODAY.isoformat()


def test_a_revoked_address_opens_nothing_at_once_like_one_that_never_was(busy: World) -> None:
    own = busy.api(OWN)
    made = subscribe(own)
    assert busy.api().get(made["address"]).status_code == 200
    assert own.call("DELETE", made["href"]).status_code == 204
    gone = busy.api().get(made["address"])
    never = busy.api().get("/v1/calendars/cal_never")
    assert gone.status_code == never.status_code == 404
    assert {**gone.json, "instance": ""} == {**never.json, "instance": ""}
    assert own.call("DELETE", made["href"]).status_code == 404


def test_an_address_has_the_rights_that_its_client_has_today(busy: World) -> None:
    admin, editor = busy.api(OWN, "admin"), busy.api(OWN, "editor")
    link = {"id": str(busy.links["link"])}
    address = subscribe(editor, cityLink=link)["address"]
    client = f"/v1/apiClients/{busy.clients[OWN, 'editor']}"
    assert len(summaries(busy, address)) == 3
    with owner_session(busy.database.owner_url) as session:
        session.get_one(CityLink, busy.links["link"]).visibility = "city"
        session.commit()
    assert len(summaries(busy, address)) == 3, "it is the city's own"
    assert admin.patch(client, {"role": "partner"}).status_code == 200
    assert summaries(busy, address) == [], "a partner does not see the link any more, so the phone is cleared"
    assert admin.patch(client, {"status": "suspended"}).status_code == 200
    assert busy.api().get(address).status_code == 404
    assert admin.patch(client, {"status": "active"}).status_code == 200
    assert busy.api().get(address).status_code == 200


def test_a_secret_opens_that_calendar_and_nothing_else(busy: World) -> None:
    own = busy.api(OWN)
    secret = subscribe(own)["address"].rpartition("/")[2]
    for header in (f"Bearer {secret}", f"Bearer sb_{secret}"):
        assert busy.api().get("/v1/me", headers={"Authorization": header}).status_code == 401
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        assert busy.api().call(method, f"/v1/calendars/{secret}").status_code == 405
    assert busy.api().get(f"/v1/calendars/{secret}?kind=planEnd").status_code == 400
    assert busy.api().get("/v1/calendarSubscriptions").status_code == 401, "nothing of it stays on the connection"
    stranger = busy.api(STRANGER).get(f"/v1/calendars/{secret}")
    assert stranger.data == busy.api().get(f"/v1/calendars/{secret}").data, "whoever else the caller is"
    assert busy.api(STRANGER).get("/v1/me").json["city"]["title"] == STRANGER


@pytest.mark.parametrize("where", ["city", "cityLink", None])
def test_a_key_gives_no_more_than_it_may_itself(busy: World, where: str | None) -> None:
    with owner_session(busy.database.owner_url) as session:
        client = session.get_one(ApiClient, busy.clients[OWN, "coordinator"])
        key = issue_key(session, client, scopes=["calendarSubscriptions:create"]).key
        session.commit()
    key_of = {"city": busy.cities[OWN], "cityLink": busy.links["link"]}
    made = subscribe(busy.api().as_(key), **({where: {"id": str(key_of[where])}} if where else {}))
    assert summaries(busy, made["address"]) == []


def test_one_reads_and_revokes_ones_own_and_an_administrator_all(busy: World) -> None:
    own, editor, admin = busy.api(OWN), busy.api(OWN, "editor"), busy.api(STRANGER, "admin")
    made = subscribe(own, label="Mine")
    assert editor.get(SUBSCRIPTIONS).json["items"] == []
    assert editor.call("DELETE", made["href"]).status_code == 404
    [seen] = admin.get(SUBSCRIPTIONS).json["items"]
    assert seen["client"] == str(busy.clients[OWN, "coordinator"])
    assert "Mine" not in admin.get(f"{made['href']}/history").text, "what it is called is about a person"
    assert admin.post(SUBSCRIPTIONS, {"label": "A"}).status_code == 403
    assert admin.call("DELETE", made["href"]).status_code == 204
    assert busy.api().get(made["address"]).status_code == 404


def test_the_calendar_of_a_link_that_is_merged_is_that_of_the_other(busy: World) -> None:
    link = {"id": str(busy.links["public"])}
    address = subscribe(busy.api(OWN), cityLink=link)["address"]
    assert summaries(busy, address) == []
    with owner_session(busy.database.owner_url) as session:
        session.get_one(CityLink, busy.links["public"]).merged_into_id = busy.links["link"]
        session.commit()
    assert len(summaries(busy, address)) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "label"),
        ({"label": "A", "kinds": ["birthday"]}, "kinds[0]"),
        ({"label": "A", "language": "de"}, "language"),
        ({"label": "A", "city": {"id": "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"}}, "city"),
        ({"label": "A", "address": "https://example.org"}, "address"),
    ],
)
def test_a_subscription_of_another_form_is_refused(busy: World, body: dict[str, Any], field: str) -> None:
    answer = busy.api(OWN).post(SUBSCRIPTIONS, body)
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, field)


def test_a_calendar_is_that_of_a_city_or_that_of_a_link_that_one_sees(busy: World) -> None:
    both = {"city": {"id": str(busy.cities[OWN])}, "cityLink": {"id": str(busy.links["link"])}}
    answer = busy.api(OWN).post(SUBSCRIPTIONS, {"label": "A", **both})
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, "cityLink")
    hidden = busy.api(STRANGER).post(SUBSCRIPTIONS, {"label": "A", "cityLink": both["cityLink"]})
    assert (hidden.status_code, hidden.json["issues"][0]["name"]) == (400, "cityLink")


def test_guesses_are_limited_by_address(busy: World) -> None:
    settings = Settings(
        database_url=busy.database.api_url, public_url=BASE, client_limit=1, anonymous_limit=3, workers=1
    )
    app = create_app(settings)
    phone = Api(app.test_client())
    address = subscribe(busy.api(OWN))["address"]
    statuses = [phone.get(path).status_code for path in (address, *["/v1/calendars/cal_guess"] * 2, address)]
    app.extensions["stedenband.database"].engine.dispose()
    assert statuses == [200, 404, 404, 429], "and reading spends nothing of the client's own"


def test_a_feed_takes_one_connection(busy: World) -> None:
    address = subscribe(busy.api(OWN))["address"]
    with watched(busy) as traffic:
        assert busy.api().get(address).status_code == 200
    assert (traffic.checkouts, len(traffic.statements)) == (1, 2)


def test_entries_are_written_in_the_languages_of_the_catalogs() -> None:
    assert set(SPOKEN) == set(LANGUAGES)
