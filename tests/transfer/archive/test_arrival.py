"""An archive arrives whole, or nothing of it does, and whoever brings it is told why."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError

from stedenband.core.address import owner_session
from stedenband.core.refusal import Refusal
from stedenband.documents.rules.sweep import sweep
from stedenband.transfer.archive.manifest import Manifest
from tests.builders import DATA, OWN, PARTNER, World, a_city
from tests.processes import until
from tests.transfer.archive.moving import (
    Installation,
    compared,
    entries,
    execute,
    forged,
    lived_in,
    manifest,
    rewritten,
    rows,
    with_rows,
)

Change = Callable[[list[dict[str, Any]]], None]


def refused(elsewhere: Installation, file: Path) -> str:
    """Bring an archive in, which is refused and leaves nothing; return why."""
    before = elsewhere.content()
    with pytest.raises(Refusal) as refusal:
        elsewhere.bring_in(file)
    assert elsewhere.content() == before
    return str(refusal.value)


def test_the_same_archive_is_not_brought_in_twice(packed: Path, elsewhere: Installation) -> None:
    elsewhere.bring_in(packed)
    city = manifest(packed)["city"]
    said = refused(elsewhere, packed)
    assert said == f"The city {OWN} is in this register already: {OWN}, {city['id']}. Nothing was written."


def test_a_city_with_the_identifier_of_one_that_is_here_is_refused(
    packed: Path, elsewhere: Installation, tmp_path: Path
) -> None:
    with owner_session(elsewhere.database.owner_url) as session:
        session.add(a_city(name="Genk (register)", nis_code="71016"))
        session.commit()
    known = Manifest.read(entries(packed)["manifest.json"]).city
    city = type(known)(known.id, known.name, known.country_code, "71016", None, None)
    assert "in this register already: Genk (register)" in refused(
        elsewhere, forged(packed, tmp_path / "o.zip", {}, city=city)
    )


def test_records_that_are_here_are_named(packed: Path, elsewhere: Installation) -> None:
    with owner_session(elsewhere.database.owner_url) as session:
        city = a_city()
        session.add(city)
        session.flush()
        for row in rows(packed, "decision"):
            session.connection().exec_driver_sql(
                "INSERT INTO decision (id, city_id, body, decided_on, reference, subject)"
                " VALUES (%s, %s, 'Council', '2020-01-01', %s, 'Here')",
                (row["id"], city.id, row["id"]),
            )
        session.commit()
    ids = ", ".join(sorted(row["id"] for row in rows(packed, "decision")))
    said = refused(elsewhere, packed)
    assert said == f"This register has records of the archive already: decision {ids}. Nothing was written."


def test_where_many_records_are_here_some_are_named(packed: Path, elsewhere: Installation, tmp_path: Path) -> None:
    execute(elsewhere, "INSERT INTO organization (name, kind) SELECT 'O ' || n, '22' FROM generate_series(1, 6) n")
    with psycopg.connect(elsewhere.database.owner_url) as connection:
        known = [str(key) for (key,) in connection.execute("SELECT id FROM organization")]

    def copied(held: list[dict[str, Any]]) -> None:
        held[:] = [{**held[0], "id": key} for key in known]

    said = refused(elsewhere, with_rows(packed, tmp_path / "o.zip", "organization", copied))
    assert " and more. Nothing was written." in said


@pytest.mark.parametrize(
    ("revision", "advice"), [("9999", "upgrade this one first"), ("0001", "upgrade the other one")]
)
def test_another_revision_is_refused(
    packed: Path, elsewhere: Installation, tmp_path: Path, revision: str, advice: str
) -> None:
    said = refused(elsewhere, forged(packed, tmp_path / "other.zip", {}, revision=revision))
    assert f"(schema {revision}, here " in said
    assert advice in said


def test_a_dry_run_says_the_same_and_writes_nothing(packed: Path, elsewhere: Installation) -> None:
    before = elsewhere.content()
    tried = elsewhere.bring_in(packed, dry_run=True)
    assert elsewhere.content() == before
    assert tried == elsewhere.bring_in(packed)


def test_whatever_breaks_off_leaves_nothing(packed: Path, elsewhere: Installation) -> None:
    before = elsewhere.content()
    places = list[int]()
    elsewhere.bring_in(packed, places.append, dry_run=True)
    for place in (places[0], places[len(places) // 2], places[-1]):

        def stop(done: int, place: int = place) -> None:
            if done >= place:
                raise InterruptedError(done)

        with pytest.raises(InterruptedError):
            elsewhere.bring_in(packed, stop)
        assert elsewhere.content() == before
    elsewhere.bring_in(packed)


def test_a_file_that_others_have_stays_when_the_arrival_breaks_off(packed: Path, elsewhere: Installation) -> None:
    (name,) = [name for name in entries(packed) if name.startswith("documents/")]
    elsewhere.store.put(elsewhere.store.file(name.removeprefix("documents/")), entries(packed)[name])

    def stop(done: int) -> None:
        if done >= sum(each.get("rows", 0) for each in data):
            raise InterruptedError(done)

    data = [each for path, each in manifest(packed)["files"].items() if path.startswith("data/")]
    with pytest.raises(InterruptedError):
        elsewhere.bring_in(packed, stop)
    assert elsewhere.files() == {name.removeprefix("documents/")}


def test_a_folder_that_cannot_be_written_is_said(packed: Path, elsewhere: Installation) -> None:
    elsewhere.store.root.write_text("not a folder")
    with pytest.raises(Refusal, match="folder of documents cannot be written"):
        elsewhere.bring_in(packed)


def test_documents_and_files_that_do_not_belong_together_are_refused(
    packed: Path, elsewhere: Installation, tmp_path: Path
) -> None:
    (name,) = [name for name in entries(packed) if name.startswith("documents/")]
    digest = name.removeprefix("documents/")
    other = b"another file"
    renamed = f"documents/{sha256(other).hexdigest()}"
    assert f"The archive has no documents/{digest} of the size" in refused(
        elsewhere, forged(packed, tmp_path / "one.zip", {name: None})
    )
    assert "which no document has" in refused(elsewhere, forged(packed, tmp_path / "two.zip", {renamed: other}))
    broken = forged(packed, tmp_path / "three.zip", {})
    content = entries(broken)[name]
    assert "damaged" in refused(
        elsewhere, rewritten(broken, {name: content[:-1] + bytes([content[-1] ^ 1])}, tmp_path / "four.zip")
    )


def unknown_property(held: list[dict[str, Any]]) -> None:
    held[0]["search"] = "x"


def no_uuid(held: list[dict[str, Any]]) -> None:
    held[0]["id"] = "x"


def blank_name(held: list[dict[str, Any]]) -> None:
    held[0]["name"] = " "


def of_another_link(held: list[dict[str, Any]]) -> None:
    held[0]["city_link_id"] = str(uuid4())


def private_to_another(held: list[dict[str, Any]]) -> None:
    held[0].update(city_id=None, visibility="city")


def twice(held: list[dict[str, Any]]) -> None:
    held.append(held[0])


def without_members(held: list[dict[str, Any]]) -> None:
    held.clear()


@pytest.mark.parametrize(
    "made_up",
    [
        (
            "organization",
            unknown_property,
            "data/organization.ndjson has a property that its rows do not have: 'search'",
        ),
        ("organization", no_uuid, "data/organization.ndjson cannot be taken in: invalid input syntax for type uuid"),
        ("organization", blank_name, "(ck_organization_name). Nothing was written."),
        ("organization", of_another_link, "names in city_link_id what data/city_link.ndjson does not hold."),
        ("organization", private_to_another, "data/organization.ndjson has a row of another city that is not shared."),
        ("organization", twice, "(arrived_pkey). Nothing was written."),
        ("city_link_member", without_members, "(two_members). Nothing was written."),
    ],
)
def test_rows_that_somebody_made_up_are_refused(
    packed: Path, elsewhere: Installation, tmp_path: Path, made_up: tuple[str, Change, str]
) -> None:
    table, change, message = made_up
    assert message in refused(elsewhere, with_rows(packed, tmp_path / "other.zip", table, change))


@pytest.mark.parametrize("table", ["exchange_project", "delegation"])
def test_no_record_is_wider_than_its_link(packed: Path, elsewhere: Installation, tmp_path: Path, table: str) -> None:
    def narrow(held: list[dict[str, Any]]) -> None:
        link = next(row["id"] for row in rows(packed, "city_link") if row["visibility"] == "link")
        for row in held:
            row.update(city_link_id=link, visibility="public")

    said = refused(elsewhere, with_rows(packed, tmp_path / "other.zip", table, narrow))
    assert said.endswith("is seen by more people than its link.") or "not_wider" in said


def test_lines_that_are_no_rows_are_refused(packed: Path, elsewhere: Installation, tmp_path: Path) -> None:
    for held in (b"[]\n", b"nonsense\n", b"\n", b"\xff\n", b'{"id": "\x01"}\n'):
        file = forged(packed, tmp_path / "other.zip", {"data/organization.ndjson": held})
        assert "data/organization.ndjson cannot be taken in" in refused(elsewhere, file)


def test_a_fault_of_ours_is_not_said_to_be_one_of_the_archive(packed: Path, elsewhere: Installation) -> None:
    execute(elsewhere, "ALTER TABLE organization RENAME COLUMN website TO site")
    with pytest.raises(ProgrammingError):
        elsewhere.bring_in(packed)


def test_who_dies_halfway_leaves_nothing_but_a_file_for_the_sweep(packed: Path, elsewhere: Installation) -> None:
    before = elsewhere.content()
    environment = {
        **os.environ,
        "STEDENBAND_OWNER_URL": elsewhere.database.owner_url,
        "STEDENBAND_DATA": str(elsewhere.data),
    }
    command = [sys.executable, "-m", "stedenband", "archive", "import", str(packed)]
    with psycopg.connect(elsewhere.database.owner_url) as connection:
        connection.execute("LOCK TABLE stored_file IN EXCLUSIVE MODE")
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            until(elsewhere.files)
            process.kill()
    assert process.returncode == -signal.SIGKILL
    until(lambda: elsewhere.content() == {**before, "files": elsewhere.files()})
    with owner_session(elsewhere.database.owner_url) as session:
        sweep(session, elsewhere.store, age=0)
    assert elsewhere.content() == before
    elsewhere.bring_in(packed)


def test_a_partner_that_is_here_is_used_under_the_id_that_it_has(
    fresh_world: World, elsewhere: Installation, tmp_path: Path
) -> None:
    lived_in(fresh_world)
    here = Installation(fresh_world.database, elsewhere.data)
    execute(here, "UPDATE partner_city SET wikidata_id = 'Q43268' WHERE id = :id", id=fresh_world.cities[PARTNER])
    with owner_session(elsewhere.database.owner_url) as session:
        city = a_city(name="Francistown (here)", country_code="BW", wikidata_id="Q43268")
        session.add(city)
        session.commit()
        known = str(city.id)
    file, back = tmp_path / "genk.zip", tmp_path / "back.zip"
    Installation(fresh_world.database, DATA).export(fresh_world.cities[OWN], file)
    assert elsewhere.bring_in(file).known == 1
    elsewhere.export(fresh_world.cities[OWN], back)
    mapped = {str(fresh_world.cities[PARTNER]): known}

    def moved(table: str) -> list[dict[str, Any]]:
        text = "".join(json.dumps(row) + "\n" for row in rows(file, table))
        for there, now in mapped.items():
            text = text.replace(there, now)
        return sorted(map(json.loads, text.splitlines()), key=json.dumps)

    for table in ("city_link_member", "travel_leg", "delegation", "transfer_ground", "agreement_signatory"):
        assert sorted(rows(back, table), key=json.dumps) == moved(table)
    assert {row["name"] for row in rows(back, "partner_city")} == {OWN, "Francistown (here)"}


def test_what_was_right_when_it_was_written_arrives_though_it_could_not_be_written_today(
    fresh_world: World, elsewhere: Installation, tmp_path: Path
) -> None:
    here, genk = Installation(fresh_world.database, DATA), fresh_world.cities[OWN]
    execute(here, "UPDATE city_link SET status = 'ended'")
    execute(here, "UPDATE transfer_ground SET valid_to = '2021-01-01'")
    file, back = tmp_path / "genk.zip", tmp_path / "back.zip"
    here.export(genk, file)
    elsewhere.bring_in(file)
    elsewhere.export(genk, back)
    assert compared(back) == compared(file)
    with psycopg.connect(elsewhere.database.owner_url) as connection:
        stopped = connection.execute("SELECT city_id, partner_city_id FROM stopped_transfer").fetchall()
        enabled = connection.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'").fetchone()
    assert stopped == [(genk, fresh_world.cities[PARTNER])]
    assert enabled == (0,)
    with elsewhere.api(elsewhere.key(fresh_world.cities[PARTNER])) as api:
        assert not [each for each in api.get("/v1/contacts").json["items"] if "displayName" in each]
