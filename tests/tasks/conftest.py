"""What tests of tasks share: a world, and the worker's jobs done at once within this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from stedenband.tasks.jobs import carry_out
from stedenband.tasks.rules import FOLDER, Files
from stedenband.work.jobs import kinds
from tests.builders import BASE, DATA, OWN, Api, Reply, World
from tests.jobs import work_off

CSV, NDJSON = "text/csv", "application/x-ndjson"
LATER = {"Prefer": "respond-async"}


@dataclass
class Rig:
    """A world whose tasks are carried out when the test says so."""

    world: World

    def api(self, city: str = OWN, role: str = "coordinator") -> Api:
        return self.world.api(city, role)

    def import_(
        self,
        data: bytes,
        query: str = "",
        api: Api | None = None,
        kind: str = CSV,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a file of organizations that is to be imported as a task."""
        return (api or self.api()).call(
            "POST",
            f"/v1/imports?resource=organizations&{query}".rstrip("&"),
            data=data,
            headers={"Content-Type": kind, **LATER, **(headers or {})},
        )

    def asked(self, reply: Reply) -> str:
        """Return the address of the task that a reply tells of."""
        assert reply.status_code == 202, reply.text
        assert reply.headers["Location"] == reply.json["href"]
        return str(reply.json["href"])

    def work(self) -> None:
        """Carry out the tasks that wait, as their jobs do."""
        for (key,) in self.execute("SELECT id FROM task WHERE ended_at IS NULL ORDER BY id"):
            carry_out(self.world.database.worker_url, Files(DATA / FOLDER), kinds(BASE, DATA), key, last=False)

    def jobs(self) -> None:
        """Do all jobs that wait."""
        work_off(self.world.database, DATA, public_url=BASE)

    def end(self, address: str, api: Api | None = None) -> dict[str, Any]:
        """Do what waits and return the task as it ended."""
        self.work()
        reply = (api or self.api()).get(address)
        assert reply.status_code in {200, 303}, reply.text
        return dict(reply.json)

    def execute(self, sql: str, *values: object) -> list[Any]:
        """Change or look at what nobody can over HTTP."""
        with psycopg.connect(self.world.database.superuser_url) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def rig(fresh_world: World) -> Rig:
    return Rig(fresh_world)
