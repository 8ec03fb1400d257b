"""Two installations, and a city that moves from one to the other."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import psycopg
from sqlalchemy import text

from stedenband.access.models import ApiClient
from stedenband.access.rules import issue_key
from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.core.address import owner_session
from stedenband.documents.rules import Store
from stedenband.transfer.archive.arrival import Arrival, read_archive
from stedenband.transfer.archive.manifest import Entry, Manifest
from stedenband.transfer.archive.reading import opened
from stedenband.transfer.archive.writing import Summary, enter, write_archive
from tests.builders import BASE, DATA, OWN, PARTNER, Api, World, a_city, a_contact, a_ground, an_organization
from tests.databases import TestDatabase
from tests.people.erasing import erase, everywhere

UNSHARED = "Heliotrope"
"""A word that only records of other cities hold, which nobody shared."""


def unheard(_done: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True)
class Installation:
    """A database and the folder of its files."""

    database: TestDatabase
    data: Path

    @property
    def store(self) -> Store:
        return Store(self.data / "documents")

    def export(self, city: UUID, file: Path, progress: Callable[[int], None] = unheard) -> Summary:
        """Write the archive of a city."""
        with owner_session(self.database.owner_url) as session, file.open("wb") as out:
            enter(session, city)
            return write_archive(session, city, self.store, out, progress)

    def bring_in(self, file: Path, progress: Callable[[int], None] = unheard, *, dry_run: bool = False) -> Arrival:
        """Read an archive."""
        with opened(file) as archive, owner_session(self.database.owner_url) as session:
            return read_archive(session, archive, self.store, progress, dry_run=dry_run)

    def key(self, city: UUID, role: str = "coordinator") -> str:
        """Make a key, as the operator does."""
        with owner_session(self.database.owner_url) as session:
            client = ApiClient(city_id=city, role=role, name=f"New {role}")
            session.add(client)
            session.flush()
            key = issue_key(session, client).key
            session.commit()
        return key

    @contextmanager
    def api(self, key: str | None = None) -> Iterator[Api]:
        """Give the API of this installation."""
        settings = Settings(
            data=self.data, database_url=self.database.api_url, public_url=BASE, client_limit=0, anonymous_limit=0
        )
        app = create_app(settings)
        app.testing = True
        try:
            yield Api(app.test_client(), key)
        finally:
            app.extensions["stedenband.database"].engine.dispose()

    def content(self) -> dict[str, Any]:
        """Return how many rows each table has, and the files."""
        with psycopg.connect(self.database.owner_url) as connection:
            tables = [name for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )]  # fmt: skip
            counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() for name in tables}
        return {**counts, "files": self.files()}

    def files(self) -> set[str]:
        """Return the names of all files in the store."""
        return {path.name for path in self.store.root.rglob("*") if path.is_file()}


def lived_in(world: World) -> Installation:
    """Return an installation in which cities have worked: a person was erased, and others have records of their own."""
    contact = everywhere(world)
    assert erase(world.api(OWN), contact).status_code == 201
    with owner_session(world.database.owner_url) as session:
        for name, city in world.cities.items():
            if name != OWN:
                session.add(an_organization(city_id=city, name=f"{UNSHARED} of {name}", internal_note=UNSHARED))
                session.add(a_city(city_id=city, name=f"{UNSHARED} of {name}", visibility="city"))
        session.commit()
    return Installation(world.database, DATA)


def with_a_guest(world: World) -> Installation:
    """Have somebody of Francistown travel with a delegation of Genk, and receive it."""
    cities = world.cities
    with owner_session(world.database.owner_url) as session:
        theirs = a_contact(city_id=cities[PARTNER], city_link_id=world.links["public"], visibility="link")
        session.add_all([theirs, a_ground(world, city_id=cities[PARTNER], partner_city_id=cities[OWN])])
        session.flush()
        told = {"visit": world.delegations["public"], "them": theirs.id, "city": cities[PARTNER]}
        session.execute(
            text("""
                INSERT INTO delegation_participant (delegation_id, contact_id, partner_city_id, capacity, position)
                VALUES (:visit, :them, :city, 'staff', 1)
            """),
            told,
        )
        session.execute(text("UPDATE program_item SET host_contact_id = :them WHERE delegation_id = :visit"), told)
        session.commit()
    return Installation(world.database, DATA)


def entries(file: Path) -> dict[str, bytes]:
    """Return all files of an archive."""
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(file: Path, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table in an archive."""
    return [json.loads(line) for line in entries(file)[f"data/{table}.ndjson"].splitlines()]


def manifest(file: Path) -> dict[str, Any]:
    """Return the manifest of an archive."""
    said: dict[str, Any] = json.loads(entries(file)["manifest.json"])
    return said


def compared(file: Path) -> dict[str, Any]:
    """Return what two archives of the same city have in common: all files but the history, with their hashes."""
    files = manifest(file)["files"]
    return {name: each for name, each in files.items() if not name.startswith("history/")}


def rewritten(file: Path, changes: dict[str, bytes | None], to: Path) -> Path:
    """Write an archive in which files are others (None: gone), and nothing else."""
    content: dict[str, bytes | None] = {**entries(file), **changes}
    with ZipFile(to, "w", ZIP_DEFLATED) as made:
        for name, held in content.items():
            if held is not None:
                made.writestr(ZipInfo(name), held, ZIP_DEFLATED)
    return to


def execute(installation: Installation, statement: str, **values: Any) -> None:
    """Do something as the owner."""
    with owner_session(installation.database.owner_url) as session:
        session.execute(text(statement), values)
        session.commit()


def forged(file: Path, to: Path, changes: dict[str, bytes | None], **said: Any) -> Path:
    """Write an archive with other files (None: without them) and a manifest that says so, or what it is told to."""
    content = {**entries(file), **changes}
    del content["manifest.json"]
    known = Manifest.read(entries(file)["manifest.json"])
    files = {
        name: Entry(
            len(held),
            sha256(held).hexdigest(),
            held.count(b"\n") if name.endswith(".ndjson") else None,
        )
        for name, held in content.items()
        if held is not None
    }
    made = replace(known, **{"files": files, **said})
    return rewritten(file, {**content, "manifest.json": made.written()}, to)


def with_rows(file: Path, to: Path, table: str, change: Callable[[list[dict[str, Any]]], None]) -> Path:
    """Write an archive in which the rows of a table are others."""
    held = rows(file, table)
    change(held)
    lines = "".join(json.dumps(row) + "\n" for row in held)
    return forged(file, to, {f"data/{table}.ndjson": lines.encode()})
