"""Tasks over HTTP, and what becomes of them when something goes wrong."""

import os
import time
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stedenband.core.errors import ServiceUnavailable
from stedenband.tasks.jobs import Work, carry_out
from stedenband.tasks.rules import FOLDER, Files
from stedenband.transfer.imports import order
from stedenband.transfer.imports.outcome import Report
from stedenband.work import jobs
from tests.builders import BASE, DATA, PARTNER
from tests.jobs import STATES, add, connected
from tests.tasks.conftest import NDJSON, Rig
from tests.transfer.imports.sending import csv_of

GOOD = [{"name": f"School {number}", "kind": "21"} for number in range(12)]
FILES = Files(DATA / FOLDER)
TASKS = "/v1/tasks"


class Broken(Exception):
    """Something breaks."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "PIECE", 5)


def ids(rig: Rig, query: str = "", role: str = "coordinator") -> list[str]:
    return [each["id"] for each in rig.api(role=role).get(f"{TASKS}{query}").json["items"]]


def schools(rig: Rig) -> int:
    return len(rig.api().get("/v1/organizations?q=school&pageSize=200").json["items"])


def at_step(monkeypatch: pytest.MonkeyPatch, number: int, act: Any) -> None:
    """Do something after so many steps of tasks are committed, before the next begins."""
    step, count = Work.step, iter(range(1, 1000))

    def stepped(self: Work, *args: Any) -> None:
        step(self, *args)
        if next(count) == number:
            act()

    monkeypatch.setattr(Work, "step", stepped)


def test_one_sees_ones_own_tasks_newest_first(rig: Rig) -> None:
    made = [rig.import_(csv_of(GOOD[:1]), role_).json["id"] for role_ in ("", "lang=fr", "dryRun=true")]
    other = rig.import_(csv_of(GOOD[:1]), api=rig.api(role="editor")).json["id"]
    assert ids(rig) == made[::-1]
    assert ids(rig, role="editor") == [other]
    assert ids(rig, role="admin") == [other, *made[::-1]]
    assert rig.api(PARTNER).get(f"{TASKS}/{other}").status_code == 404
    first = rig.api().get(f"{TASKS}?pageSize=2").json
    assert [each["id"] for each in first["items"]] == made[:0:-1]
    assert [each["id"] for each in rig.api().get(first["next"]).json["items"]] == made[:1]
    assert ids(rig, "?state=done") == []
    rig.work()
    assert ids(rig, "?state=done") == made[::-1]
    assert ids(rig, "?state=processing") == []
    assert rig.api().get(f"{TASKS}?after=x").status_code == 400


def test_a_client_has_some_tasks_at_a_time(rig: Rig) -> None:
    for number in range(10):
        assert rig.import_(csv_of(GOOD[: number + 1])).status_code == 202
    refused = rig.import_(csv_of(GOOD))
    assert (refused.status_code, refused.json["detail"][:28]) == (409, "A client has at most 10 task")
    assert rig.import_(csv_of(GOOD), api=rig.api(role="editor")).status_code == 202


def test_a_task_is_canceled_before_it_begins(rig: Rig) -> None:
    asked = rig.asked(rig.import_(csv_of(GOOD)))
    assert rig.api(role="editor").post(f"{asked}/cancellation", None).status_code == 404
    canceled = rig.api().post(f"{asked}/cancellation", None)
    assert (canceled.status_code, canceled.json["canceled"], canceled.json["status"]["state"]) == (
        200,
        True,
        "processing",
    )
    ended = rig.end(asked)
    assert (ended["status"]["state"], ended["canceled"], "problem" in ended) == ("failed", True, False)
    assert schools(rig) == 0
    assert rig.api().get(f"/v1/imports/{ended['id']}").status_code == 404
    assert rig.api().post(f"{asked}/cancellation", None).json["status"]["state"] == "failed"


def test_a_task_is_canceled_after_the_rows_that_are_being_done(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rig.asked(rig.import_(csv_of(GOOD)))
    at_step(monkeypatch, 1, lambda: rig.api().post(f"{asked}/cancellation", None))
    ended = rig.end(asked)
    assert (ended["canceled"], ended["progress"], schools(rig)) == (True, {"rows": 5, "ofRows": 12}, 5)


def test_all_or_nothing_is_canceled_on_the_way(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.tasks.jobs.running.OFTEN", 5)
    asked = rig.asked(rig.import_(csv_of(GOOD), "allOrNothing=true"))
    tell = Work.tell

    def told(self: Work, rows: int, total: int | None = None) -> None:
        if rows == 5:
            shown = rig.api().get(asked).json
            assert shown["progress"] == {"rows": 0, "ofRows": 12}
            rig.api().post(f"{asked}/cancellation", None)
        tell(self, rows, total)

    monkeypatch.setattr(Work, "tell", told)
    assert rig.end(asked)["canceled"] is True
    assert schools(rig) == 0


def test_progress_tells_the_rate_and_what_is_left(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rig.asked(rig.import_(csv_of(GOOD)))
    seen: list[Any] = []

    def look() -> None:
        rig.execute("UPDATE task SET started_at = now() - interval '5 seconds'")
        seen.append(rig.api().get(asked).json)

    at_step(monkeypatch, 2, look)
    rig.end(asked)
    [shown] = seen
    assert shown["progress"] == {"rows": 10, "ofRows": 12, "rowsPerSecond": 2, "secondsLeft": 1}
    assert "startedAt" in shown
    assert shown["status"]["state"] == "processing"


def break_off(rig: Rig, key: str, monkeypatch: pytest.MonkeyPatch, number: int, *, last: bool = False) -> None:
    """Carry a task out until it has done so many steps, and no further."""

    def stop() -> None:
        raise Broken

    with monkeypatch.context() as patched:
        at_step(patched, number, stop)
        carry_out(rig.world.database.worker_url, FILES, jobs.kinds(BASE, DATA), UUID(key), last=last)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_whoever_takes_up_a_task_goes_on_behind_what_is_done(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    asked = rig.asked(rig.import_(csv_of([*GOOD, {"name": "", "kind": "1"}])))
    with pytest.raises(Broken):
        break_off(rig, asked[-36:], monkeypatch, number)
    with (DATA / FOLDER / asked[-36:] / "report").open("ab") as report:
        report.write(b'{"half a line')  # written, and not committed
    ended = rig.end(asked)
    report_ = rig.api().get(ended["result"]).json
    assert (report_["created"], report_["refused"], report_["left"], schools(rig)) == (12, 1, 0, 12)
    assert [each["row"] for each in report_["records"]] == list(range(2, 14))


def test_what_breaks_at_the_last_attempt_is_told(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rig.asked(rig.import_(csv_of(GOOD), "lang=fr"))
    break_off(rig, asked[-36:], monkeypatch, 1, last=True)
    ended = rig.api().get(asked).json
    assert ended["problem"] == {
        "type": "urn:problem-type:belgif:internalServerError", "title": "Erreur interne du serveur", "status": 500,
        "detail": "Une erreur s’est produite de notre côté. Communiquez à l’administrateur l’id de la tâche.",
    }  # fmt: skip
    assert schools(rig) == 5
    rig.work()
    assert rig.api().get(asked).json == ended


def test_a_job_that_fails_is_tried_again_and_then_fails_its_task(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rig.asked(rig.import_(csv_of(GOOD)))

    def broken(*_: Any) -> None:
        raise Broken

    monkeypatch.setattr(Work, "step", broken)
    rig.jobs()
    with connected(rig.world.database) as connection:
        [state] = [row[1:] for row in connection.execute(STATES) if row[0] == "carryOut"]
        assert state == ("todo", 1)
        connection.execute(
            "UPDATE jobs.procrastinate_jobs SET attempts = 6, scheduled_at = NULL WHERE task_name = 'carryOut'"
        )
    rig.jobs()
    assert rig.api().get(asked).json["problem"]["status"] == 500


def test_a_database_that_is_busy_is_tried_again(rig: Rig) -> None:
    asked = rig.asked(rig.import_(csv_of(GOOD)))
    with psycopg.connect(rig.world.database.superuser_url) as connection:
        connection.execute("LOCK TABLE organization IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ServiceUnavailable):
            carry_out(rig.world.database.worker_url, FILES, jobs.kinds(BASE, DATA), UUID(asked[-36:]), last=False)
    assert rig.end(asked)["status"]["state"] == "done"


def test_two_workers_do_no_row_twice(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """One stood still for so long that another did what it was about to do: when it goes on, it changes nothing."""
    asked = rig.asked(rig.import_(csv_of(GOOD)))
    key, run = UUID(asked[-36:]), order.run_piece

    def overtaken(*asking: Any) -> Report:
        done = run(*asking)
        rig.execute("UPDATE task SET rows_done = rows_done + 5")
        FILES.append(key, 0, b"theirs\n")
        return done

    with monkeypatch.context() as patched:
        patched.setattr("stedenband.transfer.imports.long.run_piece", overtaken)
        carry_out(rig.world.database.worker_url, FILES, jobs.kinds(BASE, DATA), key, last=False)
    assert (DATA / FOLDER / str(key) / "report").read_bytes() == b"theirs\n"
    shown = rig.api().get(asked).json
    assert (shown["status"]["state"], shown["progress"]["rows"], schools(rig)) == ("processing", 5, 0)
    rig.execute("UPDATE task SET rows_done = 0, kept = 0")
    assert rig.end(asked)["status"]["state"] == "done"
    assert schools(rig) == 12


def test_what_is_wrong_with_a_file_further_down_fails_its_task(rig: Rig) -> None:
    endless = b'{"name": "School", "kind": "21"}\n' + b"x" * 1_100_000
    asked = rig.asked(rig.import_(endless, "lang=nl", kind=NDJSON))
    ended = rig.end(asked)
    assert (ended["status"]["state"], ended["problem"]["status"], ended["canceled"]) == ("failed", 400, False)
    assert ended["problem"]["issues"][0]["detail"]
    assert schools(rig) == 0


def test_results_are_forgotten_after_thirty_days(rig: Rig) -> None:
    old, young = (rig.asked(rig.import_(csv_of(GOOD[:number]))) for number in (1, 2))
    rig.work()
    rig.execute("UPDATE task SET ended_at = ended_at - interval '31 days' WHERE id = %s", old[-36:])
    stray = DATA / FOLDER / "stray"
    stray.mkdir(parents=True)
    for folder in (DATA / FOLDER / old[-36:], stray):
        os.utime(folder, (time.time() - 2 * 86400,) * 2)
    add(rig.world.database, "forgetTasks")
    rig.jobs()
    assert rig.api().get(old).status_code == 404
    assert not stray.exists()
    assert not (DATA / FOLDER / old[-36:]).exists()
    assert rig.api().get(rig.api().get(young).json["result"]).status_code == 200


def test_a_result_without_its_file_is_not_there(rig: Rig) -> None:
    ended = rig.end(rig.asked(rig.import_(csv_of(GOOD[:1]))))
    assert sorted(path.name for path in (DATA / FOLDER / ended["id"]).iterdir()) == [
        "corrections.csv", "corrections.xlsx", "result",
    ]  # fmt: skip
    (DATA / FOLDER / ended["id"] / "result").unlink()
    assert rig.api().get(ended["result"]).status_code == 404
    assert rig.api().get(ended["result"].replace("imports", "exports")).status_code == 404


def test_nothing_of_an_erased_person_stays_in_a_result(rig: Rig) -> None:
    world = rig.world
    done = rig.end(rig.asked(rig.import_(csv_of(GOOD[:1]))))
    waiting = rig.asked(rig.import_(csv_of(GOOD[:2])))
    export = rig.asked(rig.api().post("/v1/exports", {"collection": "contacts", "format": "csv"}))
    contact = world.contacts["city"]
    erased = rig.api().call(
        "POST", f"/v1/contacts/{contact}/erasure", json={"reason": "subjectRequest"}, headers={"If-Match": "*"}
    )
    assert erased.status_code == 201, erased.text
    assert rig.api().get(f"{TASKS}/{done['id']}").status_code == 404
    assert rig.end(waiting)["status"]["state"] == "done"
    assert rig.api().get(export).json["canceled"] is True
