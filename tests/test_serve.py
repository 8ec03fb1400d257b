"""The one-command server, from its start to its end, as real processes."""

import json
import os
import pty
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGQUIT, SIGTERM, Signals

import psycopg
import pytest

from stedenband.serve.watch import RESTARTS
from tests.databases import TestDatabase
from tests.processes import children, command_of, gone, line_of, until
from tests.serving import COMMAND, Server, environment, listens, refused, serving


@pytest.mark.measured
def test_the_first_start_shows_keys_that_stay_in_a_private_file(folder: Path) -> None:
    data = folder / "data"
    with serving(data, "--demo") as server:
        assert server.status() == 200
        file = data / "demo-keys.json"
        keys = json.loads(file.read_text())
        assert set(keys) == {"genk", "genk-editor", "francistown", "auditor"}
        assert file.stat().st_mode & 0o777 == 0o600
        for name, key in keys.items():
            assert key in line_of(server.output, f"{name} ")
    with serving(data, "--demo") as server:
        assert server.status() == 200
        assert json.loads(file.read_text()) == keys
        assert not any(key in server.output.read_text() for key in keys.values())


@pytest.mark.parametrize("number", [SIGTERM, SIGINT])
def test_it_stops_when_asked_and_leaves_no_process(data: Path, number: Signals) -> None:
    with serving(data) as server:
        family = server.family()
        server.process.send_signal(number)
        assert server.process.wait() == 0
        assert gone(*family)


def test_killed_it_leaves_no_process_and_the_next_start_works(data: Path) -> None:
    with serving(data) as server:
        family = server.family()
        server.process.send_signal(SIGKILL)
        server.process.wait()
        with serving(data) as successor:
            assert successor.status() == 200
            assert gone(*family)


def test_a_second_start_on_a_folder_in_use_says_so(data: Path) -> None:
    with serving(data) as server:
        assert server.status() == 200
        assert refused("serve", data).startswith(f"Error: The data folder {data} is in use")
        assert server.status() == 200


@pytest.mark.measured
def test_a_taken_port_is_said_before_anything_is_started(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        message = refused("serve", folder / "data", STEDENBAND_PORT=port)
    assert (
        message
        == f"Error: Cannot listen on 127.0.0.1 port {port}: Address already in use. Choose another STEDENBAND_PORT."
    )
    assert not (folder / "data").exists()


def test_links_name_the_port_that_was_found(folder: Path, fresh_database: TestDatabase) -> None:
    with serving(folder / "data", STEDENBAND_DATABASE_URL=fresh_database.api_url, STEDENBAND_PORT="0") as server:
        assert server.status() == 200
        assert server.port > 0
        _, body = server.get("/v1/cityLinks")
        assert json.loads(body)["self"] == f"http://127.0.0.1:{server.port}/v1/cityLinks"


def test_while_it_stops_requests_are_finished_and_callers_refused(folder: Path, fresh_database: TestDatabase) -> None:
    with serving(folder / "data", STEDENBAND_DATABASE_URL=fresh_database.api_url) as server:
        assert server.status("/readyz") == 200
        family = server.family()
        with closing(socket.create_connection(("127.0.0.1", server.port))) as slow:
            request = b"GET /v1/cityLinks HTTP/1.1\r\nHost: register\r\nConnection: close\r\n"
            slow.sendall(request)
            assert server.status() == 200, "the slow one was taken before this one"
            server.process.send_signal(SIGTERM)
            assert until(lambda: not listens(server.port))
            assert server.process.poll() is None
            slow.sendall(b"\r\n")
            answer = b"".join(iter(lambda: slow.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert server.process.wait() == 0
        assert gone(*family)


def test_the_end_of_its_terminal_stops_it(folder: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        COMMAND, env=environment(folder / "data"), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    text = b""
    while b"Listening at" not in text:
        text += os.read(ours, 4096)
    assert b'{"' not in text, "a person is no log collector"
    family = children(process.pid)
    process.send_signal(SIGHUP)
    process.wait()
    os.close(ours)
    assert gone(*family)


def test_it_stops_with_its_parent_when_told_to(data: Path) -> None:
    command = [sys.executable, "-c", "import subprocess, sys; subprocess.call(sys.argv[1:])", *COMMAND, "--with-parent"]
    log = data.parent / "log"
    with log.open("wb") as errors:
        parent = subprocess.Popen(command, env=environment(data), stderr=errors)
    try:
        line_of(log, "Booting worker")
        family = children(parent.pid)
    finally:
        parent.kill()
        parent.wait()
    assert gone(*family)
    assert '"stopping"' in line_of(log, "asked to")


def part_of(server: Server, words: str, former: int = 0) -> int:
    """Return the process id of its part that was started with these words, once that is another than the former."""
    return until(
        lambda: next((pid for pid in children(server.process.pid) if pid != former and words in command_of(pid)), 0)
    )


POSTGRES, WORKER = "bin/postgres\0-D", "\0stedenband\0worker\0"


@pytest.mark.measured
def test_when_gunicorn_dies_all_stop(data: Path) -> None:
    with serving(data, "--with-parent") as server:
        family = server.family()
        gunicorn = next(pid for pid in family[1:] if "gunicorn" in command_of(pid))
        os.kill(gunicorn, SIGKILL)
        assert server.process.wait() == 1
        assert gone(*family)
        assert line_of(server.log, "Error") == "Error: Stopped, because gunicorn ended with code -9."


@pytest.mark.parametrize("number", [SIGKILL, SIGQUIT])
def test_a_postgres_that_dies_is_started_again(data: Path, number: Signals) -> None:
    with serving(data) as server:
        assert server.status("/readyz") == 200
        first = part_of(server, POSTGRES)
        os.kill(first, number)
        assert part_of(server, POSTGRES, first)
        assert until(lambda: server.status("/readyz") == 200)
        assert '"error"' in line_of(server.log, "PostgreSQL ended, it is started again")
        server.process.send_signal(SIGHUP)
        assert line_of(server.log, '"reloaded"'), "the settings are read anew with it, too"


@pytest.mark.measured
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (POSTGRES, "PostgreSQL ended 6 times within 60 seconds (more in "),
        (WORKER, "the worker ended 6 times within 60 seconds."),
    ],
    ids=["postgres", "worker"],
)
def test_a_part_that_dies_again_and_again_stops_the_server(data: Path, words: str, reason: str) -> None:
    with serving(data) as server:
        family = server.family()
        victim = 0
        for _ in range(RESTARTS + 1):
            victim = part_of(server, words, victim)
            os.kill(victim, SIGKILL)
        assert server.process.wait() == 1
        assert gone(*family)
        assert line_of(server.log, "Error: Stopped").startswith(f"Error: Stopped, because {reason}")


@pytest.mark.measured
def test_a_worker_that_dies_is_started_again_and_a_reload_replaces_it(data: Path) -> None:
    with serving(data) as server:
        first = part_of(server, WORKER)
        server.says("working")
        os.kill(first, SIGKILL)
        second = part_of(server, WORKER, first)
        assert server.says("the worker ended, it is started again")["code"] == -SIGKILL
        server.says("working", 2)
        server.process.send_signal(SIGHUP)
        assert gone(second)
        server.says("working", 3)


def test_with_a_postgres_of_ones_own_there_is_a_worker_where_it_has_an_address(
    fresh_database: TestDatabase, folder: Path
) -> None:
    addresses = {
        "STEDENBAND_DATABASE_URL": fresh_database.api_url,
        "STEDENBAND_WORKER_URL": fresh_database.worker_url,
    }
    with serving(folder / "data", **addresses) as server:
        server.says("working")
        gunicorn = next(pid for pid in server.family()[1:] if "gunicorn" in command_of(pid))
        assert fresh_database.worker_url not in Path(f"/proc/{gunicorn}/environ").read_text()


def test_another_postgres_is_used_when_there_is_an_address(fresh_database: TestDatabase, folder: Path) -> None:
    addresses = {
        "STEDENBAND_DATABASE_URL": fresh_database.api_url,
        "STEDENBAND_OWNER_URL": fresh_database.owner_url,
    }
    with serving(folder / "data", **addresses) as server:
        family = server.family()
        assert not any("postgres" in command_of(pid) for pid in family)
        worker = Path(f"/proc/{family[-1]}/environ").read_text()
        assert fresh_database.owner_url not in worker


@pytest.mark.parametrize("role", ["owner_url", "superuser_url"])
@pytest.mark.parametrize("setting", ["STEDENBAND_DATABASE_URL", "STEDENBAND_WORKER_URL"])
def test_a_role_that_no_policy_binds_is_refused(
    fresh_database: TestDatabase, folder: Path, role: str, setting: str
) -> None:
    addresses = {"STEDENBAND_DATABASE_URL": fresh_database.api_url, setting: getattr(fresh_database, role)}
    message = refused("serve", folder / "data", **addresses)
    assert "names a role that is superuser, has BYPASSRLS or is (a member of) the owner" in message


def test_a_member_of_the_owner_is_refused(fresh_database: TestDatabase, folder: Path) -> None:
    role = f"member_{fresh_database.name}"
    with psycopg.connect(fresh_database.superuser_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN IN ROLE stedenband_owner".encode())
        address = fresh_database.api_url.replace("stedenband_api", role)
        try:
            assert "member of" in refused("serve", folder / "data", STEDENBAND_DATABASE_URL=address)
        finally:
            connection.execute(f"DROP ROLE {role}".encode())


@pytest.mark.measured
def test_settings_that_do_not_fit_together_are_refused(fresh_database: TestDatabase, folder: Path) -> None:
    address = fresh_database.api_url
    data = folder / "data"
    assert "is set without STEDENBAND_DATABASE_URL" in refused("serve", data, STEDENBAND_OWNER_URL=address)
    assert "needs STEDENBAND_OWNER_URL" in refused("serve", data, "--demo", STEDENBAND_DATABASE_URL=address)
    assert "needs STEDENBAND_OWNER_URL" in refused("migrate", data, STEDENBAND_DATABASE_URL=address)
    nowhere = address.replace(fresh_database.name, "no_such_database")
    assert "The database cannot be used" in refused("serve", data, STEDENBAND_DATABASE_URL=nowhere)
    assert "STEDENBAND_PORT" in refused("serve", data, STEDENBAND_PORT="eighty")


def test_it_listens_on_ipv6_too(folder: Path, fresh_database: TestDatabase) -> None:
    with serving(folder / "data", STEDENBAND_DATABASE_URL=fresh_database.api_url, STEDENBAND_HOST="::1") as server:
        assert json.loads(line_of(server.log, '"serving"'))["address"] == f"http://[::1]:{server.port}"
        assert until(lambda: "Listening at" in server.log.read_text())


def test_every_line_of_the_log_is_json_where_no_person_reads_it(folder: Path) -> None:
    with serving(folder / "data") as server:
        assert server.status() == 200
    events = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert {"event", "level", "timestamp"} <= set.intersection(*(set(event) for event in events))
