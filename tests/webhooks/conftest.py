"""What tests of webhooks share: a receiver that the world's worker trusts, and the worker's jobs done at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stedenband.app import RESOURCES
from stedenband.changes.feed.catalogue import catalogue_of
from stedenband.config import Settings
from stedenband.core.address import worker_session
from stedenband.webhooks.jobs import deliver, due, tell
from stedenband.webhooks.schemas import LOOPBACK
from tests.builders import BASE, OWN, Api, World
from tests.changes.feed import wait_for_older_transactions
from tests.receivers import Receiver, receiving

WEBHOOKS = "/v1/webhooks"


@dataclass
class Rig:
    """A world, and a receiver on this machine that it may send to."""

    world: World
    receiver: Receiver

    def api(self, city: str = OWN, role: str = "coordinator") -> Api:
        return self.world.api(city, role)

    def hook(self, api: Api | None = None, **values: Any) -> dict[str, Any]:
        """Make a webhook that leads to the receiver; it tells what is changed from now on."""
        wait_for_older_transactions(self.world.database)
        made = (api or self.api()).post(WEBHOOKS, {"label": "Map", "url": self.receiver.address, **values})
        assert made.status_code == 201, made.text
        return dict(made.json)

    def organization(self, **values: Any) -> dict[str, Any]:
        """Make an organization in the link of both sides."""
        link = {"id": str(self.world.links["link"])}
        shared = {"visibility": "link", "cityLink": link}
        body = {"name": "Told", "kind": "22", **({} if "visibility" in values else shared), **values}
        made = self.api().post("/v1/organizations", body)
        assert made.status_code == 201, made.text
        return dict(made.json)

    def work(self) -> None:
        """Tell webhooks everything that was changed until now, and send what is due."""
        wait_for_older_transactions(self.world.database)
        settings = Settings(public_url=BASE, webhooks_to_loopback=True)
        with worker_session(self.world.database.worker_url) as session:
            tell(session, catalogue_of(RESOURCES), f"{BASE}/v1")
            for webhook in due(session):
                deliver(session, settings, webhook)

    def log(self, hook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
        """Return the messages of a webhook, newest first."""
        found = self.api(role="admin").get(f"{hook['href']}/deliveries{query}")
        assert found.status_code == 200, found.text
        return list(found.json["items"])

    def state(self, hook: dict[str, Any]) -> tuple[str, str | None]:
        """Return the status of a webhook, and why."""
        found = self.api(role="admin").get(hook["href"]).json
        return found["status"], found.get("reason")

    def execute(self, sql: str, *values: object) -> None:
        """Change what only time or the operator would."""
        with psycopg.connect(self.world.database.superuser_url) as connection:
            connection.execute(sql, values)


@pytest.fixture
def rig(fresh_world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setitem(fresh_world.app.config, LOOPBACK, True)
    with receiving(folder) as receiver:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
        yield Rig(fresh_world, receiver)
