"""SIGHUP: settings are read anew, the API's processes replaced, and no caller notices."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from signal import SIGHUP, SIGKILL, SIGTERM
from threading import Event

import pytest

from stedenband.serve.api import MEASURES
from tests.databases import TestDatabase
from tests.processes import gone, until
from tests.serving import Server, serving

UNLIMITED = {"STEDENBAND_CLIENT_LIMIT": "0", "STEDENBAND_ANONYMOUS_LIMIT": "0"}
LINKS = 'stedenband_requests_total{method="GET",route="/v1/cityLinks"'


@contextmanager
def served(database: TestDatabase, folder: Path, *lines: str) -> Iterator[Server]:
    """Run a server of one worker with a file of settings that holds these lines."""
    write(folder, database, *lines)
    chosen = {**UNLIMITED, "STEDENBAND_SETTINGS": str(folder / "settings"), "STEDENBAND_WORKERS": None}
    with serving(folder / "data", **chosen) as server:
        assert server.status() == 200
        yield server


def write(folder: Path, database: TestDatabase, *lines: str) -> None:
    kept = ["# What this installation chose", f"STEDENBAND_DATABASE_URL={database.api_url}"]
    (folder / "settings").write_text("\n".join([*kept, *(lines or ["STEDENBAND_WORKERS=1"])]))


def hang_up(server: Server) -> None:
    server.process.send_signal(SIGHUP)


def link(server: Server) -> str:
    """Return how the links of a reply begin."""
    _, body = server.get("/v1/refData")
    return body.partition('"self":"')[2].partition("/v1")[0]


def counted(server: Server, name: str) -> float:
    """Return the sum of a metric over its labels."""
    _, text = server.get("/metrics")
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def measures_of(gunicorn: int) -> Path:
    """Return the folder of its measurements."""
    lines = Path(f"/proc/{gunicorn}/environ").read_text().split("\0")
    return Path(next(line for line in lines if line.startswith(MEASURES)).partition("=")[2])


def owners_of(measures: Path) -> set[str]:
    """Return the process ids whose files these are, and `ended` for the file of all who are no more."""
    return {file.stem.rpartition("_")[2] for file in measures.glob("*.db")}


def test_settings_are_read_anew(fresh_database: TestDatabase, folder: Path) -> None:
    with served(fresh_database, folder) as server:
        assert link(server) == f"http://127.0.0.1:{server.port}"
        before = server.family()
        write(folder, fresh_database, "STEDENBAND_PUBLIC_URL='https://register.example'", "STEDENBAND_WORKERS=2")
        hang_up(server)
        assert gone(*before[1:])
        assert link(server) == "https://register.example"
        after = server.family()
        assert (len(before), len(after)) == (3, 4)
        assert not set(before[1:]) & set(after)


@pytest.mark.measured
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("STEDENBAND_WORKERS=many", 'Environment variable "STEDENBAND_WORKERS" invalid'),
        ("STEDENBAND_WORKER=2", "settings, line 5: there is no setting STEDENBAND_WORKER."),
        ("STEDENBAND_WORKERS", "settings, line 5: this cannot be read; write NAME=value."),
        ("STEDENBAND_OIDC_ISSUER=https://login.example", "STEDENBAND_OIDC_AUDIENCE"),
        ("STEDENBAND_POSTGRES_BIN=/bin", "STEDENBAND_POSTGRES_BIN cannot change while the server runs; start it anew."),
        ("STEDENBAND_DATABASE_URL=", "STEDENBAND_DATABASE_URL cannot change while the server runs"),
        ("STEDENBAND_DATABASE_URL=postgresql://api@127.0.0.1:1/none", "onnection refused"),
        ("STEDENBAND_WORKER_URL=postgresql://worker@127.0.0.1:1/none", "onnection refused"),
    ],
)
def test_settings_that_are_wrong_are_refused_and_the_former_hold(
    shared: tuple[Server, Path], line: str, reason: str
) -> None:
    server, folder = shared
    before, refusals = server.family(), len(server.said("settings refused, the former ones hold"))
    good = (folder / "settings").read_text()
    (folder / "settings").write_text(f"{good}\n{line}\n")
    hang_up(server)
    said = server.says("settings refused, the former ones hold", refusals + 1)
    (folder / "settings").write_text(good)
    assert reason in said["reason"]
    assert said["level"] == "error"
    assert server.family() == before
    assert link(server) == "https://register.example"


@pytest.fixture(scope="module")
def shared(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A server whose settings stay as they are, and the folder of their file."""
    folder = tmp_path_factory.mktemp("settings")
    with served(database, folder, "STEDENBAND_WORKERS=1", "STEDENBAND_PUBLIC_URL=https://register.example") as server:
        yield server, folder


@pytest.mark.measured
def test_a_role_that_no_policy_binds_is_refused_at_a_reload_too(
    shared: tuple[Server, Path], database: TestDatabase
) -> None:
    server, folder = shared
    refusals = len(server.said("settings refused, the former ones hold"))
    good = (folder / "settings").read_text()
    (folder / "settings").write_text(good.replace(database.api_url, database.owner_url))
    hang_up(server)
    assert "(a member of) the owner" in server.says("settings refused, the former ones hold", refusals + 1)["reason"]
    (folder / "settings").write_text(good)


@pytest.mark.measured
def test_processes_that_do_not_get_ready_never_take_over(fresh_database: TestDatabase, folder: Path) -> None:
    with served(fresh_database, folder) as server:
        before = server.family()
        write(folder, fresh_database, "STEDENBAND_REDIS_URL=redis://127.0.0.1/0?socket_timeout=never")
        hang_up(server)
        assert server.says("reload failed, the former processes go on")["code"] != 0
        assert server.family() == before
        write(folder, fresh_database)
        hang_up(server)
        assert gone(*before[1:])
        assert server.status() == 200


@pytest.mark.measured
def test_what_was_asked_last_counts(fresh_database: TestDatabase, folder: Path) -> None:
    with served(fresh_database, folder) as server:
        for number in (1, 2):
            write(folder, fresh_database, f"STEDENBAND_PUBLIC_URL=https://register{number}.example")
            hang_up(server)
            server.says("reloading", number)
        server.says("reloaded")
        assert until(lambda: link(server) == "https://register2.example")
        assert len(server.said("reloaded")) == 1


def test_it_stops_in_the_middle_of_a_reload(fresh_database: TestDatabase, folder: Path) -> None:
    with served(fresh_database, folder) as server:
        hang_up(server)
        server.says("reloading")
        family = server.family()
        server.process.send_signal(SIGTERM)
        assert server.process.wait() == 0
        assert gone(*family)


def test_a_reload_under_load_fails_no_request_and_none_waits_for_it(fresh_database: TestDatabase, folder: Path) -> None:
    with served(fresh_database, folder) as server, ThreadPoolExecutor(4) as pool:
        enough, answers = Event(), []

        def ask() -> None:
            while not enough.is_set():
                answers.append(server.get("/v1/cityLinks")[0])

        askers = [pool.submit(ask) for _ in range(4)]
        for number in (1, 2):
            former = server.family()[1:]
            hang_up(server)
            server.says("reloading", number)
            answered = len(answers)
            server.says("reloaded", number)
            assert len(answers) > answered + 8, "each was answered while the new processes got ready"
            assert gone(*former)
        enough.set()
        for asker in askers:
            asker.result()
    assert set(answers) == {200}


@pytest.mark.measured
def test_measurements_survive_reloads_and_ended_processes_leave_no_file_behind(
    fresh_database: TestDatabase, folder: Path
) -> None:
    with served(fresh_database, folder, "STEDENBAND_WORKERS=2") as server:
        serve, gunicorn, worker, _ = server.family()
        measures = measures_of(gunicorn)
        for _ in range(10):
            assert server.get("/v1/cityLinks")[0] == 200
        assert counted(server, LINKS) == 10
        server.process.send_signal(SIGHUP)
        assert gone(gunicorn, worker)
        assert counted(server, LINKS) == 10
        killed = server.family()[-1]
        os.kill(killed, SIGKILL)
        assert until(lambda: counted(server, LINKS) == 10 and killed not in server.family())
        assert server.get("/v1/cityLinks")[0] == 200
        assert counted(server, LINKS) == 11
        assert counted(server, "stedenband_connections_in_use") == 0
        assert counted(server, "stedenband_build") == 1
        living = {str(pid) for pid in server.family()}
        assert until(lambda: owners_of(measures) - {"ended"} <= living)
        owners = owners_of(measures)
        assert str(serve) not in owners
        assert "ended" in owners
