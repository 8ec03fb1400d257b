"""`stedenband import <collection>`, as an operator runs it with the rights of a key."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from stedenband.core.refusal import Refusal
from stedenband.transfer.commands import import_group
from stedenband.transfer.imports import order
from tests.builders import OWN, World
from tests.transfer.imports.sending import csv_of, rows_of, workbook_of

Run = Callable[..., Result]
NEW = [{"name": f"School {number}", "kind": "21"} for number in range(5)]
BAD = {"name": "Bad", "kind": "99"}


@pytest.fixture
def run(fresh_world: World) -> Run:
    """Run the command as the coordinator of the city."""
    environment = {"STEDENBAND_DATABASE_URL": fresh_world.database.api_url}
    key = fresh_world.credential(OWN)[0]
    return lambda *arguments, key=key: CliRunner(env=environment).invoke(
        import_group, [*map(str, arguments), "--key", key], catch_exceptions=False
    )


def a_file(folder: Path, data: bytes, name: str = "schools.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_file_is_imported_piece_by_piece_and_again_without_doubles(
    run: Run, fresh_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "PIECE", 2)
    path = a_file(tmp_path, csv_of([*NEW, BAD]))
    tried = run("organizations", path, "--dry-run")
    assert tried.output.splitlines()[-2:] == [
        "rows: 6; 5 created, 0 changed, 0 left, 1 refused",
        "Nothing was changed.",
    ]
    first = run("organizations", path, "--corrections", tmp_path / "bad.csv")
    assert "Importing" in first.output
    assert first.output.splitlines()[-1] == "rows: 6; 5 created, 0 changed, 0 left, 1 refused"
    assert "row 7 kind: error: Give one of" in first.output
    [row] = rows_of((tmp_path / "bad.csv").read_bytes())
    assert (row["name"], row["Row of the file"]) == ("Bad", "7")
    assert "0 created, 0 changed, 5 left, 1 refused" in run("organizations", path).output
    with psycopg.connect(fresh_world.database.owner_url) as connection:
        [who] = connection.execute("SELECT DISTINCT city_id FROM organization WHERE name LIKE 'School %'").fetchall()
    assert who == (fresh_world.cities[OWN],)


@pytest.mark.parametrize("name", ["schools.xlsx", "schools.ndjson", "schools.tsv"])
def test_the_ending_says_what_a_file_is(run: Run, tmp_path: Path, name: str) -> None:
    data = {
        ".xlsx": workbook_of([["name", "kind"], ["X", 21]]),
        ".ndjson": b'{"name":"X","kind":"21"}',
        ".tsv": csv_of([{"name": "X", "kind": "21"}], "\t"),
    }[Path(name).suffix]
    assert "rows: 1; 1 created" in run("organizations", a_file(tmp_path, data, name)).output


def test_one_bad_row_keeps_all_out_where_that_is_asked(run: Run, tmp_path: Path) -> None:
    path = a_file(tmp_path, csv_of([*NEW, BAD]))
    refused = run("organizations", path, "--all-or-nothing")
    assert refused.output.splitlines()[-1] == "Nothing was changed."
    assert "5 created, 0 changed, 0 left, 1 refused" in run("organizations", path).output
    said = a_file(tmp_path, b"Wie;Wat\nX;21\n", "more.csv")
    all_of_it = run("organizations", said, "--all-or-nothing", "--column", "Wie=name", "--column", "Wat=kind")
    assert all_of_it.output.splitlines()[-1] == "rows: 1; 1 created, 0 changed, 0 left, 0 refused"


@pytest.mark.parametrize(
    ("name", "data", "more", "said"),
    [
        ("a.doc", b"", (), "ends in none of: .csv"),
        ("a.csv", b"", (), "The file is empty"),
        ("a.csv", b'name\n"', (), "row 2 The quotes of this row do not match"),
        ("a.csv", b"name\n\xe9", (), "encoding The file seems to be windows1252"),
        ("a.csv", b"name", ("--delimiter", "xx"), "A delimiter is one character"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(  # noqa: PLR0913, PLR0917 (an example, and what it needs)
    run: Run, tmp_path: Path, name: str, data: bytes, more: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        run("organizations", a_file(tmp_path, data, name), *more)


def test_a_key_has_to_hold(run: Run, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="There is no key with the prefix 'nonsense' that holds"):
        run("organizations", a_file(tmp_path, csv_of(NEW)), key="nonsense")


def test_every_collection_that_can_be_written_has_a_command() -> None:
    shown = CliRunner().invoke(import_group, ["--help"]).output
    assert all(f"  {name}" in shown for name in ("contacts", "agreements", "exchangeProjects", "twinning"))
    assert CliRunner().invoke(import_group, ["privacyActs", "x"]).exit_code == 2
