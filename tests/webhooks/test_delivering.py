"""How messages are sent: in order for each record, until they are taken or given up, and what then follows."""

from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL
from typing import Any

import orjson
import psycopg
import pytest

from stedenband.config import Settings
from stedenband.core.address import worker_session
from stedenband.webhooks.jobs import deliver, forget_deliveries
from stedenband.webhooks.rules.messages import DELAYS
from tests.changes.feed import wait_for_older_transactions
from tests.jobs import add, connected, states, work_off, working
from tests.processes import until
from tests.receivers import Message
from tests.serving import free_port
from tests.webhooks.conftest import Rig

DUE_NOW = "UPDATE webhook_delivery SET due_at = now() - interval '1 second' WHERE state = 'pending'"
DUE_IN = "SELECT attempts, extract(epoch FROM due_at - now())::float FROM webhook_delivery WHERE state = 'pending'"


WAITING = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, scheduled_at)"
    " VALUES ('default', 'deliver', %s, %s, %s, now() + interval '1 hour')"
)
"""A job that is there already, so that no other is made."""
ARRIVED = "SELECT count(DISTINCT record_id) FROM webhook_delivery WHERE state = 'delivered'"


def arrived_in(rig: Rig) -> int:
    """Return of how many records messages are known to have arrived."""
    with psycopg.connect(rig.world.database.owner_url) as owner:
        row = owner.execute(ARRIVED).fetchone()
    assert row
    return int(row[0])


def refusing(*records: dict[str, Any], status: int = 500) -> Callable[[Message], int]:
    """Answer messages about these records with a status, and take all others."""
    return lambda message: (
        status if orjson.loads(message.body)["data"].get("id") in {each["id"] for each in records} else 204
    )


def test_messages_about_a_record_wait_for_the_one_before(rig: Rig) -> None:
    hook = rig.hook()
    one, other = rig.organization(), rig.organization(name="Other")
    for turn in range(3):
        rig.api().patch(one["href"], {"community": str(turn)})
    rig.receiver.answer = refusing(one)
    rig.work()
    rig.execute(DUE_NOW)
    rig.work()
    assert {event["data"]["version"] for event in rig.receiver.about(one["id"])} == {1}
    assert len(rig.receiver.about(other["id"])) == 1
    rig.receiver.answer = refusing()
    rig.execute(DUE_NOW)
    rig.work()
    versions = [event["data"]["version"] for event in rig.receiver.about(one["id"])]
    assert versions == sorted(versions)
    assert versions[-3:] == [2, 3, 4]
    assert {entry["state"] for entry in rig.log(hook)} == {"delivered"}


def test_a_message_keeps_its_id_and_is_tried_for_three_days(rig: Rig) -> None:
    hook = rig.hook()
    rig.receiver.answer = lambda _: 503
    rig.organization()
    waits = []
    rig.work()
    for _ in DELAYS:
        with psycopg.connect(rig.world.database.owner_url) as owner:
            waits.append(owner.execute(DUE_IN).fetchone())
        rig.execute(DUE_NOW)
        rig.work()
    assert [row and row[0] for row in waits] == list(range(1, len(DELAYS) + 1))
    for row, planned in zip(waits, DELAYS, strict=True):
        assert row
        assert planned * 0.8 - 5 < row[1] < planned * 1.2 + 5
    assert 3 * 24 * 3600 < sum(DELAYS) < 4 * 24 * 3600
    assert len({message.id for message in rig.receiver.messages}) == 1
    [entry] = rig.log(hook)
    assert (entry["state"], entry["attempts"], entry["statusCode"]) == ("failed", len(DELAYS) + 1, 503)
    assert entry["failure"] == "notAccepted"
    assert rig.state(hook) == ("disabled", "unanswered")
    assert rig.api().patch(hook["href"], {"status": "active"}).json.get("reason") is None


def test_a_receiver_that_takes_others_is_not_disabled(rig: Rig) -> None:
    hook = rig.hook()
    made = rig.organization()
    rig.receiver.answer = refusing(made)
    rig.work()
    rig.organization(name="Taken")
    rig.work()
    rig.execute("UPDATE webhook_delivery SET attempts = %s WHERE state = 'pending'", len(DELAYS))
    rig.execute(DUE_NOW)
    rig.api().patch(made["href"], {"community": "Later"})
    rig.work()
    assert rig.state(hook) == ("active", None)
    assert [entry["state"] for entry in rig.log(hook, "?state=failed")] == ["failed"]
    rig.receiver.answer = refusing()
    rig.execute(DUE_NOW)
    rig.work()
    assert rig.receiver.about(made["id"])[-1]["data"]["version"] == 2


def test_a_receiver_that_is_gone_is_left_in_peace(rig: Rig) -> None:
    hook = rig.hook()
    made = rig.organization()
    rig.receiver.answer = lambda _: 410
    rig.work()
    assert rig.state(hook) == ("disabled", "gone")
    history = rig.api(role="admin").get(f"{hook['href']}/history").json["items"]
    assert history[0]["changes"]["reason"] == {"new": "gone"}
    assert "changedBy" not in history[0]
    rig.organization(name="Meanwhile")
    rig.work()
    assert len(rig.receiver.messages) == 1
    rig.receiver.answer = lambda _: 200
    rig.api().patch(hook["href"], {"status": "active"})
    rig.work()
    assert len(rig.receiver.about(made["id"])) == 2, "what was not taken is sent again"
    assert len(rig.receiver.messages) == 3


def test_a_redirect_is_no_success_and_is_not_followed(rig: Rig) -> None:
    hook = rig.hook()
    rig.receiver.answer = lambda _: 302
    rig.organization()
    rig.work()
    [entry] = rig.log(hook)
    assert (entry["state"], entry["statusCode"], entry["failure"]) == ("pending", 302, "notAccepted")
    assert len(rig.receiver.messages) == 1


def test_a_receiver_that_cannot_be_reached_is_tried_again(rig: Rig) -> None:
    hook = rig.hook(url=f"http://127.0.0.1:{free_port()}/")
    rig.organization()
    rig.organization(name="Other")
    rig.work()
    failed = [entry for entry in rig.log(hook) if entry["attempts"]]
    assert {(entry["state"], entry["failure"]) for entry in failed} == {("pending", "notReachable")}
    assert "statusCode" not in failed[0]


def test_a_test_message_arrives_and_is_found_in_the_log(rig: Rig) -> None:
    hook = rig.hook()
    made = rig.api().post(f"{hook['href']}/test", None)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == made.json["href"]
    rig.work()
    [message] = rig.receiver.messages
    event = message.verified(hook["secret"])
    assert (event["type"], event["data"]) == ("org.stedenband.webhooks.test", {"href": hook["href"]})
    assert rig.api().get(made.json["href"]).json["state"] == "delivered"
    assert rig.api().get(f"{hook['href']}/deliveries/{hook['id']}").status_code == 404


def test_the_log_is_read_in_pages_and_as_a_sheet(rig: Rig) -> None:
    hook = rig.hook()
    for number in range(3):
        rig.organization(name=f"Number {number}")
    rig.work()
    first = rig.api().get(f"{hook['href']}/deliveries?pageSize=2").json
    rest = rig.api().get(first["next"]).json
    assert [len(page["items"]) for page in (first, rest)] == [2, 1]
    assert "next" not in rest
    assert len({entry["id"] for page in (first, rest) for entry in page["items"]}) == 3
    assert len(rig.api().get(f"{hook['href']}/deliveries?format=csv").text.splitlines()) == 4
    assert rig.api().get(f"{hook['href']}/deliveries?after=x").status_code == 400


def test_messages_are_forgotten_a_month_after_they_arrived(rig: Rig) -> None:
    hook = rig.hook()
    rig.organization()
    rig.work()
    with worker_session(rig.world.database.worker_url) as session:
        forget_deliveries(session, Settings())
    assert len(rig.log(hook)) == 1
    rig.execute("UPDATE webhook_delivery SET ended_at = now() - interval '31 days'")
    with worker_session(rig.world.database.worker_url) as session:
        forget_deliveries(session, Settings())
    assert rig.log(hook) == []


def test_a_slow_receiver_gives_way_after_its_turn(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = rig.hook()
    rig.organization()
    monkeypatch.setattr("stedenband.webhooks.jobs.delivering.TURN", 0)
    rig.work()
    assert rig.receiver.messages == []
    assert [entry["state"] for entry in rig.log(hook)] == ["pending"]


def test_a_webhook_that_is_gone_has_nothing_to_send(rig: Rig) -> None:
    with worker_session(rig.world.database.worker_url) as session:
        deliver(session, Settings(), rig.world.links["link"])
    assert rig.receiver.messages == []


def test_the_job_that_tells_makes_one_that_sends_for_each_webhook(rig: Rig, folder: Path) -> None:
    hook = rig.hook(resources=["organizations"])
    rig.organization()
    wait_for_older_transactions(rig.world.database)
    add(rig.world.database, "tell")
    work_off(rig.world.database, folder)  # its settings do not allow this machine
    assert [(entry["attempts"], entry["failure"]) for entry in rig.log(hook)] == [(1, "addressNotTaken")]
    rig.execute(DUE_NOW)
    add(rig.world.database, "tell")
    with connected(rig.world.database) as connection:
        name = f"deliver {hook['id']}"
        connection.execute(WAITING, [name, name, f'{{"webhook": "{hook["id"]}"}}'])
    work_off(rig.world.database, folder)
    assert [task for task, *_ in states(rig.world.database)] == ["deliver"], "the one that waits, and no other"


def test_a_worker_tells_what_changes_while_it_runs_and_loses_nothing_when_killed(rig: Rig, folder: Path) -> None:
    rig.hook(resources=["organizations"])
    made: list[str] = []
    settings = {
        "STEDENBAND_WEBHOOKS_TO_LOOPBACK": "true",
        "SSL_CERT_FILE": str(folder / "authority.pem"),
        "STEDENBAND_PUBLIC_URL": "http://127.0.0.1:8000",
    }
    for turn in range(3):
        with working(rig.world.database, folder, **settings) as worker:
            made += [rig.organization(name=f"Turn {turn}, number {number}")["id"] for number in range(10)]
            arrived = len(rig.receiver.messages)
            until(lambda arrived=arrived: len(rig.receiver.messages) > arrived)  # type: ignore[misc]
            worker.process.send_signal(SIGKILL)
            worker.process.wait()
    wait_for_older_transactions(rig.world.database)
    rig.execute("UPDATE jobs.procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    with working(rig.world.database, folder, **settings):
        until(lambda: arrived_in(rig) == len(made))
    assert all(rig.receiver.about(each) for each in made)
    ids = {message.id for message in rig.receiver.messages}
    assert len(ids) == len(made), "no change became two messages"
