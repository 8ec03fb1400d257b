"""The Postgres of our own, tried with real processes."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stedenband.core import cluster as clusters
from stedenband.core.cluster import Account, account_for, binaries_for, bundled, settle
from stedenband.core.embedded import SUPERUSER, EmbeddedPostgres
from stedenband.core.refusal import Refusal
from stedenband.core.roles import API, OWNER, ROLES
from tests.processes import gone, line_of, until

STRANGER = Account(uid=54321, gid=54321, ours=False)
"""An account that owns nothing here."""


def throwaway(data: Path, **options: Any) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, durable=False, **options)


def ask(postgres: EmbeddedPostgres, question: str, role: str = SUPERUSER) -> Any:
    with psycopg.connect(postgres.url(role), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row
    return row[0]


def tell(postgres: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(postgres.url(OWNER), autocommit=True) as connection:
        connection.execute(statement.encode())


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    data = folder / "deep" / "data"
    with EmbeddedPostgres(data) as postgres:
        tell(postgres, "CREATE TABLE city AS SELECT 'Genk' AS name")
        first = postgres.pid
        assert not postgres.ended()
    assert postgres.ended()
    assert gone(first)
    with EmbeddedPostgres(data) as postgres:
        assert ask(postgres, "SELECT name FROM city", OWNER) == "Genk"
        assert ask(postgres, "SHOW fsync") == "on"
        tell(postgres, "DROP TABLE city")


def test_it_has_the_settings_of_every_installation_and_no_port(folder: Path) -> None:
    with throwaway(folder / "data") as postgres:
        provider = (
            "SELECT concat(datlocprovider, datlocale, pg_encoding_to_char(encoding)) FROM pg_database WHERE datname = "
        )
        assert ask(postgres, provider + "'stedenband'") == "bC.UTF-8UTF8"
        assert ask(postgres, "SHOW listen_addresses") == ""
        assert ask(postgres, "SHOW timezone") == "UTC"
        for role in ROLES:
            assert ask(postgres, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = user", role) is False
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(postgres, "CREATE TABLE mine (n int)", API)


def test_only_one_may_use_a_folder(folder: Path) -> None:
    with (
        throwaway(folder / "data"),
        pytest.raises(Refusal, match=r"The data folder .* is in use"),
        throwaway(folder / "data"),
    ):
        pass


def test_two_folders_run_side_by_side(folder: Path) -> None:
    with throwaway(folder / "genk") as genk, throwaway(folder / "francistown") as francistown:
        assert ask(genk, "SELECT 1") == ask(francistown, "SELECT 1")
        assert genk.pid != francistown.pid


WRITER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import psycopg
from stedenband.core.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as postgres:
    print(postgres.pid, flush=True)
    with psycopg.connect(postgres.url("stedenband_owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE acknowledged (n int)")
        for number in range(1_000_000):
            connection.execute("INSERT INTO acknowledged VALUES (%s)", [number])
            print(number, flush=True)
"""


def test_a_killed_parent_leaves_no_process_and_loses_no_acknowledged_write(folder: Path) -> None:
    data = folder / "data"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(data)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        postmaster = int(parent.stdout.readline())
        while int(parent.stdout.readline()) < 200:
            pass
        parent.kill()
        acknowledged = [int(line) for line in parent.stdout if line.endswith("\n")]
    with EmbeddedPostgres(data) as postgres:
        assert gone(postmaster)
        assert ask(postgres, "SELECT max(n) FROM acknowledged", OWNER) >= max(acknowledged, default=200)


def test_a_stale_file_whose_number_another_process_has_got_is_no_obstacle(folder: Path) -> None:
    data = folder / "data"
    file = data / "postgres" / "cluster" / "postmaster.pid"
    with throwaway(data):
        lines = file.read_text().splitlines()
    file.write_text("\n".join([str(os.getppid()), *lines[1:]]))
    with throwaway(data) as postgres:
        assert ask(postgres, "SELECT 1") == 1


def test_a_copy_of_the_link_to_a_running_cluster_is_refused(folder: Path) -> None:
    with throwaway(folder / "data"):
        (folder / "copy").mkdir()
        (folder / "copy" / "postgres").symlink_to(folder / "data" / "postgres")
        with pytest.raises(Refusal, match="still runs the cluster"), throwaway(folder / "copy", patience=0.01):
            pass


@pytest.mark.parametrize("name", ["long" * 30, "a, b"])
def test_a_folder_whose_name_no_socket_can_have_works_too(folder: Path, name: str) -> None:
    with throwaway(folder / name) as postgres:
        assert ask(postgres, "SELECT 1") == 1
        socket = (folder / name / "postgres" / "socket").readlink()
        assert socket.stat().st_mode & 0o777 == 0o700
    assert not socket.exists()


def test_a_folder_that_nobody_else_may_enter_works(folder: Path) -> None:
    data = folder / "closed" / "data"
    data.parent.mkdir(mode=0o700)
    with throwaway(data) as postgres:
        assert ask(postgres, "SELECT 1") == 1
        home = data / "postgres"
        assert home.is_symlink() == (os.geteuid() == 0)
        assert (home / "cluster").stat().st_uid != 0
    with throwaway(data) as postgres:
        assert ask(postgres, "SELECT 1") == 1


def test_root_hands_a_cluster_to_its_owner_and_a_new_one_to_an_unprivileged_account(folder: Path) -> None:
    assert account_for(folder / "cluster", 1234) == Account(1234, os.getegid(), ours=True)
    assert account_for(folder, 0) == Account(os.geteuid(), folder.stat().st_gid, ours=False)
    unprivileged = account_for(folder / "cluster", 0)
    assert unprivileged.uid != 0
    assert unprivileged.credentials == {"user": unprivileged.uid, "group": unprivileged.gid, "extra_groups": []}
    with pytest.raises(Refusal, match="no account who or what to run it"):
        account_for(folder / "cluster", 0, accounts=("who", "what"))


def test_a_cluster_goes_elsewhere_when_its_account_cannot_enter_the_folder(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = settle(closed, STRANGER, outside=folder / "outside")
    assert home.parent == folder / "outside"
    assert settle(closed, STRANGER, outside=folder / "outside") == home
    shutil.rmtree(home)
    with pytest.raises(Refusal, match="which is gone"):
        settle(closed, STRANGER)
    (closed / "postgres").unlink()
    assert settle(folder, STRANGER) == folder / "postgres"


def test_binaries_that_the_account_cannot_reach_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    packages = bundled().parents[2]
    for part in (clusters.WHEEL, f"{clusters.WHEEL}.libs"):
        shutil.copytree(packages / part, closed / part, symlinks=True)
    monkeypatch.syspath_prepend(str(closed))
    assert bundled().is_relative_to(closed)
    copied = binaries_for(STRANGER, folder, None)
    assert STRANGER.may_enter(copied)
    for program in clusters.PROGRAMS:
        assert subprocess.run([copied / program, "--version"], check=True, capture_output=True).stdout
    with throwaway(folder / "data") as postgres:
        assert ask(postgres, "SELECT 1") == 1


def test_binaries_of_the_operators_choice_are_used_or_refused(folder: Path) -> None:
    with throwaway(folder / "data", binaries=folder_of_binaries()) as postgres:
        assert ask(postgres, "SELECT 1") == 1
    with pytest.raises(Refusal, match="no program 'postgres'"):
        binaries_for(STRANGER, folder, folder)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "postgres").touch()
    with pytest.raises(Refusal, match="may not enter"):
        binaries_for(STRANGER, folder, closed)
    with pytest.raises(Refusal, match="install stedenband"):
        bundled("no_such_wheel")


def folder_of_binaries() -> Path | None:
    """The bundled ones by name, where the account that runs Postgres can reach them there."""
    account = account_for(Path("no such cluster"), os.geteuid())
    return bundled() if account.may_enter(bundled()) else None


def script(path: Path, text: str) -> None:
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)


def test_what_postgres_says_when_it_gives_up_is_the_message(folder: Path) -> None:
    for program in clusters.PROGRAMS:
        script(folder / program, "echo no room left >&2; exit 1\n")
    with (
        pytest.raises(Refusal, match=r"could not make a cluster in .*: no room left"),
        throwaway(folder / "data", binaries=folder),
    ):
        pass
    script(folder / "initdb", "exit 0\n")
    with pytest.raises(Refusal, match="did not start: no room left"), throwaway(folder / "data", binaries=folder):
        pass
    script(folder / "initdb", "exit 1\n")
    with pytest.raises(Refusal, match="it said nothing"), throwaway(folder / "other", binaries=folder):
        pass


def test_a_data_folder_that_cannot_be_made_is_refused(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(Refusal, match="cannot be used: "), throwaway(folder / "file"):
        pass


def test_a_half_made_cluster_is_made_anew(folder: Path) -> None:
    with throwaway(folder / "data"):
        pass
    home = folder / "data" / "postgres"
    (home / "cluster" / "PG_VERSION").unlink()
    (home / "cluster").rename(home / "cluster.new")
    with throwaway(folder / "data") as postgres:
        assert ask(postgres, "SELECT 1") == 1
    assert not (home / "cluster.new").exists()


def test_a_postgres_that_dies_is_noticed(folder: Path) -> None:
    with throwaway(folder / "data") as postgres:
        os.kill(postgres.pid, signal.SIGQUIT)
        assert gone(postgres.pid)
        assert postgres.ended()
    assert "immediate shutdown" in line_of(folder / "data" / "postgres" / "postgres.log", "immediate shutdown")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT])
def test_a_postgres_that_died_is_started_again_with_what_was_committed(folder: Path, number: signal.Signals) -> None:
    with EmbeddedPostgres(folder / "data") as postgres:
        tell(postgres, "CREATE TABLE city AS SELECT 'Genk' AS name")
        first = postgres.pid
        os.kill(first, number)
        assert gone(first)
        assert postgres.ended()
        postgres.restart()
        assert until(lambda: accepts(postgres))
        assert ask(postgres, "SELECT name FROM city", OWNER) == "Genk"
        assert postgres.pid != first
    assert postgres.ended()


def test_what_outlives_a_killed_postmaster_does_not_keep_the_next_from_starting(folder: Path) -> None:
    with throwaway(folder / "data") as postgres, psycopg.connect(postgres.url(SUPERUSER), autocommit=True) as busy:
        survivor = busy.info.backend_pid
        with ThreadPoolExecutor(1) as thread:
            counting = thread.submit(
                busy.execute, "SELECT count(*) FROM pg_class a, pg_class b, pg_class c, pg_class d"
            )
            until(lambda: ask(postgres, f"SELECT state = 'active' FROM pg_stat_activity WHERE pid = {survivor}"))
            os.kill(postgres.pid, signal.SIGKILL)
            assert gone(postgres.pid)
            assert not counting.done()
            postgres.restart()
            with pytest.raises(psycopg.OperationalError):
                counting.result()
        assert gone(survivor)
        assert until(lambda: accepts(postgres))


def accepts(postgres: EmbeddedPostgres) -> bool:
    try:
        return bool(ask(postgres, "SELECT true"))
    except psycopg.OperationalError:
        return False
