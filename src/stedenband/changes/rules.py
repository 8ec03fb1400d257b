"""Seals: who alters, removes or slips in an entry of the record of change is found out, also with the owner's rights.

Each seal is the SHA-256 of the digest before it, its number, and the digests of the entries that it holds, in their
order. Whoever could rewrite the whole chain is found out by a digest that was published before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST = 1_000_000
"""Entries in one seal: their digests are held in memory together."""
NAMED = 5
"""Entries of a seal that are named when they are not as they were sealed."""

ENTRY = """
    sha256(convert_to(jsonb_build_array(c.sequence, c.transaction_id, extract(epoch FROM c.changed_at),
        c.api_client_id, c.person_id, c.actor_name, c.operation, c.withdrawn, c.table_name, c.record_id, c.parent_id,
        c.version, c.fields, c.city_id, c.city_link_id, c.visibility, c.previous_visibility, c.remaining,
        c.audience_city_id)::text, 'UTF8'))
"""
"""The digest of an entry `c`: of all its columns, in the one form that jsonb has."""
EPOCH = "(SELECT epoch FROM change_epoch ORDER BY started_at DESC, change_epoch.epoch DESC LIMIT 1)"

SEAL = f"""
WITH last AS MATERIALIZED (
    SELECT number, digest, epoch, CASE WHEN epoch = {EPOCH} THEN horizon END AS horizon
    FROM change_seal ORDER BY number DESC LIMIT 1
), bounds AS MATERIALIZED (
    SELECT coalesce((SELECT number FROM last), 0) + 1 AS number,
        coalesce((SELECT digest FROM last), '') AS previous,
        coalesce((SELECT horizon FROM last), 0) AS since,
        pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
        EXISTS (SELECT FROM last WHERE last.horizon IS NULL) AS restored
), entries AS MATERIALIZED (
    SELECT c.sequence, c.transaction_id, {ENTRY} AS digest
    FROM bounds, change c
    WHERE (restored OR (c.transaction_id >= since AND c.transaction_id < bounds.horizon))
        AND NOT EXISTS (SELECT FROM sealed_change s WHERE s.sequence = c.sequence)
    ORDER BY c.transaction_id, c.sequence LIMIT :most
), made AS (
    INSERT INTO change_seal (number, epoch, horizon, changes, digest)
    SELECT bounds.number, CASE WHEN count(*) = :most AND restored THEN (SELECT epoch FROM last) ELSE {EPOCH} END,
        CASE WHEN count(*) = :most AND NOT restored THEN max(transaction_id) ELSE bounds.horizon END, count(*),
        sha256(bounds.previous || int8send(bounds.number) || string_agg(entries.digest, '' ORDER BY sequence))
    FROM bounds, entries GROUP BY bounds.number, bounds.previous, bounds.horizon, restored
    RETURNING number, digest
), held AS (
    INSERT INTO sealed_change (sequence, seal, digest) SELECT sequence, number, entries.digest FROM entries, made
)
SELECT number, encode(digest, 'hex') AS digest FROM made
"""  # noqa: S608 (all pieces are constants)
"""Seal what was not: the entries of transactions that are over. After a restore, whose numbers of transactions begin
anew, all that is there."""

LOOK = f"""
SELECT s.number, s.changes, encode(s.digest, 'hex') AS digest,
    coalesce(lag(s.number) OVER chain, 0) + 1 AS expected, held.entries, held.gone, held.altered,
    s.digest = sha256(
        coalesce(lag(s.digest) OVER chain, '') || int8send(s.number) || coalesce(held.digests, '')) AS holds
FROM change_seal s, LATERAL (
    SELECT count(*) AS entries, string_agg(k.digest, '' ORDER BY k.sequence) AS digests,
        array_agg(k.sequence ORDER BY k.sequence) FILTER (WHERE c.sequence IS NULL) AS gone,
        array_agg(k.sequence ORDER BY k.sequence) FILTER (WHERE c.sequence IS NOT NULL AND k.digest <> {ENTRY})
            AS altered
    FROM sealed_change k LEFT JOIN change c ON c.sequence = k.sequence WHERE k.seal = s.number
) held
WINDOW chain AS (ORDER BY s.number)
ORDER BY s.number
"""  # noqa: S608 (all pieces are constants)

SLIPPED = f"""
SELECT array_agg(c.sequence ORDER BY c.sequence) FROM change c
WHERE c.transaction_id < (SELECT horizon FROM change_seal WHERE epoch = {EPOCH} ORDER BY number DESC LIMIT 1)
    AND NOT EXISTS (SELECT FROM sealed_change s WHERE s.sequence = c.sequence)
"""  # noqa: S608 (all pieces are constants)
"""Entries that claim to be of a transaction whose entries were all sealed."""


@dataclass(frozen=True)
class Head:
    """A seal that was published: its number and its digest in hexadecimal digits."""

    number: int
    digest: str


@dataclass(frozen=True)
class Findings:
    """What a check found: sentences about what is not as it was sealed, how much was looked at, and the last seal."""

    faults: tuple[str, ...]
    changes: int
    head: Head | None


def seal(session: Session, most: int = MOST) -> Head | None:
    """Seal what was not, and commit; return the last seal that was made. One sealer at a time, others wait."""
    last = None
    while True:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('seals of the record of change', 0))"))
        made = session.execute(text(SEAL), {"most": most}).one_or_none()
        session.commit()
        if made is None:
            return last
        last = Head(made.number, made.digest)


def check(session: Session, published: Head | None = None) -> Findings:
    """Compare the record of change with its seals, and those with one that was published."""
    faults: list[str] = []
    seals: dict[int, str] = {}
    changes = 0
    for row in session.execute(text(LOOK)):
        seals[row.number] = row.digest
        changes += row.entries
        faults += _faults_of(row)
    slipped = session.scalar(text(SLIPPED))
    if slipped:
        faults.append(f"Came in after the entries of their time were sealed: {_named(slipped)}.")
    if published and seals.get(published.number) != published.digest:
        state = "has another digest than" if published.number in seals else "is gone, and with it"
        faults.append(f"Seal {published.number} {state} what was published.")
    last = max(seals, default=0)
    return Findings(tuple(faults), changes, Head(last, seals[last]) if last else None)


def _faults_of(row: Any) -> Iterator[str]:
    if row.number != row.expected:
        yield f"Seal {row.expected} is gone."
    if row.gone:
        yield f"Seal {row.number}: entries are gone: {_named(row.gone)}."
    if row.altered:
        yield f"Seal {row.number}: entries were altered: {_named(row.altered)}."
    if row.entries != row.changes or not row.holds:
        yield f"Seal {row.number} does not hold what it held when it was made."


def _named(sequences: list[int]) -> str:
    some = ", ".join(map(str, sequences[:NAMED]))
    return f"{some} and {len(sequences) - NAMED} more" if len(sequences) > NAMED else some
