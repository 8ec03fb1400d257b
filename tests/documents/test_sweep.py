"""Nothing is orphaned: killed at any line of receiving a file, a sweep leaves exactly the files that rows name."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import time

import psycopg
import pytest
from click.testing import CliRunner

from stedenband.cli import main
from stedenband.core.address import worker_session
from stedenband.documents.rules import Store
from stedenband.documents.rules.sweep import sweep
from tests.builders import OWN, PICTURE, World, a_picture
from tests.documents.files import PDF, about, made, send
from tests.documents.test_uploads import begin, piece

CHILD = Path(__file__).parent / "killed.py"
LINES = 8
"""How many of the lines of a request a kill is tried at, spread over all."""


@pytest.fixture
def store(fresh_world: World, folder: Path) -> Iterator[Store]:
    """A store of its own for the application, which is that of other tests too."""
    before = fresh_world.app.extensions["stedenband.documents"]
    mine = replace(before, store=Store(folder / "documents"))
    fresh_world.app.extensions["stedenband.documents"] = mine
    yield mine.store
    fresh_world.app.extensions["stedenband.documents"] = before


def swept(world: World, store: Store, age: float = 0) -> dict[str, int]:
    """Sweep, also what was written just now, with the rights of the worker."""
    with worker_session(world.database.worker_url) as session:
        return dict(sweep(session, store, age=age - 60))


def files(store: Store) -> set[str]:
    """Return the hashes of the files in the store."""
    return {path.name for path in (store.root / "files").glob("*/*")}


def rows(world: World) -> tuple[set[str], set[str]]:
    """Return the hashes that documents have, and those that are named."""
    with psycopg.connect(world.database.owner_url) as owner:
        of_documents = {row[0] for row in owner.execute("SELECT sha256 FROM document WHERE sha256 <> %s", [SEEDED])}
        named = {row[0] for row in owner.execute("SELECT sha256 FROM stored_file WHERE sha256 <> %s", [SEEDED])}
    return of_documents, named


SEEDED = __import__("hashlib").sha256(PICTURE).hexdigest()


def test_a_deleted_document_takes_its_file_with_it_unless_another_has_it(fresh_world: World, store: Store) -> None:
    api = fresh_world.api(OWN)
    first, second = made(fresh_world, api), made(fresh_world, api)
    assert first["sha256"] == second["sha256"]
    assert api.delete(first["href"]).status_code == 204
    assert swept(fresh_world, store) == {}
    assert api.delete(second["href"]).status_code == 204
    assert swept(fresh_world, store, age=3600) == {"stored_file": 1}, "a file of today may be about to be named"
    assert swept(fresh_world, store) == {"files": 1}
    assert files(store) == set()


def test_what_is_over_or_was_never_finished_goes(fresh_world: World, store: Store) -> None:
    api = fresh_world.api(OWN)
    picture = send(api, about(fresh_world.links["public"]), a_picture(9, 9), "a.png").json
    assert api.get(f"{picture['href']}/thumbnail").status_code == 200
    upload, open_one = begin(api, fresh_world).json, begin(api, fresh_world).json
    piece(api, upload, 0, PDF[:5])
    with store.incoming(9) as left:
        (store.root / "incoming" / "left").write_bytes(b"x")
        assert left.path.exists()
    assert swept(fresh_world, store) == {"incoming": 1}
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE document SET keep_until = current_date - 1 WHERE id = %s", [picture["id"]])
        owner.execute("UPDATE upload SET expires_at = now() - interval '1 day' WHERE id = %s", [upload["id"]])
    assert swept(fresh_world, store) == {
        "document": 1, "upload": 1, "stored_file": 1, "files": 1, "thumbnails": 1, "uploads": 1,
    }  # fmt: skip
    assert api.get(picture["href"]).status_code == 404
    assert api.get(open_one["href"]).json["offset"] == 0


def test_a_file_that_is_being_named_stays(fresh_world: World, store: Store) -> None:
    api = fresh_world.api(OWN)
    document = made(fresh_world, api)
    old = time() - 2 * 24 * 3600
    os.utime(store.file(document["sha256"]), (old, old))
    again = made(fresh_world, api)
    assert store.file(again["sha256"]).stat().st_mtime > old, "sent again, it is as new"
    assert swept(fresh_world, store) == {}


def environment(world: World, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands find database and store of the world."""
    monkeypatch.setenv("STEDENBAND_DATABASE_URL", world.database.api_url)
    monkeypatch.setenv("STEDENBAND_OWNER_URL", world.database.owner_url)
    monkeypatch.setenv("STEDENBAND_DATA", str(store.root.parent))


def test_the_operator_sweeps_by_a_command(fresh_world: World, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(fresh_world, store, monkeypatch)
    document = made(fresh_world, fresh_world.api(OWN))
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE document SET keep_until = current_date - 1 WHERE id = %s", [document["id"]])
    done = CliRunner().invoke(main, ["sweep"])
    assert done.exit_code == 0, done.output
    assert "1  documents past the day" in done.output


@contextmanager
def sending(world: World, store: Store, way: str) -> Iterator[Callable[[int], dict[str, int] | None]]:
    """Give what sends a document from a process of its own that is killed at a line of ours; None: it was killed."""
    told = {"url": world.database.api_url, "data": str(store.root.parent), "key": world.keys[OWN, "coordinator"],
            "link": str(world.links["public"]), "way": way}  # fmt: skip
    command = [sys.executable, str(CHILD)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHILD.parents[2]
    ) as process:
        assert process.stdin
        assert process.stdout
        requests, replies = process.stdin, process.stdout

        def ask(line: object) -> None:
            print(line, file=requests, flush=True)

        def send_one(line: int) -> dict[str, int] | None:
            ask(line)
            reply: dict[str, int] | None = json.loads(replies.readline())
            return reply

        ask(json.dumps(told))
        yield send_one
        requests.close()
    assert process.returncode == 0


@pytest.mark.parametrize("way", ["form", "pieces"])
def test_nothing_is_orphaned_by_a_kill_at_any_line(fresh_world: World, store: Store, way: str) -> None:
    with sending(fresh_world, store, way) as send_one:
        whole = send_one(0)
        assert whole
        assert whole["status"] == 201
        for number in range(LINES):
            line = 1 + number * (whole["lines"] - 1) // (LINES - 1)
            send_one(line)
            of_documents, _ = rows(fresh_world)
            assert of_documents <= files(store), f"a document lost its file when killed at line {line}"
    swept(fresh_world, store)
    of_documents, named = rows(fresh_world)
    assert of_documents == named == files(store)
    assert list((store.root / "incoming").iterdir()) == []
