"""How rows with an id change their records: one by one, or several as one where the rules of the collection allow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from stedenband.core.access import Actor, Relation
from stedenband.core.db import settle
from stedenband.core.errors import PreconditionFailed
from stedenband.core.parts import touch
from stedenband.core.words import say
from stedenband.transfer.imports.conflicts import conflict
from stedenband.transfer.imports.differences import losses, patch_of, without_fixed
from stedenband.transfer.imports.leads import Leads
from stedenband.transfer.imports.making import MAY_NOT
from stedenband.transfer.imports.outcome import Told
from stedenband.transfer.imports.references import NOBODY
from stedenband.transfer.imports.refusals import Refused, savepoint
from stedenband.transfer.imports.trying import Outcome, refusal, tried
from stedenband.transfer.imports.wanted import Fault, Steps, Wanted
from stedenband.web.fields.values import UUID_FORM
from stedenband.web.merge import flattened
from stedenband.web.parsing import loaded
from stedenband.web.resource import Resource
from stedenband.web.schema import patch_schema
from stedenband.web.sight import permit_change
from stedenband.web.text import echo

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


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes of a record, as it was read; nothing: the patch is empty."""

    wanted: Wanted
    key: UUID
    now: There
    patch: Mapping[str, Any]

    def told(self, *, differs: bool) -> Outcome:
        """Return what became of the row."""
        if differs:
            return Told(self.wanted.number, "changed", self.key, tuple(self.patch)), ()
        return Told(self.wanted.number, "left", self.key), ()


class Changing:
    """Changes the records of one import."""

    def __init__(
        self, session: Session, actor: Actor, resource: Resource, leads: Leads, read: set[Steps] | None
    ) -> None:
        """Say who changes records of which collection; `read`: the columns there are, of a table."""
        self.session = session
        self.actor = actor
        self.resource = resource
        self.leads = leads
        self.read = read
        self.seen: dict[UUID, int] = {}

    @cached_property
    def schema(self) -> Any:
        """Return what a client sends to change a record; making one of these costs more than using it."""
        return patch_schema(self.resource.schema)()

    def of(self, rows: Sequence[Wanted], there: Mapping[UUID, There]) -> Iterator[Outcome]:
        """Change the records of rows, as they are `there`; tell what became of each, in their order."""
        asked = (self._asked(wanted, there) for wanted in rows)
        if self.resource.rules.together:
            yield from tried(list(asked), self._at_once, self._alone)
        else:
            yield from map(self._alone, asked)

    def _alone(self, asked: Change | Outcome) -> Outcome:
        if not isinstance(asked, Change):
            return asked
        if not asked.patch:
            return asked.told(differs=False)
        try:
            with savepoint(self.session):
                differs = self._by_rules(asked, *self.leads.row(self.resource, asked.key))
                settle(self.session)
        except Refused as error:
            return refusal(asked.wanted, error)
        return asked.told(differs=differs)

    def _at_once(self, asked: Sequence[Change | Outcome]) -> list[Outcome]:
        """Make all changes in one savepoint; raises Refused where any of them is refused."""
        keys = [each.key for each in asked if isinstance(each, Change) and each.patch]
        if not keys:
            return [each.told(differs=False) if isinstance(each, Change) else each for each in asked]
        outcomes: list[Outcome] = []
        with savepoint(self.session):
            rows = self.leads.rows(self.resource, keys)
            for each in asked:
                if not isinstance(each, Change):
                    outcomes.append(each)
                elif not each.patch:
                    outcomes.append(each.told(differs=False))
                elif each.key not in rows:
                    raise Refused
                else:
                    outcomes.append(each.told(differs=self._by_rules(each, *rows[each.key])))
            settle(self.session)
        return outcomes

    def _asked(self, wanted: Wanted, there: Mapping[UUID, There]) -> Change | Outcome:
        try:
            return self._change(wanted, there)
        except Refused as error:
            return refusal(wanted, error)

    def _change(self, wanted: Wanted, there: Mapping[UUID, There]) -> Change:
        """Return what a row changes of the record; raises Refused where it cannot."""
        if not wanted.is_whole:
            raise Refused
        key = key_of(wanted)
        if key is None:
            raise Refused(Fault(("id",), NO_ID, echo(wanted.key)))
        if key in self.seen:
            raise Refused(Fault(("id",), say("Row {row} is of the same record.", row=self.seen[key]), str(key)))
        now = there.get(key)
        if now is None:
            raise Refused(Fault(("id",), NOBODY, str(key)))
        self.seen[key] = wanted.number
        patch = self._patch(wanted, now)
        if patch:
            self._may_change()
        return Change(wanted, key, now, patch)

    def _may_change(self) -> None:
        if self.resource.rules.change is None:
            raise Refused(Fault((), NOT_CHANGED))
        if not self.actor.may(self.resource.permissions["update"]):
            raise Refused(Fault((), MAY_NOT))

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

    def _by_rules(self, change: Change, row: Any, relation: Relation) -> bool:
        """Change a record by its rules, and send that; tell whether it made a difference."""
        resource = self.resource
        assert resource.rules.change  # noqa: S101 (`_may_change` refused)
        data = loaded(self.schema, orjson.dumps(change.patch))
        permit_change(resource, relation, data)
        if row.version != change.now.version:
            raise PreconditionFailed
        resource.rules.change(self.session, self.actor, row, flattened(resource.schema, data))
        differs = touch(self.session, row)
        self.session.flush()
        return differs


def key_of(wanted: Wanted) -> UUID | None:
    """Return the id that a row gives, None where it gives none that is one."""
    return UUID(wanted.key) if isinstance(wanted.key, str) and UUID_FORM.fullmatch(wanted.key) else None
