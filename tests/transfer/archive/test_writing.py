"""What an archive holds, and what it does not."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema_rs import Draft202012Validator
from sqlalchemy import LargeBinary, create_engine, text
from sqlalchemy.orm import Session

from stedenband.core.address import owner_session
from stedenband.core.privacy import personal
from stedenband.core.records import Record
from stedenband.core.refusal import Refusal
from stedenband.documents.rules import Store
from stedenband.transfer.archive.tables import KEPT, LEFT_OUT, in_order, stored, table_of
from stedenband.transfer.archive.writing import enter, write_archive
from tests.builders import DATA, OWN, PARTNER, STRANGER, World
from tests.transfer.archive.moving import (
    Installation,
    compared,
    entries,
    execute,
    lived_in,
    manifest,
    rows,
    unheard,
    with_a_guest,
)


@contextmanager
def asked_by(world: World, city: str, role: str = "coordinator", level: str = "REPEATABLE READ") -> Iterator[Session]:
    """Give the session of a caller, whom the row policies bind, in a transaction that began after the entrance."""
    engine = create_engine(world.database.api_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection, Session(connection) as session:
            prefix, digest = world.credential(city, role)
            session.execute(text("SELECT * FROM enter(:prefix, :digest)"), {"prefix": prefix, "digest": digest})
            session.execute(text(f"BEGIN ISOLATION LEVEL {level} READ ONLY"))
            yield session
    finally:
        engine.dispose()


def export(world: World, city: str, file: Path) -> Path:
    Installation(world.database, DATA).export(world.cities[city], file)
    return file


def test_every_table_is_kept_or_left_out() -> None:
    assert set(KEPT).isdisjoint(LEFT_OUT)
    assert set(KEPT) | set(LEFT_OUT) == set(Record.metadata.tables)
    assert list(KEPT) == sorted(KEPT)
    assert {table.name for table in in_order()} == set(KEPT)


def test_no_table_with_a_secret_is_kept() -> None:
    assert not [name for name in KEPT for column in table_of(name).c if isinstance(column.type, LargeBinary)]


def test_a_caller_who_oversees_the_city_gets_the_archive_that_the_operator_gets(world: World, packed: Path) -> None:
    for role in ("coordinator", "auditor"):
        out = BytesIO()
        with asked_by(world, OWN, role) as session:
            summary = write_archive(session, world.cities[OWN], Store(DATA / "documents"), out, unheard)
        assert summary.hash == manifest(packed)["hash"]
        assert json.loads(ZipFile(out).read("manifest.json"))["files"] == manifest(packed)["files"]


@pytest.mark.parametrize(
    ("city", "role", "level"),
    [
        (OWN, "editor", "REPEATABLE READ"),
        (OWN, "partner", "REPEATABLE READ"),
        (PARTNER, "coordinator", "REPEATABLE READ"),
        (OWN, "coordinator", "READ COMMITTED"),
    ],
)
def test_an_archive_is_written_at_one_moment_and_by_who_oversees_the_city(
    world: World, city: str, role: str, level: str
) -> None:
    with asked_by(world, city, role, level) as session, pytest.raises(ValueError, match="scope of its city"):
        write_archive(session, world.cities[OWN], Store(DATA / "documents"), BytesIO(), unheard)


def test_the_same_data_are_the_same_bytes_but_for_the_instant(world: World, packed: Path, tmp_path: Path) -> None:
    again = export(world, OWN, tmp_path / "again.zip")
    one, other = entries(packed), entries(again)
    assert list(one) == list(other)
    said, repeated = json.loads(one.pop("manifest.json")), json.loads(other.pop("manifest.json"))
    assert one == other
    assert {**said, "createdAt": None} == {**repeated, "createdAt": None}


def test_a_change_changes_the_hash_of_the_city(fresh_world: World, tmp_path: Path) -> None:
    before = manifest(export(fresh_world, OWN, tmp_path / "before.zip"))["hash"]
    link = fresh_world.links["public"]
    assert fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", {"title": "Renamed"}).status_code == 200
    assert manifest(export(fresh_world, OWN, tmp_path / "after.zip"))["hash"] != before


def test_every_row_is_as_the_schema_says_that_goes_with_it(packed: Path) -> None:
    content = entries(packed)
    for table in KEPT:
        schema = json.loads(content[f"schema/{table}.json"])
        validator = Draft202012Validator(schema, validate_formats=True)
        for row in rows(packed, table):
            validator.validate(row)
    document = json.loads(content["schema/document.json"])["properties"]
    assert document["sha256"]["x-references"] == "documents/"
    assert document["size"] == {"type": "integer", "x-unit": "bytes"}
    assert document["city_link_id"]["x-references"] == "data/city_link.ndjson id"
    kind = json.loads(content["schema/city_link.json"])["properties"]["kind"]
    assert kind["enum"] == ["cityLink", "twinning", "sdgPartnership", "network", "friendship"]
    assert b"linkKinds\tcityLink" in content["schema/labels.tsv"]
    assert {line for line in ("NEDERLANDS", "FRANÇAIS", "ENGLISH") if line in content["README.txt"].decode()} == {
        "NEDERLANDS", "FRANÇAIS", "ENGLISH",
    }  # fmt: skip


def test_the_history_goes_along_as_evidence(fresh_world: World, tmp_path: Path) -> None:
    link = fresh_world.links["public"]
    assert fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", {"title": "Renamed"}).status_code == 200
    told = entries(export(fresh_world, OWN, tmp_path / "genk.zip"))["history/changes.ndjson"].splitlines()
    last = json.loads(told[-1])
    assert (last["record_id"], last["fields"]["title"][1]) == (str(link), "Renamed")
    assert {json.loads(each)["city_id"] for each in told} == {str(fresh_world.cities[OWN])}
    assert {json.loads(each)["table_name"] for each in told} <= set(KEPT)


def test_the_partner_takes_what_is_shared_and_nothing_that_only_genk_reads(fresh_world: World, tmp_path: Path) -> None:
    lived_in(fresh_world)
    file = export(fresh_world, PARTNER, tmp_path / "francistown.zip")
    genk = str(fresh_world.cities[OWN])
    shared = {table: [row for row in rows(file, table) if row.get("city_id") == genk] for table in KEPT}
    assert {str(fresh_world.links[name]) for name in ("link", "public")} == {row["id"] for row in shared["city_link"]}
    assert {row["visibility"] for held in shared.values() for row in held} == {"link", "public"}
    private = [
        (table, column.name)
        for table, held in shared.items()
        for column in stored(table_of(table))
        if (tag := personal(column)) and not tag.shared and any(row[column.name] is not None for row in held)
    ]
    assert private == []
    assert not shared["contact"]
    assert not rows(file, "delegation_participant")
    assert not rows(file, "exchange_project_juror")
    assert shared["period"]
    assert {row["reach"] for row in rows(file, "period_figure")} <= {"link", "public"}
    assert {row["city_id"] for row in rows(file, "partner_city") if row["id"] != str(fresh_world.cities[PARTNER])} == {
        None, str(fresh_world.cities[PARTNER]),
    }  # fmt: skip


def test_what_stays_out_of_own_records_is_counted(fresh_world: World, tmp_path: Path) -> None:
    here = with_a_guest(fresh_world)
    summary = here.export(fresh_world.cities[OWN], tmp_path / "genk.zip")
    assert summary.left_out == {"delegation_participant": 1, "program_item.host_contact_id": 1}
    assert {row["host_contact_id"] for row in rows(tmp_path / "genk.zip", "program_item")} == {None}


def test_a_partner_that_is_no_longer_public_goes_along_with_the_link_of_the_city(
    fresh_world: World, elsewhere: Installation, tmp_path: Path
) -> None:
    here, cities = Installation(fresh_world.database, DATA), fresh_world.cities
    execute(here, "UPDATE partner_city SET visibility = 'city' WHERE id = :city", city=cities[PARTNER])
    file, back = tmp_path / "genk.zip", tmp_path / "back.zip"
    assert here.export(cities[OWN], file).left_out == {}
    elsewhere.bring_in(file)
    elsewhere.export(cities[OWN], back)
    assert compared(back) == compared(file)
    assert str(cities[PARTNER]) in {row["id"] for row in rows(back, "partner_city")}
    with asked_by(fresh_world, OWN) as session, pytest.raises(Refusal, match="only the operator writes this archive"):
        write_archive(session, cities[OWN], Store(DATA / "documents"), BytesIO(), unheard)


def test_a_link_of_others_whose_members_cannot_be_named_stays_out(fresh_world: World, tmp_path: Path) -> None:
    here, cities = Installation(fresh_world.database, DATA), fresh_world.cities
    execute(here, "UPDATE partner_city SET visibility = 'city' WHERE id = :city", city=cities[OWN])
    here.export(cities[PARTNER], tmp_path / "francistown.zip")
    assert rows(tmp_path / "francistown.zip", "city_link") == []
    assert rows(tmp_path / "francistown.zip", "agreement") == []


def test_a_city_that_knows_nobody_takes_only_itself(world: World, tmp_path: Path) -> None:
    file = export(world, STRANGER, tmp_path / "elsewhere.zip")
    counts = {table: len(rows(file, table)) for table in KEPT}
    assert {table: count for table, count in counts.items() if count} == {"partner_city": 1}


def test_a_file_that_is_not_what_it_was_ends_the_writing(fresh_world: World, tmp_path: Path, folder: Path) -> None:
    here = Installation(fresh_world.database, folder)
    with pytest.raises(Refusal, match="cannot be read: No such file"):
        here.export(fresh_world.cities[OWN], tmp_path / "genk.zip")
    (digest,) = {name.removeprefix("documents/") for name in files_of(fresh_world, tmp_path)}
    here.store.put(here.store.file(digest), b"something else")
    with pytest.raises(Refusal, match="is not what it was when it was stored"):
        here.export(fresh_world.cities[OWN], tmp_path / "genk.zip")


def files_of(world: World, folder: Path) -> list[str]:
    held = entries(export(world, OWN, folder / "whole.zip"))
    return [name for name in held if name.startswith("documents/")]


def test_progress_is_told_and_what_it_raises_ends_the_writing(world: World, tmp_path: Path) -> None:
    here, told = Installation(world.database, DATA), list[int]()
    summary = here.export(world.cities[OWN], tmp_path / "genk.zip", told.append)
    assert told == sorted(told)
    assert told[-1] >= sum(summary.rows.values()) + summary.documents

    def cancel(done: int) -> None:
        raise InterruptedError(done)

    with pytest.raises(InterruptedError):
        here.export(world.cities[OWN], tmp_path / "genk.zip", cancel)


MANY = """
    INSERT INTO organization (city_id, name, kind, summary)
    SELECT :city, 'Organization ' || n, '22', jsonb_build_object('en', repeat(md5(n::text), 20))
    FROM generate_series(1, :count) n
"""


def test_four_times_as_many_rows_take_no_more_memory(
    fresh_world: World, elsewhere: Installation, tmp_path: Path
) -> None:
    here, city = Installation(fresh_world.database, DATA), fresh_world.cities[OWN]
    file = tmp_path / "genk.zip"
    here.export(city, file)  # makes the statements, which are remembered
    out, into = list[int](), list[int]()
    for more, dry_run in ((500, True), (1_500, False)):
        execute(here, MANY, city=city, count=more)
        out.append(peak(lambda: here.export(city, file)))
        into.append(peak(lambda dry_run=dry_run: elsewhere.bring_in(file, dry_run=dry_run)))  # type: ignore[misc]
    assert len(rows(file, "organization")) >= 2_000
    for small, large in (out, into):
        assert large < small + 300_000, (out, into)


def peak(work: Callable[[], Any]) -> int:
    """Return the most bytes that Python held while it worked."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_owner_sees_the_city_at_one_moment(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        enter(session, fresh_world.cities[OWN])
        count = text("SELECT count(*) FROM organization")
        before = session.scalar(count)
        execute(Installation(fresh_world.database, DATA), MANY, city=fresh_world.cities[OWN], count=1)
        assert session.scalar(count) == before
