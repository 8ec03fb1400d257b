"""Imports that take long: asked for, done beside the requests, and fetched."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from stedenband.transfer.imports import order
from tests.builders import OWN, PARTNER
from tests.tasks.conftest import Rig
from tests.transfer.imports.sending import csv_of

GOOD = [{"name": f"School {number}", "kind": "21"} for number in range(12)]
BAD = {"name": "", "kind": "99"}


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig")), delimiter=";"))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take few rows at a time, so that a short file has many pieces."""
    monkeypatch.setattr(order, "PIECE", 5)


def test_a_file_is_imported_beside_the_requests(rig: Rig) -> None:
    reply = rig.import_(csv_of([*GOOD, BAD]), "lang=nl")
    task = reply.json
    assert reply.headers["Preference-Applied"] == "respond-async"
    assert (task["kind"], task["status"]["state"], task["progress"]) == ("import", "processing", {"rows": 0})
    assert "pollAfter" in task["status"]
    assert "result" not in task
    assert rig.api().get("/v1/organizations?q=school").json["items"] == []
    ended = rig.end(rig.asked(reply))
    assert ended["status"]["state"] == "done"
    assert "pollAfter" not in ended["status"]
    assert ended["progress"] == {"rows": 13, "ofRows": 13}
    done = rig.api().get(reply.headers["Location"])
    assert (done.status_code, done.headers["Location"]) == (303, ended["result"])
    report = rig.api().get(ended["result"]).json
    assert [report[name] for name in ("rows", "created", "changed", "left", "refused")] == [13, 12, 0, 0, 1]
    assert (report["written"], report["dryRun"], report["delimiter"]) == (True, False, ";")
    assert [(each["row"], each["done"]) for each in report["records"]] == [(row, "created") for row in range(2, 14)]
    assert [(each["row"], each["column"]) for each in report["findings"]] == [(14, "name"), (14, "kind")]
    assert report["findings"][0]["reason"] == "Deze eigenschap is verplicht."
    assert len(rig.api().get("/v1/organizations?q=school").json["items"]) == 12
    history = rig.api().get(f"/v1/organizations/{report['records'][0]['id']}/history").json["items"]
    assert history[0]["changedBy"] == "coordinator of Genk"


def test_the_refused_rows_are_fetched_to_put_right_and_send_again(rig: Rig) -> None:
    ended = rig.end(rig.asked(rig.import_(csv_of([*GOOD[:6], BAD, *GOOD[6:], BAD]))))
    path = f"{ended['result']}/corrections"
    lines = rows_of(rig.api().get(f"{path}?format=csv").data)
    assert lines[0][:2] == ["name", "kind"]
    assert [(line[1], line[2], line[3].split("\n")) for line in lines[1:]] == [
        ("99", "8", ["name", "kind"]), ("99", "15", ["name", "kind"]),
    ]  # fmt: skip
    book = CalamineWorkbook.from_filelike(BytesIO(rig.api().get(f"{path}?format=xlsx").data))
    assert [row[2] for row in book.get_sheet_by_index(0).to_python()[1:]] == [8, 15]
    part = rig.api().get(f"{path}?format=csv", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.data)) == (206, 10)


def test_a_long_file_becomes_a_task_unasked(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.transfer.routes.imports.MOST_ROWS", 3)
    path, headers = "/v1/imports?resource=organizations", {"Content-Type": "text/csv"}
    assert rig.api().call("POST", path, data=csv_of(GOOD[:3]), headers=headers).json["created"] == 3
    later = rig.api().call("POST", path, data=csv_of(GOOD[:4]), headers=headers)
    assert rig.end(rig.asked(later))["status"]["state"] == "done"
    refused = rig.api().call("POST", path.replace("?", "/corrections?"), data=csv_of(GOOD[:4]), headers=headers)
    assert refused.status_code == 413
    lines = b"".join(b'{"name": "Line %d", "kind": "21"}\n' % number for number in range(4))
    ndjson = rig.api().call("POST", path, data=lines, headers={"Content-Type": "application/x-ndjson"})
    assert rig.end(rig.asked(ndjson))["progress"] == {"rows": 4, "ofRows": 4}


@pytest.mark.parametrize("wish", ["", "respond-async=no", "wait=10"])
def test_a_short_file_is_imported_at_once_unless_asked_otherwise(rig: Rig, wish: str) -> None:
    reply = rig.import_(csv_of(GOOD[:1]), headers={"Prefer": wish})
    assert reply.status_code == 200
    assert rig.import_(csv_of(GOOD[:1]), headers={"Prefer": "wait=10, Respond-Async; x=1"}).status_code == 202


def test_what_is_wrong_with_all_of_a_file_is_said_at_once(rig: Rig) -> None:
    reply = rig.import_(csv_of([{"Naam": "x", "kind": "21"}]), "column=Naam=nothing")
    assert reply.status_code == 400
    assert rig.api().get("/v1/tasks").json["items"] == []


def test_a_dry_run_changes_nothing(rig: Rig) -> None:
    ended = rig.end(rig.asked(rig.import_(csv_of([*GOOD, BAD]), "dryRun=true")))
    report = rig.api().get(ended["result"]).json
    assert (report["created"], report["refused"], report["dryRun"], report["written"]) == (12, 1, True, False)
    assert "id" not in report["records"][0]
    assert rig.api().get("/v1/organizations?q=school").json["items"] == []


@pytest.mark.parametrize(("rows", "there"), [(GOOD, 12), ([*GOOD, BAD], 0)])
def test_all_or_nothing(rig: Rig, rows: list[dict[str, str]], there: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.tasks.jobs.running.OFTEN", 5)
    ended = rig.end(rig.asked(rig.import_(csv_of(rows), "allOrNothing=true")))
    report = rig.api().get(ended["result"]).json
    assert report["written"] is bool(there)
    assert len(rig.api().get("/v1/organizations?q=school").json["items"]) == there


def test_a_file_sent_again_doubles_nothing(rig: Rig) -> None:
    rig.end(rig.asked(rig.import_(csv_of(GOOD))))
    report = rig.api().get(rig.end(rig.asked(rig.import_(csv_of(GOOD))))["result"]).json
    assert (report["created"], report["left"]) == (0, 12)


def test_a_request_sent_again_asks_for_one_task(rig: Rig) -> None:
    key = {"Idempotency-Key": "once"}
    first, again = (rig.import_(csv_of(GOOD), headers=key) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    assert len(rig.api().get("/v1/tasks").json["items"]) == 1


def test_it_has_the_rights_of_the_key_that_asked(rig: Rig) -> None:
    """A partner makes no organizations, also not beside the requests; one whose client was suspended does nothing."""
    partner = rig.api(PARTNER, "partner")
    ended = rig.end(rig.asked(rig.import_(csv_of(GOOD[:2]), api=partner)), partner)
    report = partner.get(ended["result"]).json
    assert (report["created"], report["refused"]) == (0, 2)
    asked = rig.asked(rig.import_(csv_of(GOOD[:2])))
    rig.execute("UPDATE api_client SET status = 'suspended' WHERE id = %s", rig.world.clients[OWN, "coordinator"])
    ended = rig.end(asked, rig.api(role="admin"))
    assert (ended["status"]["state"], ended["problem"]["status"]) == ("failed", 403)


def test_a_key_that_may_little_asks_for_little(rig: Rig) -> None:
    client = rig.world.clients[OWN, "coordinator"]
    made = rig.api(role="admin").post(f"/v1/apiClients/{client}/keys", {"scopes": ["imports:create", "tasks:read"]})
    few = rig.api().as_(made.json["key"])
    ended = rig.end(rig.asked(rig.import_(csv_of(GOOD[:2]), api=few)), few)
    report: Any = few.get(ended["result"]).json
    assert (report["created"], report["refused"]) == (0, 2)
