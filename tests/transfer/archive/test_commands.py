"""`stedenband archive`, as an operator runs it."""

import resource
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stedenband.cli import main
from tests.builders import DATA, OWN, World
from tests.transfer.archive.moving import Installation, forged, manifest, with_a_guest

Run = Callable[..., Result]


def run(installation: Installation | None, *arguments: object) -> Result:
    """Run the command where an installation is, or none."""
    environment: dict[str, str | None] = {"STEDENBAND_OWNER_URL": None, "STEDENBAND_DATA": None}
    if installation:
        known = {"STEDENBAND_OWNER_URL": installation.database.owner_url, "STEDENBAND_DATA": str(installation.data)}
        environment = {**environment, **known}
    return CliRunner(env=environment).invoke(main, ["archive", *map(str, arguments)])


def test_a_city_leaves_is_checked_and_arrives(world: World, elsewhere: Installation, tmp_path: Path) -> None:
    here, file, back = Installation(world.database, DATA), tmp_path / "genk.zip", tmp_path / "back.zip"
    left = run(here, "export", OWN, file)
    assert left.exit_code == 0, left.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    known = manifest(file)["hash"]
    assert left.stdout.splitlines()[-1] == f"hash of the city: {known}"
    checked = run(None, "check", file)
    about = checked.stdout.splitlines()
    assert (checked.exit_code, about[-1]) == (0, f"hash of the city: {known}")
    assert about[0].startswith(f"{OWN} (BE), {world.cities[OWN]}, as of 20")

    tried = run(elsewhere, "import", file, "--dry-run")
    assert (tried.exit_code, tried.stdout.splitlines()[-1]) == (0, "Nothing was changed.")
    arrived = run(elsewhere, "import", file)
    assert arrived.exit_code == 0, arrived.output
    assert arrived.stdout.splitlines()[:-1] == tried.stdout.splitlines()[:-1]
    assert arrived.stdout.splitlines()[-1] == (
        f"Keys do not move. Make new ones: stedenband keys create --city {world.cities[OWN]}"
        " --role coordinator --name '…'"
    )
    again = run(elsewhere, "export", str(world.cities[OWN]), back)
    assert again.stdout.splitlines() == left.stdout.splitlines()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back.zip", "genk.zip"]


def test_what_is_refused_is_one_line(world: World, packed: Path, elsewhere: Installation, tmp_path: Path) -> None:
    here = Installation(world.database, DATA)
    broken = forged(packed, tmp_path / "broken.zip", {}, revision="0001")
    for refused, words in (
        (run(here, "export", "Nowhere", tmp_path / "x.zip"), "The register has no city 'Nowhere'."),
        (run(here, "export", OWN, tmp_path / "no" / "x.zip"), "cannot be written: No such file or directory."),
        (run(here, "import", packed), f"The city {OWN} is in this register already"),
        (run(elsewhere, "import", broken), "The archive is of a former stedenband"),
        (run(None, "check", __file__), "test_commands.py cannot be read."),
    ):
        assert refused.exit_code == 1
        (line,) = refused.stderr.splitlines()
        assert line.startswith("Error: ")
        assert words in line


def test_what_stays_out_is_said(fresh_world: World, tmp_path: Path) -> None:
    said = run(with_a_guest(fresh_world), "export", OWN, tmp_path / "genk.zip").stdout.splitlines()
    assert said[1:3] == [
        "left out, as it names what is another city's: 1 of delegation_participant",
        "left out, as it names what is another city's: 1 of program_item.host_contact_id",
    ]


def test_an_export_that_breaks_off_leaves_the_former_file(fresh_world: World, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "genk.zip"
    file.write_text("former")
    broken = run(Installation(fresh_world.database, folder), "export", OWN, file)
    assert (broken.exit_code, file.read_text()) == (1, "former")
    assert [path.name for path in tmp_path.iterdir()] == ["genk.zip"]


def test_a_full_disk_is_said_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        full = run(Installation(world.database, DATA), "export", OWN, tmp_path / "genk.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "genk.zip cannot be written: File too large." in full.stderr
    assert list(tmp_path.iterdir()) == []


def test_who_watches_sees_how_far_it_is(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = run(Installation(world.database, DATA), "export", OWN, tmp_path / "genk.zip")
    assert "Writing rows" in shown.stderr
