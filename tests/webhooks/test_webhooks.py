"""Webhooks over HTTP: who may have them, what their addresses are, and that their secrets are shown once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from stedenband.access.models import ApiClient
from stedenband.access.rules import issue_key
from stedenband.core.address import owner_session
from stedenband.webhooks.models import TELLABLE
from stedenband.webhooks.schemas import LOOPBACK
from tests.access.test_keys import everything
from tests.builders import OWN, PARTNER, STRANGER, Api, World
from tests.webhooks.conftest import WEBHOOKS, Rig

PUBLIC = {"label": "Map", "url": "https://map.example.org/hooks"}


def make(api: Api, **values: Any) -> dict[str, Any]:
    made = api.post(WEBHOOKS, {**PUBLIC, **values})
    assert made.status_code == 201, made.text
    return dict(made.json)


def key_with(world: World, *scopes: str) -> str:
    """Return another key of the coordinator, which may do no more than this."""
    with owner_session(world.database.owner_url) as session:
        key = issue_key(session, session.get_one(ApiClient, world.clients[OWN, "coordinator"]), scopes=list(scopes)).key
        session.commit()
        return key


def test_a_secret_is_shown_once(fresh_world: World) -> None:
    api = fresh_world.api(OWN, "coordinator")
    made = api.post(WEBHOOKS, PUBLIC, headers={"Idempotency-Key": "hook"})
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    assert made.headers["Cache-Control"] == "no-store"
    assert made.headers["Location"] == made.json["href"]
    again = api.post(WEBHOOKS, PUBLIC, headers={"Idempotency-Key": "hook"})
    assert again.json["type"].endswith(":replyNotKept")
    for path in (made.json["href"], f"{made.json['href']}/history", WEBHOOKS, "/v1/changes?pageSize=200"):
        assert made.json["secret"][6:] not in api.get(path).text
    assert api.get(made.json["href"]).json["status"] == "active"


def test_the_secret_stands_nowhere_but_in_its_column(fresh_world: World) -> None:
    secret = make(fresh_world.api(OWN, "coordinator"))["secret"]
    assert secret[6:] not in str(everything(fresh_world))


def test_a_webhook_is_its_clients_own(fresh_world: World) -> None:
    made = make(fresh_world.api(OWN, "coordinator"))
    for city, role in ((OWN, "editor"), (PARTNER, "coordinator"), (STRANGER, "coordinator")):
        others = fresh_world.api(city, role)
        assert others.get(made["href"]).status_code == 404
        assert others.get(f"{made['href']}/deliveries").status_code == 404
        assert others.patch(made["href"], {"label": "Mine"}).status_code == 404
        assert others.post(f"{made['href']}/secret", None).status_code == 404
        assert others.get(WEBHOOKS).json["items"] == []
    assert fresh_world.api().get(WEBHOOKS).status_code == 401


def test_an_administrator_sees_and_deletes_all_but_makes_none(fresh_world: World) -> None:
    made = make(fresh_world.api(OWN, "coordinator"))
    admin = fresh_world.api(OWN, "admin")
    assert [each["id"] for each in admin.get(WEBHOOKS).json["items"]] == [made["id"]]
    assert admin.post(WEBHOOKS, PUBLIC).status_code == 403
    assert admin.patch(made["href"], {"label": "Mine"}).status_code == 403
    assert admin.delete(made["href"]).status_code == 204
    assert fresh_world.api(OWN, "coordinator").get(made["href"]).status_code == 404


@pytest.mark.parametrize(
    "url",
    ["http://map.example.org/", "https://127.0.0.1/", "https://localhost/", "https://2130706433/", "https://[::1]/",
     "https://169.254.169.254/latest", "https://user:password@map.example.org/", "https://map.example.org/#a",
     "https://10.0.0.1/", "ftp://map.example.org/", "map.example.org", "https://map/", f"https://map.example.org/{'a' * 490}", 7, None, ""],
)  # fmt: skip
def test_an_address_that_is_not_of_the_internet_is_refused(fresh_world: World, url: object) -> None:
    api = fresh_world.api(OWN, "coordinator")
    made = make(api)
    for answer in (api.post(WEBHOOKS, {**PUBLIC, "url": url}), api.patch(made["href"], {"url": url})):
        assert answer.status_code == 400
        assert [issue["name"] for issue in answer.json["issues"]] == ["url"]


def test_this_machine_is_taken_where_the_settings_say_so(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    api = fresh_world.api(OWN, "coordinator")
    monkeypatch.setitem(fresh_world.app.config, LOOPBACK, True)
    for url in ("http://127.0.0.1:9000/", "http://localhost:9000/a", "https://[::1]:9000/"):
        assert make(api, url=url)["url"] == url
    assert api.post(WEBHOOKS, {**PUBLIC, "url": "http://10.0.0.1/"}).status_code == 400


def test_a_webhook_needs_a_key_that_may_read_changes(fresh_world: World) -> None:
    deaf = fresh_world.api().as_(key_with(fresh_world, "webhooks:create", "webhooks:read"))
    answer = deaf.post(WEBHOOKS, PUBLIC)
    assert answer.status_code == 403
    assert "changes:read" in answer.json["detail"]
    able = fresh_world.api().as_(key_with(fresh_world, "webhooks:create", "webhooks:read", "changes:read"))
    assert make(able)["status"] == "active"


def test_a_client_has_at_most_twenty(fresh_world: World) -> None:
    api = fresh_world.api(OWN, "coordinator")
    first = make(api)
    for _ in range(19):
        make(api)
    refused = api.post(WEBHOOKS, PUBLIC)
    assert refused.status_code == 409
    assert "20" in refused.json["detail"]
    assert api.delete(first["href"]).status_code == 204
    make(api)


def test_a_link_has_to_be_seen(fresh_world: World) -> None:
    link = {"id": str(fresh_world.links["city"])}
    refused = fresh_world.api(STRANGER, "coordinator").post(WEBHOOKS, {**PUBLIC, "cityLink": link})
    assert refused.status_code == 400
    assert refused.json["issues"][0]["name"] == "cityLink"
    made = make(fresh_world.api(OWN, "coordinator"), cityLink=link)
    changed = fresh_world.api(OWN, "coordinator").patch(made["href"], {"cityLink": None, "label": "All"})
    assert "cityLink" not in changed.json


def test_it_is_paused_by_its_client_and_disabled_by_the_register_alone(rig: Rig) -> None:
    hook = rig.hook()
    assert rig.api().patch(hook["href"], {"status": "disabled"}).json["issues"][0]["name"] == "status"
    assert rig.api().patch(hook["href"], {"status": "paused"}).json["status"] == "paused"
    made = rig.organization()
    rig.work()
    assert rig.receiver.messages == []
    tried = rig.api().post(f"{hook['href']}/test", None)
    assert tried.status_code == 409
    assert rig.api().patch(hook["href"], {"status": "active"}).json["status"] == "active"
    rig.work()
    assert [event["data"]["operation"] for event in rig.receiver.about(made["id"])] == ["created"]


def test_for_a_day_after_a_rotation_both_secrets_sign(rig: Rig) -> None:
    hook = rig.hook()
    rotated = rig.api().post(f"{hook['href']}/secret", None)
    assert rotated.status_code == 200
    assert rotated.headers["Cache-Control"] == "no-store"
    until = datetime.fromisoformat(rotated.json["previousUntil"])
    assert timedelta(hours=23) < until - datetime.now(UTC) <= timedelta(days=1)
    rig.organization()
    rig.work()
    for secret in (hook["secret"], rotated.json["secret"]):
        rig.receiver.messages[-1].verified(secret)
    rig.execute("UPDATE webhook SET previous_until = now() - interval '1 second'")
    rig.organization(name="Later")
    rig.work()
    rig.receiver.messages[-1].verified(rotated.json["secret"])
    with pytest.raises(WebhookVerificationError):
        rig.receiver.messages[-1].verified(hook["secret"])


def test_a_rotation_is_in_the_history_without_the_secret(rig: Rig) -> None:
    hook = rig.hook()
    rotated = rig.api().post(f"{hook['href']}/secret", None)
    history = rig.api(role="admin").get(f"{hook['href']}/history")
    assert [entry["operation"] for entry in history.json["items"]] == ["updated", "created"]
    for secret in (hook["secret"], rotated.json["secret"]):
        assert secret.removeprefix("whsec_") not in history.text


def test_every_collection_with_words_for_others_is_told(fresh_world: World) -> None:
    answer = fresh_world.api(OWN, "coordinator").post(WEBHOOKS, {**PUBLIC, "resources": list(TELLABLE)})
    assert answer.status_code == 201
    assert answer.json["resources"] == sorted(TELLABLE)
