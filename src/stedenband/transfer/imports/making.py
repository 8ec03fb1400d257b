"""How rows without an id become records: one by one, or several as one where the rules of the collection allow that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from stedenband.core.access import Actor, Relation
from stedenband.core.db import settle
from stedenband.core.errors import Problem
from stedenband.core.together import Together, send, together
from stedenband.core.words import say
from stedenband.transfer.imports.differences import filled
from stedenband.transfer.imports.leads import Leads
from stedenband.transfer.imports.ledger import Ledger, digest_of
from stedenband.transfer.imports.outcome import Told
from stedenband.transfer.imports.references import References
from stedenband.transfer.imports.refusals import Refused, refused, savepoint
from stedenband.transfer.imports.trying import Outcome, refusal, tried
from stedenband.transfer.imports.wanted import Fault, Wanted
from stedenband.web.merge import flattened
from stedenband.web.parsing import loaded
from stedenband.web.resource import Resource
from stedenband.web.schema import create_schema
from stedenband.web.sight import permit

NOT_MADE = say("Records of this collection are not made by an import. Give the id of one to change it.")
MAY_NOT = say("Your role does not allow this operation.")


@dataclass(frozen=True, slots=True)
class New:
    """What a row says of a new record, below which one, and what tells it from every other row."""

    number: int
    document: Mapping[str, Any]
    parent: UUID | None
    digest: bytes

    def told(self, key: UUID, *, known: bool) -> Told:
        """Return what became of the row: it made this record now, or before."""
        return Told(self.number, "left", key) if known else Told(self.number, "created", key, tuple(self.document))


class Making:
    """Makes the records of one import."""

    def __init__(  # noqa: PLR0913, PLR0917 (what an import has)
        self,
        session: Session,
        actor: Actor,
        resource: Resource,
        references: References,
        leads: Leads,
        ledger: Ledger,
    ) -> None:
        """Say who makes records of which collection, and where what they refer to is found."""
        self.session = session
        self.actor = actor
        self.resource = resource
        self.references = references
        self.leads = leads
        self.ledger = ledger

    @cached_property
    def schema(self) -> Any:
        """Return what a client sends to make a record; making one of these costs more than using it."""
        return create_schema(self.resource.schema)()

    def of(self, rows: Sequence[Wanted]) -> Iterator[Outcome]:
        """Make records of rows, but of those that made one before; tell what became of each, in their order."""
        if self.resource.rules.together:
            self.references.foresee(self.resource.schema, [row.document for row in rows], self.leads.parent)
            yield from tried(rows, self._at_once, self._alone)
        else:
            yield from map(self._alone, rows)

    def _alone(self, wanted: Wanted) -> Outcome:
        try:
            return self._made(wanted), ()
        except Refused as error:
            return refusal(wanted, error)

    def _made(self, wanted: Wanted) -> Told:
        """Make a record of a row, unless the same row made one before."""
        new = self._new(wanted)
        if known := self.ledger.records_of([new.digest]).get(new.digest):
            return new.told(known, known=True)
        with savepoint(self.session):
            key = self._by_rules(new, {}).id
            settle(self.session)
            self.ledger.note({new.digest: key})
        return new.told(key, known=False)

    def _at_once(self, rows: Sequence[Wanted]) -> list[Outcome]:
        """Make all records in one statement for each table; raises Refused where the database refuses any of them.

        What a rule refuses is refused alone: nothing of that row was sent.
        """
        asked = [self._asked(wanted) for wanted in rows]
        known = self.ledger.records_of([each.digest for each in asked if isinstance(each, New)])
        fresh: dict[bytes, UUID] = {}
        parents: dict[UUID | None, Relation] = {}
        outcomes: list[Outcome] = []
        with savepoint(self.session):
            with together(self.session, len(rows)) as made:
                for wanted, new in zip(rows, asked, strict=True):
                    if not isinstance(new, New):
                        outcomes.append(new)
                    elif before := known.get(new.digest) or fresh.get(new.digest):
                        outcomes.append((new.told(before, known=True), ()))
                    else:
                        outcomes.append(self._held_back(wanted, new, made, fresh, parents))
            send(self.session, made.rows)
            settle(self.session)
            self.ledger.note(fresh)
        return outcomes

    def _held_back(
        self,
        wanted: Wanted,
        new: New,
        made: Together,
        fresh: dict[bytes, UUID],
        parents: dict[UUID | None, Relation],
    ) -> Outcome:
        """Have the rules make a record that is not sent yet; what they refuse leaves nothing behind."""
        held = len(made.rows)
        try:
            key = fresh[new.digest] = self._by_rules(new, parents).id
        except Problem as problem:
            del made.rows[held:]
            return refusal(wanted, refused(problem))
        except Refused as error:
            return refusal(wanted, error)
        return new.told(key, known=False), ()

    def _asked(self, wanted: Wanted) -> New | Outcome:
        try:
            return self._new(wanted)
        except Refused as error:
            return refusal(wanted, error)

    def _new(self, wanted: Wanted) -> New:
        """Return what a row says of a new record, as far as such records are made."""
        resource = self.resource
        if not wanted.is_whole:
            raise Refused
        if resource.rules.create is None or "create" not in resource.permissions:
            raise Refused(Fault((), NOT_MADE))
        if not self.actor.may(resource.permissions["create"]):
            raise Refused(Fault((), MAY_NOT))
        parent = self.leads.above(wanted.parent)
        document = filled(self.leads.settled(wanted.document, parent))
        return New(wanted.number, document, parent, digest_of(document, parent))

    def _by_rules(self, new: New, parents: dict[UUID | None, Relation]) -> Any:
        """Have the rules make a record; `parents` are those that were looked at before, with the caller's relation."""
        resource = self.resource
        create = resource.rules.create
        assert create  # noqa: S101 (`_new` refused)
        values = flattened(resource.schema, loaded(self.schema, orjson.dumps(new.document)))
        if resource.parent:
            if new.parent not in parents:
                parents[new.parent] = self.leads.row(resource.parent, new.parent)[1]
            permit(parents[new.parent], *resource.added_by)
            values[resource.parent_column] = new.parent
        return create(self.session, self.actor, values)
