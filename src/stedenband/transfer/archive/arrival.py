"""A city arrives: its archive is written into this register whole, in one transaction, or not at all."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from stedenband.core.db import copied_in, settle
from stedenband.core.errors import ServiceUnavailable
from stedenband.core.refusal import Refusal
from stedenband.documents.rules import Store
from stedenband.documents.rules.sweep import take
from stedenband.transfer.archive import insertion
from stedenband.transfer.archive.manifest import rows_of
from stedenband.transfer.archive.reading import Archive
from stedenband.transfer.archive.tables import in_order

ACTOR = "Import of an archive"
"""Who wrote the records, in their history."""
AT_REST = (
    ("city_link_member", "check_transfer"),
    ("contact", "check_transfer"),
    ("delegation", "within_link"),
    ("exchange_project", "check_project"),
    ("period", "keep_figures"),
)
"""Table, trigger: what judges a record by the day that it is first written, or writes what the archive has itself.

A project of a link that has ended since, a visit of a city that has left it and a person shared on a ground that has
ended are records none the less; whom a person may be shown to is decided again whenever it is read.
"""
CITY_HERE = text("""
    SELECT id, name FROM partner_city
    WHERE id = :id OR nis_code = :nis_code OR wikidata_id = :wikidata_id OR geonames_id = :geonames_id
    ORDER BY id = :id DESC, id LIMIT 1
""")
WIDER = text("""
    SELECT 'exchange_project ' || r.id FROM exchange_project r JOIN city_link l ON l.id = r.city_link_id
    JOIN arrived a ON a.name = 'exchange_project' AND a.id = r.id
    WHERE (l.visibility, r.visibility) IN (('city', 'link'), ('city', 'public'), ('link', 'public'))
    UNION ALL
    SELECT 'delegation ' || r.id FROM delegation r JOIN city_link l ON l.id = r.city_link_id
    JOIN arrived a ON a.name = 'delegation' AND a.id = r.id
    WHERE (l.visibility, r.visibility) IN (('city', 'link'), ('city', 'public'), ('link', 'public'))
    LIMIT 1
""")
SIGN = text("UPDATE change SET actor_name = :actor WHERE transaction_id = pg_current_xact_id()::text::bigint")


@dataclass(slots=True)
class Arrival:
    """What was written: the rows by table, the cities that were here already, and the files."""

    rows: dict[str, int] = field(default_factory=dict)
    known: int = 0
    documents: int = 0


def read_archive(
    session: Session, archive: Archive, store: Store, progress: Callable[[int], None], *, dry_run: bool = False
) -> Arrival:
    """Write an archive as the owner, and commit; `dry_run`: try it, and undo it.

    Keys, versions and instants stay; cities that are not its own are those that are here already by their id or an
    identifier. All is refused (`Refusal`) when the archive is damaged, of another revision, breaks a rule, names what
    it does not hold, or when the city or any of its records is here already. `progress` is told how many rows are
    written.
    """
    placed: list[str] = []
    try:
        _same_revision(session, archive)
        _not_here(session, archive)
        keep = None if dry_run else _Keeper(store, placed)
        arrival = _write(session, archive, keep, progress)
        if dry_run:
            session.rollback()
        else:
            session.commit()
    except BaseException:
        session.rollback()
        for digest in placed:
            take(session, store.file(digest))
        raise
    return arrival


def _same_revision(session: Session, archive: Archive) -> None:
    here, there = str(session.scalar(text("SELECT version_num FROM alembic_version"))), archive.manifest.revision
    if here != there:
        older = here < there
        advice = "upgrade this one first" if older else "upgrade the other one, and export again"
        raise Refusal(
            f"The archive is of a {'newer' if older else 'former'} stedenband (schema {there}, here {here}): {advice}."
        )


def _not_here(session: Session, archive: Archive) -> None:
    city = archive.manifest.city
    known = {"nis_code": city.nis_code, "wikidata_id": city.wikidata_id, "geonames_id": city.geonames_id}
    with _refusing("manifest.json"):
        here = session.execute(CITY_HERE, {"id": city.id, **known}).one_or_none()
    if here:
        raise Refusal(f"The city {city.name} is in this register already: {here.name}, {here.id}. Nothing was written.")


def _write(session: Session, archive: Archive, keeper: "_Keeper | None", progress: Callable[[int], None]) -> Arrival:
    arrival = Arrival()
    session.execute(text("SET LOCAL lock_timeout = '10s'"))
    for name, trigger in AT_REST:
        session.execute(text(f'ALTER TABLE "{name}" DISABLE TRIGGER "{trigger}"'))
    insertion.begin(session)
    for table in in_order():
        if table.name == "document":
            arrival.documents = _keep_files(session, archive, keeper)
        arrival.rows[table.name] = _take_in(session, archive, table)
        progress(sum(arrival.rows.values()))
    arrival.known = insertion.known_cities(session)
    wider = session.scalar(WIDER)
    if wider:
        raise Refusal(f"The archive breaks a rule: {wider} is seen by more people than its link.")
    with _refusing("The archive"):
        settle(session)
    for name, trigger in AT_REST:
        session.execute(text(f'ALTER TABLE "{name}" ENABLE TRIGGER "{trigger}"'))
    session.execute(text("SELECT tell_transfers(CAST(:city AS uuid), NULL)"), {"city": archive.manifest.city.id})
    session.execute(SIGN, {"actor": ACTOR})
    return arrival


def _take_in(session: Session, archive: Archive, table: Table) -> int:
    """Write the rows of a table; return how many."""
    with _refusing(rows_of(table.name)):
        insertion.empty(session)
        copied_in(session, "arriving", "said", archive.blocks(rows_of(table.name)))
        insertion.check_form(session, table)
        insertion.enroll(session, table, archive.manifest.city.id)
        insertion.check_references(session, table, archive.manifest.city.id)
        if table.name == "document":
            insertion.check_files(session, archive.manifest.documents)
        return insertion.insert(session, table)


def _keep_files(session: Session, archive: Archive, keeper: "_Keeper | None") -> int:
    """Put the files into the store and name them; without a keeper they are only read and named."""
    documents = archive.manifest.documents
    for digest, size in documents.items():
        blocks = archive.blocks(f"documents/{digest}")
        if keeper:
            keeper.place(digest, size, blocks)
        else:
            deque(blocks, 0)
        insertion.name_file(session, digest, size)
    return len(documents)


@dataclass(frozen=True, slots=True)
class _Keeper:
    """The store, and what was put into it that was not there before."""

    store: Store
    placed: list[str]

    def place(self, digest: str, size: int, blocks: Iterator[bytes]) -> None:
        """Put a file into its place, durable, also where one like it stands: that may be about to be swept."""
        if not self.store.file(digest).exists():
            self.placed.append(digest)
        try:
            with self.store.incoming(size) as incoming:
                for block in blocks:
                    incoming.write(block)
                incoming.seal()
                self.store.place(incoming)
        except ServiceUnavailable as error:
            raise Refusal("The folder of documents cannot be written; is the disk full?") from error


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Refuse what the database refuses, in its own words, which name a rule or a form."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        cause: Any = getattr(error, "orig", error)
        if not isinstance(cause, psycopg.IntegrityError | psycopg.DataError):
            raise
        rule = f" ({cause.diag.constraint_name})" if cause.diag.constraint_name else ""
        raise Refusal(f"{what} cannot be taken in: {cause.diag.message_primary}{rule}. Nothing was written.") from error
