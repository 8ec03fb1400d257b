"""The run of an import: each row becomes a record by the rules of its collection, or a fault; never a half of one.

It works on an open transaction of the caller, under whose policies and permissions all of it stands; whoever calls
commits, or, for a dry run, takes all of it back.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby, islice
from uuid import UUID

import orjson
from sqlalchemy import Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from stedenband.core.access import Actor, Relation
from stedenband.core.db import asked
from stedenband.core.finished import finished
from stedenband.transfer.imports.changing import Changing, There, key_of
from stedenband.transfer.imports.leads import Leads
from stedenband.transfer.imports.ledger import Ledger
from stedenband.transfer.imports.making import Making
from stedenband.transfer.imports.outcome import Report
from stedenband.transfer.imports.references import References
from stedenband.transfer.imports.wanted import Steps, Wanted
from stedenband.web.resource import Resource
from stedenband.web.sqljson import Writer

BATCH = 200
"""Rows that are looked at together: compared with their records, or made records of in one statement.

More gain little, and leave the transaction idle for longer while rules make them: 500 took five seconds, after which
PostgreSQL ends it, on a machine that was 20 times as busy as it could be.
"""
KEPT = 64


class Import:
    """The import of rows of one collection."""

    def __init__(  # noqa: PLR0913 (who, what, where)
        self,
        session: Session,
        actor: Actor,
        resource: Resource,
        resources: Mapping[str, Resource],
        *,
        parent: UUID | None = None,
        read: set[Steps] | None = None,
    ) -> None:
        """`parent`: below which record all rows stand that do not say so; `read`: the columns there are, of a table."""
        self.session = session
        self.resource = resource
        references = References(session, actor, resources)
        self.ledger = Ledger(session, actor, resource)
        leads = Leads(session, resource, references, parent)
        self.making = Making(session, actor, resource, references, leads, self.ledger)
        self.changing = Changing(session, actor, resource, leads, read)
        self.report = Report()

    def run(self, rows: Iterable[Wanted]) -> Report:
        """Take in all rows; what is wrong with one stays with it."""
        self.ledger.alone()
        for batch in _batches(rows):
            there = self._there([key for key in map(key_of, batch) if key])
            for is_new, alike in groupby(batch, lambda wanted: wanted.key is None):
                taken = list(alike)
                outcomes = self.making.of(taken) if is_new else self.changing.of(taken, there)
                for wanted, (outcome, faults) in zip(taken, outcomes, strict=True):
                    self.report.tell(outcome, [*wanted.faults, *faults])
        return self.report

    def _there(self, keys: list[UUID]) -> dict[UUID, There]:
        """Return the records with these ids that the caller sees."""
        rows = asked(self.session, _reading(self.resource), {"keys": keys}) if keys else ()
        return {
            key: There(version, Relation(relation), parent, orjson.loads(document))
            for key, version, relation, parent, document in rows
        }


def _batches(rows: Iterable[Wanted]) -> Iterator[list[Wanted]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


@lru_cache(KEPT)
def _reading(resource: Resource) -> str:
    """`keys` -> id, version, the caller's relation, parent and document of each record that the caller sees."""
    model = resource.model
    keys = bindparam("keys", type_=ARRAY(Uuid()))
    parent = getattr(model, resource.parent_column) if resource.parent else cast(None, Uuid())
    document = cast(Writer("").document(resource.schema, model), Text)
    return finished(
        select(model.id, model.version, model.relation(), parent, document).where(model.id == func.any(keys))
    )
