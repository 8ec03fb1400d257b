"""The run of an import: each row becomes a record by the rules of its collection, or a fault; never a half of one.

It works on an open transaction of the caller, under whose policies and permissions all of it stands; whoever calls
commits, or, for a dry run, takes all of it back.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from stedenband.core.access import Actor, Relation
from stedenband.core.db import asked, settle, told, translated
from stedenband.core.errors import PreconditionFailed, Problem
from stedenband.core.finished import finished
from stedenband.core.parts import touch
from stedenband.core.words import say
from stedenband.transfer.imports.conflicts import conflict
from stedenband.transfer.imports.differences import filled, losses, patch_of, without_fixed
from stedenband.transfer.imports.headings import leads_to
from stedenband.transfer.imports.ledger import Ledger, digest_of
from stedenband.transfer.imports.outcome import Report, Told
from stedenband.transfer.imports.reading import Unfit
from stedenband.transfer.imports.references import NOBODY, References
from stedenband.transfer.imports.wanted import Fault, Steps, Wanted, own_fields
from stedenband.web.fields.values import UUID_FORM
from stedenband.web.merge import flattened
from stedenband.web.parsing import loaded
from stedenband.web.resource import Resource
from stedenband.web.schema import create_schema, patch_schema
from stedenband.web.sight import permit, permit_change
from stedenband.web.sqljson import Writer
from stedenband.web.text import echo

BATCH = 200
"""Records that are read at once, to be compared with their rows."""
KEPT = 64
OURS = 500
"""From this status on a problem is not the row's."""
WHATEVER = "*"
"""In the column of versions: change the record in whatever version it is."""
NO_ID = say("Give the id of a record as it was exported, or leave the cell empty to make a new one.")
NO_VERSION = say("Give the version that was exported with the id, or * to change the record whatever became of it.")
NOT_MADE = say("Records of this collection are not made by an import. Give the id of one to change it.")
NOT_CHANGED = say("Records of this collection are not changed by an import.")
NO_PARENT = say("Say below which record this one stands.")
NOT_MOVED = say("A record stays below the one that it was made below.")
MAY_NOT = say("Your role does not allow this operation.")


class Refused(Exception):
    """A row cannot be taken; what is wrong with it is in `faults`."""

    def __init__(self, *faults: Fault) -> None:
        """Keep the faults."""
        super().__init__()
        self.faults = faults


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
        self.parent = parent
        self.read = read
        self.references = References(session, actor, resources)
        self.ledger = Ledger(session, actor, resource)
        self.seen: dict[UUID, int] = {}
        self.report = Report()

    def run(self, rows: Iterable[Wanted]) -> Report:
        """Take in all rows; what is wrong with one stays with it."""
        self.ledger.alone()
        for batch in _batches(rows):
            there = self._there([key for key in map(_key, batch) if key])
            for wanted in batch:
                self._take(wanted, there)
        return self.report

    def _there(self, keys: list[UUID]) -> dict[UUID, There]:
        """Return the records with these ids that the caller sees."""
        rows = asked(self.session, _reading(self.resource), {"keys": keys}) if keys else ()
        return {
            key: There(version, Relation(relation), parent, orjson.loads(document))
            for key, version, relation, parent, document in rows
        }

    def _take(self, wanted: Wanted, there: Mapping[UUID, There]) -> None:
        outcome, faults = Told(wanted.number, "refused", None), wanted.faults
        if all(fault.severity == "warning" for fault in faults):
            try:
                outcome = self._made(wanted) if wanted.key is None else self._changed(wanted, there)
            except Refused as refused:
                faults = [*faults, *refused.faults]
        self.report.tell(outcome, faults)

    def _made(self, wanted: Wanted) -> Told:
        """Make a record of a row, unless the same row made one before."""
        resource, schema = self.resource, self.resource.schema
        if resource.rules.create is None or "create" not in resource.permissions:
            raise Refused(Fault((), NOT_MADE))
        if not self.actor.may(resource.permissions["create"]):
            raise Refused(Fault((), MAY_NOT))
        parent = self._parent(wanted.parent)
        document = filled(self._settled(wanted.document, parent))
        digest = digest_of(document, parent)
        if known := self.ledger.record_of(digest):
            return Told(wanted.number, "left", known)
        with self._savepoint():
            values = flattened(schema, loaded(create_schema(schema)(), orjson.dumps(document)))
            if resource.parent:
                row, relation = self._row(resource.parent, parent)
                permit(relation, *resource.added_by)
                values[resource.parent_column] = row.id
            key = resource.rules.create(self.session, self.actor, values).id
            settle(self.session)
            self.ledger.note(digest, key)
        return Told(wanted.number, "created", key, tuple(document))

    def _changed(self, wanted: Wanted, there: Mapping[UUID, There]) -> Told:
        """Change the record of a row, unless nothing differs."""
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
        if wanted.parent and self._parent(wanted.parent) != now.parent:
            faults.append(Fault((), NOT_MOVED))
        if faults:
            raise Refused(*faults)
        patch = patch_of(schema, document, now.document)
        if patch:
            self._check_version(wanted, now)
            if self.read is not None and (lost := list(losses(schema, patch, now.document, self.read))):
                raise Refused(*lost)
            patch = self._settled(patch, now.parent)
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
        resource, schema = self.resource, self.resource.schema
        if resource.rules.change is None:
            raise Refused(Fault((), NOT_CHANGED))
        if not self.actor.may(resource.permissions["update"]):
            raise Refused(Fault((), MAY_NOT))
        with self._savepoint():
            data = loaded(patch_schema(schema)(), orjson.dumps(patch))
            row, relation = self._row(resource, key)
            permit_change(resource, relation, data)
            if row.version != now.version:
                raise PreconditionFailed
            resource.rules.change(self.session, self.actor, row, flattened(schema, data))
            differs = touch(self.session, row)
            settle(self.session)
        return differs

    def _row(self, resource: Resource, key: UUID | None) -> tuple[Any, Relation]:
        found = self.session.execute(_one(resource), {"id": key}).one_or_none()
        if found is None:
            raise Refused(Fault((), NOBODY))
        return found[0], Relation(found[1])

    def _parent(self, said: Any) -> UUID | None:
        """Return the record below which a row stands."""
        parent = self.resource.parent
        if parent is None or (said is None and self.parent):
            return self.parent if parent else None
        if not isinstance(said, dict):
            raise Refused(Fault((), NO_PARENT))
        leading = ((name, each) for name, each in own_fields(self.resource.schema) if leads_to(each, parent.name))
        name, field = next(leading)
        try:
            key = str(self.references.one(field, said)["id"])
        except Unfit as error:
            raise Refused(Fault((name,), error.reason)) from None
        if not UUID_FORM.fullmatch(key):
            raise Refused(Fault((name,), NOBODY, echo(key)))
        return UUID(key)

    def _settled(self, document: Mapping[str, Any], below: UUID | None) -> dict[str, Any]:
        """Return a document with its references by id; raises Refused where one leads nowhere."""
        faults: list[Fault] = []
        settled = self.references.settle(self.resource.schema, document, faults, below)
        if faults:
            raise Refused(*faults)
        return settled

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        """Keep all of the block or nothing; a problem of the row becomes its faults, any other goes on."""
        try:
            with translated(), self.session.begin_nested():
                told(self.session, "SET CONSTRAINTS ALL DEFERRED")
                yield
        except Problem as problem:
            if problem.status >= OURS:
                raise
            raise Refused(*_faults(problem)) from problem
        finally:
            self.session.expunge_all()


def _batches(rows: Iterable[Wanted]) -> Iterator[list[Wanted]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _key(wanted: Wanted) -> UUID | None:
    """Return the id that a row gives, None where it gives none that is one."""
    return UUID(wanted.key) if isinstance(wanted.key, str) and UUID_FORM.fullmatch(wanted.key) else None


def _faults(problem: Problem) -> list[Fault]:
    """Return what a problem says of a row: each issue at its property, else the whole at the row."""
    found = [Fault(_steps(issue.name), issue.detail, issue.value) for issue in problem.issues]
    return found or [Fault((), problem.detail)]


def _steps(name: str) -> Steps:
    """Return the steps to a property that an issue names, such as `members[0].city`."""
    steps: list[str] = []
    for step in name.split("."):
        bare, index, _ = step.partition("[")
        steps += [bare, *(["[]"] if index else [])]
    return tuple(step for step in steps if step)


@lru_cache(KEPT)
def _one(resource: Resource) -> Select[Any]:
    """`id` -> the row and the caller's relation to it."""
    model = resource.model
    return select(model, model.relation()).where(model.id == bindparam("id"))


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
