"""The archive of a city as a task."""

from pathlib import Path

import pytest

from stedenband.core.address import owner_session
from stedenband.documents.rules import Store
from stedenband.tasks.jobs import Work
from stedenband.transfer.archive import long
from stedenband.transfer.archive.reading import opened
from stedenband.transfer.archive.writing import enter, write_archive
from tests.builders import DATA, OWN, PARTNER
from tests.tasks.conftest import Rig

EXPORTS = "/v1/exports"
EVERYTHING = {"collection": "everything", "format": "zip"}


def test_a_coordinator_takes_everything_of_the_city(rig: Rig, folder: Path) -> None:
    reply = rig.api().post(EXPORTS, EVERYTHING)
    ended = rig.end(rig.asked(reply))
    assert (ended["kind"], ended["status"]["state"]) == ("archive", "done"), ended
    fetched = rig.api().get(ended["result"])
    assert fetched.content_type == "application/zip"
    assert fetched.headers["Content-Disposition"].endswith('.zip"')
    path = folder / "city.zip"
    path.write_bytes(fetched.data)
    with owner_session(rig.world.database.owner_url) as session, (folder / "operator.zip").open("wb") as out:
        enter(session, rig.world.cities[OWN])
        whole = write_archive(session, rig.world.cities[OWN], Store(DATA / "documents"), out, lambda _: None)
    with opened(path) as archive:
        assert archive.manifest.hash == whole.hash
    assert ended["progress"]["rows"] == sum(whole.rows.values())


def test_only_a_coordinator_does(rig: Rig) -> None:
    for city, role in ((OWN, "editor"), (OWN, "auditor"), (OWN, "admin"), (PARTNER, "partner")):
        assert rig.api(city, role).post(EXPORTS, EVERYTHING).status_code == 403
    refused = rig.api().post(EXPORTS, {**EVERYTHING, "query": "q=x"})
    assert (refused.status_code, refused.json["issues"][0]["name"]) == (400, "query")
    asked = rig.asked(rig.api().post(EXPORTS, EVERYTHING))
    rig.execute("UPDATE api_client SET role = 'editor' WHERE id = %s", rig.world.clients[OWN, "coordinator"])
    assert rig.end(asked)["problem"]["status"] == 403


def test_an_archive_that_cannot_be_written_says_why(rig: Rig) -> None:
    asked = rig.asked(rig.api().post(EXPORTS, EVERYTHING))
    rig.execute("INSERT INTO stored_file (sha256, size) VALUES (repeat('0', 64), 1)")
    rig.execute("UPDATE document SET sha256 = repeat('0', 64) WHERE id = %s", rig.world.documents["city"])
    ended = rig.end(asked)
    assert (ended["problem"]["status"], ended["problem"]["detail"][:31]) == (409, "The archive cannot be written: ")


def test_it_is_canceled_on_the_way(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long, "OFTEN", 0.0)
    asked = rig.asked(rig.api().post(EXPORTS, EVERYTHING))
    tell = Work.tell

    def told(self: Work, rows: int, total: int | None = None) -> None:
        rig.execute("UPDATE task SET canceled_at = now()")
        tell(self, rows, total)

    monkeypatch.setattr(Work, "tell", told)
    assert rig.end(asked)["canceled"] is True
    assert not (DATA / "tasks" / asked[-36:] / "result").exists()
