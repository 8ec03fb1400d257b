"""Writing the archive of a city: one ZIP, streamed, the same bytes for the same data (but for the instant)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from stedenband.core.db import asked, copied_out, now
from stedenband.core.refusal import Refusal
from stedenband.documents.rules import Store
from stedenband.migrations import newest
from stedenband.transfer.archive import description, rows
from stedenband.transfer.archive.manifest import HISTORY, LABELS, NAME, README, City, Entry, Manifest, rows_of
from stedenband.transfer.archive.tables import KEPT, table_of

BLOCK = 1 << 18
"""Bytes of a file that are held at once."""
MOMENT = (1980, 1, 1, 0, 0, 0)
"""The date of every file in every archive."""
FOR_OWNER_ONLY = 0o600 << 16
SCOPE = text("""
    SELECT current_setting('transaction_isolation') IN ('repeatable read', 'serializable') AS still,
        my_city() = :city AND my_membership() = :city AND may_oversee() AS entered
""")
ENTER = text("""
    SELECT set_config('stedenband.city', :city, true), set_config('stedenband.member', :city, true),
        set_config('stedenband.role', 'auditor', true), set_config('TimeZone', 'UTC', true)
""")
HIDDEN = text("""
    SELECT l.title FROM city_link l JOIN city_link_member m ON m.city_link_id = l.id
    WHERE l.city_id = my_city() AND NOT EXISTS (SELECT FROM partner_city c WHERE c.id = m.partner_city_id)
    ORDER BY l.id LIMIT 1
""")
"""A link of the city with a member that withdrew from the public: who is bound by row policies does not see it."""
AWAKE = text("SELECT")
"""Sent between files, as the database ends a transaction of the worker that is silent for a minute."""
ABOUT = text(
    "SELECT id::text, name, country_code, nis_code, wikidata_id, geonames_id FROM partner_city WHERE id = :city"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written: the hash of the city, the rows by table, and how many files with how many bytes.

    `left_out`: the rows (by table) and references (by table and column) of the city's own that are not in the archive,
    as they name what only another city may take.
    """

    hash: str
    rows: dict[str, int]
    documents: int
    size: int
    left_out: dict[str, int]


@dataclass(slots=True)
class _Writer:
    """The ZIP, what it holds so far, and whom to tell of it."""

    zip: ZipFile
    progress: Callable[[int], None]
    files: dict[str, Entry] = field(default_factory=dict)
    done: int = 0

    def add(self, name: str, blocks: Iterable[bytes], *, stored: bool = False, lines: bool = False) -> Entry:
        """Add a file; `stored`: as it is, `lines`: its lines are rows, of which progress is told."""
        digest, size, count = sha256(), 0, 0
        info = ZipInfo(name, MOMENT)
        info.compress_type = ZIP_STORED if stored else ZIP_DEFLATED
        info.external_attr = FOR_OWNER_ONLY
        info.create_system = 3
        with self.zip.open(info, "w", force_zip64=True) as file:
            for block in blocks:
                digest.update(block)
                size += len(block)
                file.write(block)
                if lines:
                    count += block.count(b"\n")
                    self.progress(self.done + count)
        self.done += count
        self.files[name] = Entry(size, digest.hexdigest(), count if lines else None)
        return self.files[name]


def enter(session: Session, city_id: UUID) -> None:
    """Begin the owner's look at all that is a city's, at one moment; until the transaction ends."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    session.execute(ENTER, {"city": str(city_id)})


def write_archive(
    session: Session, city_id: UUID, store: Store, out: BinaryIO, progress: Callable[[int], None]
) -> Summary:
    """Write the archive of a city to `out`, which need not be seekable; rows and files pass through in small blocks.

    The transaction of `session` is REPEATABLE READ (best READ ONLY), and in the city's scope: as the owner after
    `enter`, or as the API after one of its entrances, by somebody who oversees the city (coordinator, auditor).
    `progress` is told how many rows and files are written so far; what it raises ends the writing. Raises `Refusal`
    when the file of a document is not what it was, or a link has a member that the caller does not see.
    """
    scope = session.execute(SCOPE, {"city": city_id}).one()
    if not (scope.still and scope.entered):
        raise ValueError("An archive is written in the scope of its city, at one moment.")
    session.execute(text("SET LOCAL TimeZone = 'UTC'"))
    hidden = session.scalar(HIDDEN)
    if hidden is not None:
        raise Refusal(f"A member of the link {hidden!r} is no longer public: only the operator writes this archive.")
    city = session.execute(ABOUT, {"city": city_id}).one()
    with ZipFile(out, "w", allowZip64=True) as zip_file:
        writer = _Writer(zip_file, progress)
        writer.add(README, [description.readme()])
        writer.add(LABELS, [description.labels()])
        for table in KEPT:
            writer.add(f"schema/{table}.json", [description.schema(table_of(table))])
        for table in KEPT:
            writer.add(rows_of(table), copied_out(session, rows.statement(table), BLOCK), lines=True)
        writer.add(HISTORY, copied_out(session, rows.history(), BLOCK), lines=True)
        left_out = dict(asked(session, rows.left_out(), {}))
        for digest, size in asked(session, rows.files(), {}):
            session.execute(AWAKE)
            _add_document(writer, store, digest, size)
        manifest = Manifest(City(*city), newest(), now().isoformat().replace("+00:00", "Z"), dict(writer.files))
        writer.add(NAME, [manifest.written()])
    documents = manifest.documents
    return Summary(manifest.hash, manifest.counts, len(documents), sum(documents.values()), left_out)


def _add_document(writer: _Writer, store: Store, digest: str, size: int) -> None:
    written = writer.add(f"documents/{digest}", _blocks(store, digest), stored=True)
    if (written.sha256, written.size) != (digest, size):
        raise Refusal(f"The file {digest} of a document is not what it was when it was stored.")
    writer.done += 1
    writer.progress(writer.done)


def _blocks(store: Store, digest: str) -> Iterator[bytes]:
    try:
        with store.file(digest).open("rb") as file:
            while block := file.read(BLOCK):
                yield block
    except OSError as error:
        raise Refusal(f"The file {digest} of a document cannot be read: {error.strerror}.") from error
