"""The `stedenband` command."""

import subprocess
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from stedenband.cli import COMMANDS, main
from stedenband.core.embedded import EmbeddedPostgres
from stedenband.core.folder import locked
from tests.databases import TestDatabase
from tests.serving import COMMAND, environment

DATABASE = "STEDENBAND_DATABASE_URL"
OWNER = "STEDENBAND_OWNER_URL"


def run(*arguments: str, **settings: str | None) -> Result:
    return CliRunner().invoke(main, arguments, env={DATABASE: None, OWNER: None, **settings})


def test_every_command_is_listed_with_what_it_does() -> None:
    listed = run("--help").stdout
    for name in COMMANDS:
        assert f"\n  {name} " in listed
        assert run(name, "--help").exit_code == 0


def test_an_unknown_command_is_a_clear_error() -> None:
    result = run("sreve")
    assert result.exit_code == 2
    assert "No such command 'sreve'" in result.stderr


def test_it_is_a_program(folder: Path) -> None:
    done = subprocess.run(
        [*COMMAND[:-1], "--version"], env=environment(folder), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("stedenband, version ")


def test_roles_prints_what_a_superuser_can_run_again(fresh_database: TestDatabase) -> None:
    with psycopg.connect(fresh_database.superuser_url) as connection:
        sql = run("roles", "--database", fresh_database.name).stdout
        connection.execute(sql.encode())
        connection.rollback()
    assert 'ALTER ROLE "stedenband_api" LOGIN NOSUPERUSER' in sql


def test_migrate_goes_down_and_up_again(fresh_database: TestDatabase) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    with psycopg.connect(fresh_database.owner_url, autocommit=True) as connection:
        assert connection.execute(tables).fetchone() != (0,)
        assert run("migrate", "down", "base", **{OWNER: fresh_database.owner_url}).exit_code == 0
        assert connection.execute(tables).fetchone() == (0,)
        assert run("migrate", **{OWNER: fresh_database.owner_url}).exit_code == 0
        assert connection.execute(tables).fetchone() != (0,)
        unknown = run("migrate", "up", "9999", **{OWNER: fresh_database.owner_url})
        assert unknown.exit_code == 1
        assert unknown.stderr == "Error: Can't locate revision identified by '9999'.\n"


def test_a_command_starts_the_postgres_of_the_folder_or_uses_the_running_one(folder: Path) -> None:
    data = folder / "data"
    for _ in ("a new folder", "a folder that nobody uses"):
        assert run("migrate", STEDENBAND_DATA=str(data)).exit_code == 0
    with EmbeddedPostgres(data):
        environment_of_a_stranger = environment(data)
        subprocess.run([*COMMAND[:-1], "migrate", "up"], env=environment_of_a_stranger, check=True)
        result = run("migrate", STEDENBAND_DATA=str(data))
        assert result.exit_code == 0
    with locked(data):
        result = run("migrate", STEDENBAND_DATA=str(data))
    assert result.exit_code == 1
    assert "is starting or stopping" in result.stderr


@pytest.mark.parametrize("level", ["LOUD", ""])
def test_a_setting_that_cannot_be_read_is_one_line(level: str) -> None:
    result = run("migrate", STEDENBAND_LOG_LEVEL=level)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "STEDENBAND_LOG_LEVEL" in result.stderr
    assert len(result.stderr.splitlines()) == 1
