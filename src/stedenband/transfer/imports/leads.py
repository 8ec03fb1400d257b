"""Where rows lead: to the record that they stand below, and to those that they refer to."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from stedenband.core.access import Relation
from stedenband.core.words import say
from stedenband.transfer.imports.headings import leads_to
from stedenband.transfer.imports.reading import Unfit
from stedenband.transfer.imports.references import NOBODY, References
from stedenband.transfer.imports.refusals import Refused
from stedenband.transfer.imports.wanted import Fault, own_fields
from stedenband.web.fields.values import UUID_FORM
from stedenband.web.resource import Resource
from stedenband.web.text import echo

KEPT = 64
NO_PARENT = say("Say below which record this one stands.")


class Leads:
    """The records that the rows of one import stand below or refer to."""

    def __init__(self, session: Session, resource: Resource, references: References, parent: UUID | None) -> None:
        """`parent`: below which record all rows stand that do not say so."""
        self.session = session
        self.resource = resource
        self.references = references
        self.parent = parent

    def row(self, resource: Resource, key: UUID | None) -> tuple[Any, Relation]:
        """Return a record and the caller's relation to it; raises Refused where the caller sees none."""
        found = self.session.execute(_one(resource), {"id": key}).one_or_none()
        if found is None:
            raise Refused(Fault((), NOBODY))
        return found[0], Relation(found[1])

    def rows(self, resource: Resource, keys: Sequence[UUID]) -> dict[UUID, tuple[Any, Relation]]:
        """Return those of these records that the caller sees, and its relation to each."""
        found = self.session.execute(_several(resource), {"keys": keys})
        return {row.id: (row, Relation(relation)) for row, relation in found}

    def above(self, said: Any) -> UUID | None:
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

    def settled(self, document: Mapping[str, Any], below: UUID | None) -> dict[str, Any]:
        """Return a document with its references by id; raises Refused where one leads nowhere."""
        faults: list[Fault] = []
        settled = self.references.settle(self.resource.schema, document, faults, below)
        if faults:
            raise Refused(*faults)
        return settled


@lru_cache(KEPT)
def _one(resource: Resource) -> Select[Any]:
    """`id` -> the row and the caller's relation to it."""
    model = resource.model
    return select(model, model.relation()).where(model.id == bindparam("id"))


@lru_cache(KEPT)
def _several(resource: Resource) -> Select[Any]:
    """`keys` -> the rows and the caller's relation to each."""
    model = resource.model
    keys = bindparam("keys", type_=ARRAY(Uuid()))
    return select(model, model.relation()).where(model.id == func.any(keys))
