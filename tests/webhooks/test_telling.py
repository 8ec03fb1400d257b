"""What a webhook is told: what its client sees in the feed of changes, once, as far as its lists let it through."""

from stedenband.app import RESOURCES
from stedenband.webhooks.jobs.telling import PAGE
from stedenband.webhooks.models import TELLABLE
from tests.builders import BASE, OWN, PARTNER, STRANGER
from tests.webhooks.conftest import Rig


def test_a_change_arrives_as_a_signed_event(rig: Rig) -> None:
    hook = rig.hook()
    made = rig.organization()
    rig.work()
    [message] = rig.receiver.messages
    event = message.verified(hook["secret"])
    [feed] = [each for each in rig.api().get("/v1/changes?pageSize=200").json["items"] if each["id"] == made["id"]]
    assert event == {
        "specversion": "1.0",
        "id": message.id,
        "source": BASE,
        "type": "org.stedenband.organizations.created",
        "subject": made["href"],
        "time": event["time"],
        "datacontenttype": "application/json",
        "data": feed,
    }
    assert message.headers["content-type"] == "application/cloudevents+json"
    [entry] = rig.log(hook)
    assert (entry["id"], entry["state"], entry["statusCode"]) == (message.id, "delivered", 204)
    rig.work()
    assert len(rig.receiver.messages) == 1, "once"


def test_nothing_is_told_of_what_was_before(rig: Rig) -> None:
    rig.organization()
    rig.hook()
    rig.work()
    assert rig.receiver.messages == []


def test_a_client_is_told_of_what_it_sees_and_of_what_it_loses(rig: Rig) -> None:
    seen = {city: rig.hook(rig.api(city)) for city in (OWN, PARTNER, STRANGER)}
    shared, private = rig.organization(), rig.organization(name="Private", visibility="city")
    rig.work()
    told = {city: {entry["subject"] for entry in rig.log(hook)} for city, hook in seen.items()}
    assert told == {OWN: {shared["href"], private["href"]}, PARTNER: {shared["href"]}, STRANGER: set()}
    assert rig.api().patch(shared["href"], {"visibility": "city"}).status_code == 200
    rig.work()
    assert [entry["type"].rpartition(".")[2] for entry in rig.log(seen[PARTNER])] == ["withdrawn", "created"]


def test_only_what_the_lists_let_through_is_told(rig: Rig) -> None:
    link = {"id": str(rig.world.links["link"])}
    organizations = rig.hook(resources=["organizations"])
    updates = rig.hook(operations=["updated"])
    of_link = rig.hook(cityLink=link)
    inside, outside = rig.organization(), rig.organization(name="Outside", visibility="city")
    rig.api().patch(f"/v1/cityLinks/{link['id']}", {"summary": {"en": "Changed."}})
    rig.work()
    address = f"{BASE}/v1/cityLinks/{link['id']}"
    assert {entry["subject"] for entry in rig.log(organizations)} == {inside["href"], outside["href"]}
    assert {entry["subject"] for entry in rig.log(updates)} == {address}
    assert {entry["subject"] for entry in rig.log(of_link)} == {inside["href"], address}


def test_more_than_a_page_is_told(rig: Rig) -> None:
    hook = rig.hook(resources=["organizations"])
    rig.execute(
        "INSERT INTO organization (name, kind, visibility) SELECT 'Many ' || n, '22', 'public'"
        " FROM generate_series(1, %s) n",
        PAGE + 5,
    )
    rig.work()
    while rig.log(hook, "?state=pending"):
        rig.work()
    assert len({message.id for message in rig.receiver.messages}) == PAGE + 5
    assert len(rig.log(hook, "?pageSize=200")) == 200


def test_a_suspended_client_is_told_nothing_and_misses_nothing(rig: Rig) -> None:
    rig.hook()
    client = f"/v1/apiClients/{rig.world.clients[OWN, 'coordinator']}"
    made = rig.organization()
    rig.work()
    again = rig.organization(name="Meanwhile")
    assert rig.api(role="admin").patch(client, {"status": "suspended"}).status_code == 200
    rig.work()
    assert rig.receiver.about(again["id"]) == []
    assert rig.api(role="admin").patch(client, {"status": "active"}).status_code == 200
    rig.work()
    assert [len(rig.receiver.about(each["id"])) for each in (made, again)] == [1, 1]


def test_what_waits_is_not_sent_for_a_client_that_is_suspended_since(rig: Rig) -> None:
    rig.hook()
    rig.receiver.answer = lambda _: 500
    rig.organization()
    rig.work()
    client = f"/v1/apiClients/{rig.world.clients[OWN, 'coordinator']}"
    rig.api(role="admin").patch(client, {"status": "suspended"})
    rig.execute("UPDATE webhook_delivery SET due_at = now() - interval '1 second'")
    rig.work()
    assert len(rig.receiver.messages) == 1


def test_a_client_is_told_what_it_sees_today(rig: Rig) -> None:
    rig.hook()
    rig.organization(name="Private", visibility="city")
    shared = rig.organization()
    rig.execute("UPDATE api_client SET role = 'partner' WHERE id = %s", rig.world.clients[OWN, "coordinator"])
    rig.work()
    assert len(rig.receiver.messages) == 1
    assert len(rig.receiver.about(shared["id"])) == 1


def test_what_came_after_a_cursor_is_told_again(rig: Rig) -> None:
    cursor = rig.api().get("/v1/changes?pageSize=200").json
    while "next" in cursor:
        cursor = rig.api().get(cursor["next"]).json
    hook = rig.hook()
    made = rig.organization()
    rig.work()
    answer = rig.api().call(
        "POST", f"{hook['href']}/replay", json={"after": cursor["cursor"]}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text
    rig.work()
    first, second = (message for message in rig.receiver.messages if made["id"].encode() in message.body)
    assert first.id != second.id
    for after, status in (("nonsense", 400), ("0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37.1.1", 410)):
        refused = rig.api().call("POST", f"{hook['href']}/replay", json={"after": after}, headers={"If-Match": "*"})
        assert refused.status_code == status
    everything = rig.api().call("POST", f"{hook['href']}/replay", json={}, headers={"If-Match": "*"})
    assert everything.status_code == 200
    rig.work()
    assert len(rig.receiver.about(rig.world.links["link"])) >= 1


def test_after_a_restore_a_receiver_is_told_to_load_everything_anew(rig: Rig) -> None:
    hook = rig.hook()
    rig.execute("INSERT INTO change_epoch (started_at) VALUES (now() + interval '1 second')")
    rig.organization()
    rig.work()
    assert [entry["type"] for entry in rig.log(hook)] == ["org.stedenband.changes.restarted"]
    made = rig.organization(name="Later")
    rig.work()
    assert len(rig.receiver.about(made["id"])) == 1


def test_all_that_callers_follow_can_be_told() -> None:
    of_administrators = {"apiClients", "calendarSubscriptions", "digestSubscriptions", "webhooks"}
    assert set(TELLABLE) == {each.name for each in RESOURCES} - of_administrators
