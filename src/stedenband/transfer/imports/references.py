"""The records that a row refers to: by id, by a code of theirs, or by a name that only one of them has."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.words import say
from stedenband.transfer.imports.headings import ID, TITLE, folded
from stedenband.transfer.imports.reading import Unfit
from stedenband.transfer.imports.wanted import NAMED, Fault, Steps, own_fields
from stedenband.web import fields
from stedenband.web.embedding import kind_of
from stedenband.web.fields.values import UUID_FORM
from stedenband.web.formats.columns import EACH
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema
from stedenband.web.text import cleaned, echo

CODES = (
    "code",
    "enterprise_number",
    "geonames_id",
    "iati_identifier",
    "nis_code",
    "reference",
    "wikidata_id",
)
"""The columns by which a record is known elsewhere, where it has them."""
FOLDED = ("name_sort", "title_sort")
"""Columns with a title that the database has folded already."""
LONGEST = 500
"""Characters of a name by which a record is looked for: more than any has."""
NOBODY = say("There is no such record, or you may not see it.")
SEVERAL = say("Several records are called so. Give the id of one, or its code.")
TWO = say("The id and the title are those of two records. Empty the one that is wrong.")
NOT_READ = say("Your key may not look such records up by name. Give the id.")


class References:
    """Finds records among those that the caller of a session sees; what was found once is not looked for again."""

    def __init__(self, session: Session, actor: Actor, resources: Mapping[str, Resource]) -> None:
        """`resources` are all collections by name."""
        self.session = session
        self.actor = actor
        self.resources = resources
        self.found: dict[tuple[str, str, UUID | None], str] = {}

    def settle(
        self,
        schema: type[Schema],
        document: Mapping[str, Any],
        faults: list[Fault],
        below: UUID | None,
        within: Steps = (),
    ) -> dict[str, Any]:
        """Return a document with its references by id; `below` is the record that all stand below, where they do."""
        known = dict(own_fields(schema))
        return {
            name: self._settled(known.get(name), value, faults, below, (*within, name))
            for name, value in document.items()
        }

    def _settled(self, field: Any, value: Any, faults: list[Fault], below: UUID | None, steps: Steps) -> Any:
        match field:
            case fields.Part() if isinstance(value, dict):
                return self.settle(field.part, value, faults, below, steps)
            case fields.Items() if isinstance(value, list):
                inside = (*steps, EACH)
                return [
                    self.settle(field.item, each, faults, below, inside) if isinstance(each, dict) else each
                    for each in value
                ]
            case fields.Reference() if isinstance(value, dict):
                try:
                    return self.one(field, value, below)
                except Unfit as error:
                    faults.append(Fault(steps, error.reason, echo(value.get(NAMED) or value.get(TITLE))))
                    return value
            case _:
                return value

    def one(self, field: fields.Reference, value: Mapping[str, Any], below: UUID | None = None) -> dict[str, Any]:
        """Return a reference by id; raises Unfit where it leads to no record, to several, or to two."""
        kind = kind_of(field)
        if NAMED in value:
            return {ID: self.find(kind, field.title, value[NAMED], below)}
        if TITLE in value and folded(value[TITLE]) != folded(self._title(kind, field.title, value[ID])):
            try:
                other = self.find(kind, field.title, value[TITLE], below)
            except Unfit:  # an old title: the id says it
                other = value[ID]
            if other != value[ID]:
                raise Unfit(TWO)
        return {ID: value[ID]}

    def find(self, kind: str, title: str, text: str, below: UUID | None = None) -> str:
        """Return the id of the one record of a kind that a text means; `title` is the attribute that names it."""
        if UUID_FORM.fullmatch(text):
            return text
        try:
            text = cleaned(text, LONGEST)
        except ValueError:
            raise Unfit(NOBODY) from None
        key = (kind, text, below)
        if key not in self.found:
            self.found[key] = self._looked_up(self.resources[kind], title, text, below)
        return self.found[key]

    def _looked_up(self, resource: Resource, title: str, text: str, below: UUID | None) -> str:
        if not self.actor.may(resource.permissions["read"]):
            raise Unfit(NOT_READ)
        model = resource.model
        query = select(model.id).limit(2)
        if below is not None and resource.parent:
            query = query.where(getattr(model, resource.parent_column) == below)
        for condition in _ways(model, title, text):
            keys = self.session.scalars(query.where(condition)).all()
            if len(keys) > 1:
                raise Unfit(SEVERAL)
            if keys:
                return str(keys[0])
        raise Unfit(NOBODY)

    def _title(self, kind: str, title: str, key: str) -> str:
        if not UUID_FORM.fullmatch(key):
            return ""
        model = self.resources[kind].model
        return self.session.scalar(select(getattr(model, title)).where(model.id == UUID(key))) or ""


def _ways(model: Any, title: str, text: str) -> Iterator[Any]:
    """Yield the conditions by which a record may be meant, the strictest first."""
    codes = [getattr(model, name) == text for name in CODES if name in model.__table__.c]
    if codes:
        yield or_(*codes)
    wanted = func.fold(cast(text, Text))
    yield _folded_title(model, title) == wanted
    if "names" in model.__table__.c:
        each = func.jsonb_each_text(model.names).table_valued("key", "value")
        yield select(1).select_from(each).where(func.fold(each.c.value) == wanted).exists()


def _folded_title(model: Any, title: str) -> Any:
    """Return the title without case and accents: the stored one, which an index finds, or it is made."""
    for name in FOLDED:
        column = model.__table__.c.get(name)
        if column is not None and str(column.computed.sqltext) == f"fold({title})":
            return getattr(model, name)
    return func.fold(getattr(model, title))
