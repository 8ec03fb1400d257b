"""The run of an import: each row becomes a record by the rules of its collection, or a fault; never a half of one.

It works on an open transaction of the caller, under whose policies and permissions all of it stands; whoever calls
commits, or, for a dry run, takes all of it back.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby, islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from stedenband.core.access import Actor, Relation
from stedenband.core.db import asked, settle
from stedenband.core.errors import PreconditionFailed
from stedenband.core.finished import finished
from stedenband.core.parts import touch
from stedenband.core.words import say
from stedenband.transfer.imports.conflicts import conflict
from stedenband.transfer.imports.differences import losses, patch_of, without_fixed
from stedenband.transfer.imports.leads import Leads
from stedenband.transfer.imports.ledger import Ledger
from stedenband.transfer.imports.making import MAY_NOT, Making, Outcome
from stedenband.transfer.imports.outcome import Report, Told
from stedenband.transfer.imports.references import NOBODY, References
from stedenband.transfer.imports.refusals import Refused, savepoint
from stedenband.transfer.imports.wanted import Fault, Steps, Wanted
from stedenband.web.fields.values import UUID_FORM
from stedenband.web.merge import flattened
from stedenband.web.parsing import loaded
from stedenband.web.resource import Resource
from stedenband.web.schema import patch_schema
from stedenband.web.sight import permit_change
from stedenband.web.sqljson import Writer
from stedenband.web.text import echo

BATCH = 500
"""Rows that are looked at together: compared with their records, or made records of in one statement."""
KEPT = 64
WHATEVER = "*"
"""In the column of versions: change the record in whatever version it is."""
NO_ID = say("Give the id of a record as it was exported, or leave the cell empty to make a new one.")
NO_VERSION = say("Give the version that was exported with the id, or * to change the record whatever became of it.")
NOT_CHANGED = say("Records of this collection are not changed by an import.")
NOT_MOVED = say("A record stays below the one that it was made below.")


@dataclass(frozen=True, slots=True)
class There:
    """A record as the caller sees it: its version, the caller's relation to it, its parent and its document."""

    version: int
    relation: Relation
    parent: UUID | None
    document: Mapping[str, Any]


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
        self.actor = actor
        self.resource = resource
        self.read = read
        self.references = References(session, actor, resources)
        self.ledger = Ledger(session, actor, resource)
        self.leads = Leads(session, resource, self.references, parent)
        self.making = Making(session, actor, resource, self.references, self.leads, self.ledger)
        self.seen: dict[UUID, int] = {}
        self.report = Report()

    def run(self, rows: Iterable[Wanted]) -> Report:
        """Take in all rows; what is wrong with one stays with it."""
        self.ledger.alone()
        for batch in _batches(rows):
            there = self._there([key for key in map(_key, batch) if key])
            for is_new, alike in groupby(batch, lambda wanted: wanted.key is None):
                taken = list(alike)
                outcomes = self.making.of(taken) if is_new else (self._taken(wanted, there) for wanted in taken)
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

    def _taken(self, wanted: Wanted, there: Mapping[UUID, There]) -> Outcome:
        try:
            return self._changed(wanted, there), ()
        except Refused as refused:
            return Told(wanted.number, "refused", None), refused.faults

    def _changed(self, wanted: Wanted, there: Mapping[UUID, There]) -> Told:
        """Change the record of a row, unless nothing differs."""
        if not wanted.is_whole:
            raise Refused
        key = _key(wanted)
        if key is None:
            raise Refused(Fault(("id",), NO_ID, echo(wanted.key)))
        if key in self.seen:
            raise Refused(Fault(("id",), say("Row {row} is of the same record.", row=self.seen[key]), str(key)))
        now = there.get(key)
        if now is None:
            raise Refused(Fault(("id",), NOBODY, str(key)))
        self.seen[key] = wanted.number
        patch = self._patch(wanted, now)
        if not patch or not self._apply(key, now, patch):
            return Told(wanted.number, "left", key)
        return Told(wanted.number, "changed", key, tuple(patch))

    def _patch(self, wanted: Wanted, now: There) -> dict[str, Any]:
        """Return what a row changes of the record; a conflict where somebody else changed it meanwhile."""
        schema = self.resource.schema
        document, faults = without_fixed(schema, wanted.document, now.document)
        if wanted.parent and self.leads.above(wanted.parent) != now.parent:
            faults.append(Fault((), NOT_MOVED))
        if faults:
            raise Refused(*faults)
        patch = patch_of(schema, document, now.document)
        if patch:
            self._check_version(wanted, now)
            if self.read is not None and (lost := list(losses(schema, patch, now.document, self.read))):
                raise Refused(*lost)
            patch = self.leads.settled(patch, now.parent)
        return patch

    def _check_version(self, wanted: Wanted, now: There) -> None:
        sent = str(wanted.version)
        if sent == WHATEVER:
            return
        if not sent.isascii() or not sent.isdigit() or len(sent) > len(str(2**31)):
            raise Refused(Fault(("version",), NO_VERSION, echo(wanted.version)))
        if int(sent) != now.version:
            key = UUID(wanted.key)
            said = conflict(self.session, self.resource, key, int(sent), now.relation)
            raise Refused(Fault(("version",), said, int(sent)))

    def _apply(self, key: UUID, now: There, patch: dict[str, Any]) -> bool:
        """Change a record by its rules; tell whether that made a difference."""
        resource = self.resource
        if resource.rules.change is None:
            raise Refused(Fault((), NOT_CHANGED))
        if not self.actor.may(resource.permissions["update"]):
            raise Refused(Fault((), MAY_NOT))
        with savepoint(self.session):
            data = loaded(self.patch, orjson.dumps(patch))
            row, relation = self.leads.row(resource, key)
            permit_change(resource, relation, data)
            if row.version != now.version:
                raise PreconditionFailed
            resource.rules.change(self.session, self.actor, row, flattened(resource.schema, data))
            differs = touch(self.session, row)
            settle(self.session)
        return differs

    @cached_property
    def patch(self) -> Any:
        """Return what a client sends to change a record; making one of these costs more than using it."""
        return patch_schema(self.resource.schema)()


def _batches(rows: Iterable[Wanted]) -> Iterator[list[Wanted]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _key(wanted: Wanted) -> UUID | None:
    """Return the id that a row gives, None where it gives none that is one."""
    return UUID(wanted.key) if isinstance(wanted.key, str) and UUID_FORM.fullmatch(wanted.key) else None


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
