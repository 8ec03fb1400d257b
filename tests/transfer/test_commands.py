"""`stedenband import twinning`, as an operator runs it."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from stedenband.core.refusal import Refusal
from stedenband.transfer.commands import import_group
from tests.databases import TestDatabase
from tests.processes import until

Line = Callable[..., str]
Run = Callable[..., Result]
TABLES = ("partner_city", "city_link", "city_link_member", "change")


@pytest.fixture
def run(fresh_database: TestDatabase) -> Run:
    """Run the command on an empty register."""
    environment = {"STEDENBAND_OWNER_URL": fresh_database.owner_url}
    return lambda *arguments: CliRunner(env=environment).invoke(
        import_group, ["twinning", *map(str, arguments)], catch_exceptions=False
    )


@pytest.fixture
def register() -> Iterator[Path]:
    """The file that the package ships."""
    with as_file(files("stedenband.transfer") / "data" / "belgian-twinnings.tsv") as path:
        yield path


def content(database: TestDatabase) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the tables that an import writes."""
    with psycopg.connect(database.owner_url) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY {table}::text").fetchall() for table in TABLES
        }


def test_the_belgian_register_is_imported_once(run: Run, fresh_database: TestDatabase, register: Path) -> None:
    empty = content(fresh_database)
    tried = run(register, "--dry-run")
    assert tried.stdout.splitlines()[-4:] == [
        "rows: 467",
        "cities: 603, 603 to make, 0 known; GeoNames: 346 matched, 3 doubtful, 254 unmatched",
        "links: 445, 445 to make, 0 known; rows: 22 repeated, 0 rejected",
        "Nothing was changed.",
    ]
    assert content(fresh_database) == empty

    first = run(register)
    assert "cities: 603, 603 made, 0 known" in first.output
    assert "links: 445, 445 made, 0 known; rows: 22 repeated, 0 rejected" in first.output
    assert "row 55: doubtful: 'Cologne' may be GeoNames 2886242 'Köln', 1.1 km away: the names differ" in first.output
    full = content(fresh_database)
    assert [len(full[table]) for table in TABLES] == [603, 445, 890, 603 + 445]

    second = run(register)
    assert "cities: 603, 0 made, 603 known" in second.output
    assert "links: 445, 0 made, 445 known" in second.output
    assert content(fresh_database) == full


def test_remarks_are_listed_and_reported_the_gravest_first(run: Run, tmp_path: Path, heading: str, row: Line) -> None:
    file, report = tmp_path / "register.tsv", tmp_path / "remarks.csv"
    atlantis = row("Genk", ("Poseidonis", "Atlantis", "1", "1", ""))
    file.write_text("\n".join((heading, row(), row("Francistown", "Genk"), row("Ghent", "Genk"), atlantis)), "utf-8")
    output = run(file, "--report", report).stdout
    assert output.splitlines()[:2] == [
        "row 5: skipped: destination_countryLabel 'Atlantis' is not a known country",
        "row 3: repeated: repeats the pair of row 2",
    ]
    with report.open(encoding="utf-8", newline="") as lines:
        assert list(csv.reader(lines)) == [
            ["row", "severity", "reason"],
            ["5", "skipped", "destination_countryLabel 'Atlantis' is not a known country"],
            ["3", "repeated", "repeats the pair of row 2"],
        ]


def test_a_file_of_something_else_is_refused_in_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(Refusal, match=r"^photo.jpg cannot be imported: line 1 is not UTF-8; save .* try again\.$"):
        run(file)


def test_a_kill_in_the_middle_leaves_nothing_half(
    fresh_database: TestDatabase, tmp_path: Path, heading: str, row: Line
) -> None:
    file = tmp_path / "register.tsv"
    file.write_text(f"{heading}\n{row()}", "utf-8")
    empty = content(fresh_database)
    code = "from stedenband.transfer.commands import import_group; import_group()"
    with psycopg.connect(fresh_database.owner_url) as holder:
        holder.execute("LOCK TABLE city_link_member IN SHARE MODE")  # reached when the cities are written
        importer = subprocess.Popen(
            [sys.executable, "-c", code, "twinning", str(file)],
            env=os.environ | {"STEDENBAND_OWNER_URL": fresh_database.owner_url},
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: waits_after_writing(fresh_database))
        finally:
            importer.kill()
            importer.wait()
    assert content(fresh_database) == empty


def waits_after_writing(database: TestDatabase) -> bool:
    """Tell whether a connection that has written waits for a lock."""
    waiting = """
        SELECT count(*) > 0 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_xid IS NOT NULL
    """
    with psycopg.connect(database.superuser_url) as connection:
        [found] = connection.execute(waiting).fetchone() or [False]
        return bool(found)
