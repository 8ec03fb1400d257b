"""The round trip through LibreOffice itself: an export that it opens and saves is a valid import, edited or not."""

import subprocess
from pathlib import Path

import pytest

from stedenband.transfer.imports.files import Format, Manner
from tests.builders import OWN, World
from tests.processes import program
from tests.transfer.imports.sending import WRITABLE, exports, take_in

pytestmark = pytest.mark.no_cover
"""The rows of files are counted where they are read one by one."""
OPENED_AS: dict[str, list[str]] = {"csv": ["--infilter=CSV:59,34,76,1"], "xlsx": []}
"""Semicolons, quotes, UTF-8, from the first row: what its dialog proposes for our files."""
SAVED_AS = {"csv": "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false", "xlsx": "xlsx", "fods": "fods"}


def passed(folder: Path, files: list[Path], form: str, opened_as: list[str]) -> None:
    """Have LibreOffice open files and save them in a format."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [program("soffice"), profile, "--headless", *opened_as, "--convert-to", SAVED_AS[form], "--outdir"]
    subprocess.run([*command, folder, *files], check=True, capture_output=True, timeout=120)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_libreoffice_saves_is_what_was_exported(world: World, folder: Path, form: Format) -> None:
    sent = {}
    for name in WRITABLE:
        role = "admin" if name == "apiClients" else "coordinator"
        for number, data in enumerate(exports(world, name, form, role)):
            sent[f"{name}-{number}"] = (name, role)
            (folder / f"{name}-{number}.{form}").write_bytes(data)
    saved = folder / "saved"
    saved.mkdir()
    passed(saved, [folder / f"{each}.{form}" for each in sent], form, OPENED_AS[form])
    rows = 0
    wrong: list[object] = []
    for each, (name, role) in sent.items():
        report = take_in(world, name, (saved / f"{each}.{form}").read_bytes(), Manner(form), role=role, dry=True)
        wrong += [(each, finding.row, finding.fault) for finding in report.findings]
        if report.counts["left"] != report.rows:
            wrong.append((each, 0, report.counts))
        rows += report.rows
    assert wrong == []
    assert rows > len(sent)


def test_a_cell_that_is_edited_in_libreoffice_changes_one_record(fresh_world: World, folder: Path) -> None:
    [data] = exports(fresh_world, "organizations", "xlsx")
    (folder / "organizations.xlsx").write_bytes(data)
    passed(folder, [folder / "organizations.xlsx"], "fods", [])
    flat = folder / "organizations.fods"
    name = fresh_world.api(OWN).get("/v1/organizations?sort=name").json["items"][0]["name"]
    text = flat.read_text()
    assert text.count(f"<text:p>{name}</text:p>") >= 1
    flat.write_text(text.replace(f"<text:p>{name}</text:p>", "<text:p>Renamed in a sheet</text:p>", 1))
    passed(folder, [flat], "xlsx", [])
    report = take_in(fresh_world, "organizations", (folder / "organizations.xlsx").read_bytes(), Manner("xlsx"))
    assert report.findings == []
    assert report.counts == {"created": 0, "changed": 1, "left": report.rows - 1, "refused": 0}
    assert fresh_world.api(OWN).get("/v1/organizations?q=renamed").json["items"][0]["name"] == "Renamed in a sheet"
