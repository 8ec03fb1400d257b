"""What a webhook is told is to be done: what its client sees of the reminders, once near and once overdue."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from signal import SIGKILL
from typing import Any

import psycopg
import pytest

from stedenband.config import Settings
from stedenband.core.address import owner_session, worker_session
from stedenband.webhooks.jobs import remind
from stedenband.webhooks.jobs.reminding import PAGE
from tests.builders import BASE, OWN, PARTNER, STRANGER, Api, a_plan, a_project
from tests.jobs import add, states, work_off
from tests.people.people import a_contact, to_be_reviewed
from tests.processes import until
from tests.webhooks.conftest import Rig
from tests.webhooks.test_webhooks import key_with

TODAY = datetime.now(UTC).date()
SOON, PAST = TODAY + timedelta(days=30), TODAY - timedelta(days=1)
REMIND = """
import sys
import stedenband.models
from stedenband.config import Settings
from stedenband.core.address import worker_session
from stedenband.webhooks.jobs import remind
with worker_session(sys.argv[1]) as session:
    remind(session, Settings())
"""
WAITS = "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%webhook_delivery%'"


def ends(rig: Rig, on: date, title: str = "Ends", **values: Any) -> str:
    """Make a project of the public link that ends on a day, and return its address."""
    with owner_session(rig.world.database.owner_url) as session:
        made = a_project(rig.world, **{"visibility": "link", "title": title, "planned_end": on, **values})
        session.add(made)
        session.commit()
        return f"{BASE}/v1/exchangeProjects/{made.id}"


def remind_all(rig: Rig) -> None:
    with worker_session(rig.world.database.worker_url) as session:
        remind(session, Settings(public_url=BASE))


def told(rig: Rig, hook: dict[str, Any], subject: str) -> list[str]:
    """Return the types of what a webhook was told of a record, or is to be, oldest first."""
    entries = [entry for entry in rig.log(hook, "?pageSize=200") if entry["subject"] == subject]
    return [entry["type"] for entry in reversed(entries)]


def listed(api: Api) -> set[tuple[str, str]]:
    """Return what `GET /reminders` says."""
    found = api.get("/v1/reminders")
    assert found.json["complete"]
    return {(item["href"], item["on"]) for item in found.json["reminders"]}


def test_a_reminder_arrives_as_a_signed_event_in_the_language_of_its_webhook(rig: Rig) -> None:
    hook = rig.hook(resources=["reminders"], language="fr", cityLink={"id": str(rig.world.links["link"])})
    project = ends(rig, SOON, "Formation", city_link_id=rig.world.links["link"])
    remind_all(rig)
    rig.work()
    [message] = [each for each in rig.receiver.messages if project.encode() in each.body]
    event = message.verified(hook["secret"])
    [reminder] = [
        each
        for each in rig.api().get("/v1/reminders?kind=projectEnd&lang=fr").json["reminders"]
        if each["href"] == project
    ]
    assert event["type"] == "org.stedenband.reminders.due"
    assert (event["subject"], event["data"]) == (project, {**reminder, "resource": "reminders"})
    assert event["data"]["summary"] == "Le projet se termine: Formation"
    assert {each["state"] for each in rig.log(hook, "?pageSize=200")} == {"delivered"}


def test_each_is_told_once_and_once_more_when_its_day_has_passed(rig: Rig) -> None:
    hook = rig.hook(resources=["reminders"])
    project = ends(rig, SOON)
    for _ in range(2):
        remind_all(rig)
    due, overdue = "org.stedenband.reminders.due", "org.stedenband.reminders.overdue"
    assert told(rig, hook, project) == [due]
    rig.execute("UPDATE exchange_project SET planned_end = %s WHERE title = 'Ends'", PAST)
    rig.execute("UPDATE webhook_reminder SET due_on = %s WHERE due_on = %s", PAST, SOON)
    for _ in range(2):
        remind_all(rig)
    assert told(rig, hook, project) == [due, overdue]
    rig.execute("UPDATE exchange_project SET planned_end = %s WHERE title = 'Ends'", SOON + timedelta(days=1))
    remind_all(rig)
    assert told(rig, hook, project) == [due, overdue, due], "another day is another reminder"
    assert told(rig, hook, ends(rig, TODAY + timedelta(days=91), "Later")) == []
    remind_all(rig)
    assert not [entry for entry in rig.log(hook, "?pageSize=200") if "Later" in str(entry)]


def test_a_client_is_told_what_it_would_read_in_the_list_and_no_more(rig: Rig) -> None:
    hooks = {city: rig.hook(rig.api(city), resources=["reminders"]) for city in (OWN, PARTNER, STRANGER)}
    shared, private = ends(rig, SOON, "Shared"), ends(rig, SOON, "Private", visibility="city")
    remind_all(rig)
    assert told(rig, hooks[OWN], private)
    assert told(rig, hooks[PARTNER], shared)
    assert not told(rig, hooks[PARTNER], private)
    for city, hook in hooks.items():
        subjects = {entry["subject"] for entry in rig.log(hook, "?pageSize=200")}
        assert subjects == {href for href, _ in listed(rig.api(city))}, city


def test_reminders_are_told_only_where_they_are_named(rig: Rig) -> None:
    silent = [rig.hook(), rig.hook(resources=["organizations"]), rig.hook(resources=["reminders"])]
    assert rig.api().patch(silent[2]["href"], {"status": "paused"}).status_code == 200
    both = rig.hook(resources=["organizations", "reminders"], operations=["created"])
    project = ends(rig, SOON)
    remind_all(rig)
    assert not any(told(rig, hook, project) for hook in silent)
    assert told(rig, both, project)
    made = rig.organization()
    rig.work()
    assert told(rig, both, made["href"]) == ["org.stedenband.organizations.created"]


def test_of_a_contact_no_more_is_told_than_that_it_is_to_be_reviewed(rig: Rig) -> None:
    contact = a_contact(rig.api(), function="Mayor", familyName="Hidden", reviewOn=SOON.isoformat())
    to_be_reviewed(rig.world, contact, SOON.isoformat())
    hooks = [rig.hook(rig.api(role=role), resources=["reminders"]) for role in ("coordinator", "editor")]
    remind_all(rig)
    assert [bool(told(rig, hook, contact["href"])) for hook in hooks] == [True, False]
    with psycopg.connect(rig.world.database.superuser_url) as connection:
        kept = connection.execute("SELECT data::text FROM webhook_delivery WHERE subject = %s", [contact["href"]])
        [(data,)] = kept.fetchall()
    assert '"Review the contact: Contact"' in data
    assert not any(word in data for word in ("Mayor", "Hidden"))


def test_more_than_a_page_is_told(rig: Rig) -> None:
    with owner_session(rig.world.database.owner_url) as session:
        session.add_all(a_project(rig.world, title=f"Many {n}", planned_end=SOON) for n in range(PAGE + 5))
        session.commit()
    hook = rig.hook(resources=["reminders"])
    remind_all(rig)
    with psycopg.connect(rig.world.database.superuser_url) as connection:
        counted = connection.execute("SELECT count(DISTINCT subject), count(*) FROM webhook_delivery").fetchone()
    assert counted is not None
    assert counted[0] == counted[1] == len(listed(rig.api())) > PAGE
    assert rig.log(hook)


def test_two_workers_at_once_tell_each_once(rig: Rig) -> None:
    hook = rig.hook(resources=["reminders"])
    projects = [ends(rig, SOON, f"Ends {n}") for n in range(20)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: remind_all(rig), range(4)))
    assert [told(rig, hook, project) for project in projects] == [["org.stedenband.reminders.due"]] * 20


def test_a_worker_that_is_killed_while_it_writes_neither_leaves_one_out_nor_tells_one_twice(rig: Rig) -> None:
    hook = rig.hook(resources=["reminders"])
    projects = [ends(rig, SOON, f"Ends {n}") for n in range(5)]
    with psycopg.connect(rig.world.database.superuser_url) as holder:
        holder.execute("LOCK TABLE webhook_delivery IN SHARE MODE")
        killed = subprocess.Popen([sys.executable, "-c", REMIND, rig.world.database.worker_url])
        with psycopg.connect(rig.world.database.superuser_url, autocommit=True) as watcher:
            until(lambda: watcher.execute(WAITS).fetchone() == (True,))
        killed.send_signal(SIGKILL)
        killed.wait()
    remind_all(rig)
    assert [told(rig, hook, project) for project in projects] == [["org.stedenband.reminders.due"]] * 5


def test_the_client_of_today_is_asked(rig: Rig) -> None:
    hook = rig.hook(resources=["reminders"])
    project = ends(rig, SOON)
    client = f"/v1/apiClients/{rig.world.clients[OWN, 'coordinator']}"
    rig.api(role="admin").patch(client, {"status": "suspended"})
    remind_all(rig)
    assert told(rig, hook, project) == []
    rig.api(role="admin").patch(client, {"status": "active"})
    rig.execute("UPDATE api_client SET role = 'admin' WHERE id = %s", rig.world.clients[OWN, "coordinator"])
    remind_all(rig)
    assert told(rig, hook, project) == [], "who may not read reminders is told none"
    rig.execute("UPDATE api_client SET role = 'coordinator' WHERE id = %s", rig.world.clients[OWN, "coordinator"])
    remind_all(rig)
    assert told(rig, hook, project)


def test_a_webhook_that_is_told_everything_again_is_reminded_again(rig: Rig) -> None:
    hook = rig.hook(resources=["reminders"])
    project = ends(rig, SOON)
    remind_all(rig)
    cursor = rig.api().get("/v1/changes?pageSize=1").json["cursor"]
    for body, times in (({"after": cursor}, 1), ({}, 2)):
        again = rig.api().call("POST", f"{hook['href']}/replay", json=body, headers={"If-Match": "*"})
        assert again.status_code == 200, again.text
        remind_all(rig)
        assert len(told(rig, hook, project)) == times


@pytest.mark.parametrize(("scopes", "status"), [(["reminders:read"], 201), ([], 403)])
def test_to_be_reminded_takes_a_key_that_may_read_reminders(rig: Rig, scopes: list[str], status: int) -> None:
    held = ["webhooks:create", "webhooks:read", "webhooks:update", "changes:read", *scopes]
    api = rig.api().as_(key_with(rig.world, *held))
    body = {"label": "Chat", "url": rig.receiver.address, "resources": ["reminders"]}
    assert api.post("/v1/webhooks", body).status_code == status
    other = api.post("/v1/webhooks", {**body, "resources": []}).json
    changed = api.patch(other["href"], {"resources": ["reminders"]})
    assert changed.status_code == (403 if status == 403 else 200)


def test_the_language_is_that_of_the_request_that_makes_it_until_it_is_changed(rig: Rig) -> None:
    body = {"label": "Chat", "url": rig.receiver.address}
    for said, language in (("fr-BE", "fr"), ("de", "nl")):
        made = rig.api().post("/v1/webhooks", body, headers={"Accept-Language": said}).json
        assert made["language"] == language
    changed = rig.api().patch(made["href"], {"language": "en"})
    assert changed.json["language"] == "en"
    assert rig.api().patch(made["href"], {"language": "de"}).status_code == 400
    history = rig.api(role="admin").get(f"{made['href']}/history").json["items"]
    assert [entry["operation"] for entry in history] == ["updated", "created"]
    assert "language" in str(history[0])


def test_the_worker_reminds_by_itself(rig: Rig, folder: Any) -> None:
    hook = rig.hook(resources=["reminders"])
    ends(rig, SOON)
    add(rig.world.database, "remind")
    work_off(rig.world.database, folder)
    assert "org.stedenband.reminders.due" in {entry["type"] for entry in rig.log(hook, "?pageSize=200")}
    assert states(rig.world.database) == []


def test_a_plan_that_ends_is_told_for_no_link(rig: Rig) -> None:
    with owner_session(rig.world.database.owner_url) as session:
        plan = a_plan(rig.world, title="The last", end_date=SOON, status="published", visibility="public")
        session.add(plan)
        session.commit()
        subject = f"{BASE}/v1/policyPlans/{plan.id}"
    everywhere = rig.hook(resources=["reminders"])
    in_link = rig.hook(resources=["reminders"], cityLink={"id": str(rig.world.links["link"])})
    remind_all(rig)
    assert told(rig, everywhere, subject)
    assert not told(rig, in_link, subject)
