"""The records that a row refers to: by id, by a code of theirs, or by a name that only one of them has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, cast, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.words import Said, say
from stedenband.transfer.imports.headings import ID, TITLE, folded
from stedenband.transfer.imports.reading import Unfit
from stedenband.transfer.imports.wanted import NAMED, Fault, Steps, by_name
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
        self.missed: dict[tuple[str, str, UUID | None], Said] = {}

    def settle(
        self,
        schema: type[Schema],
        document: Mapping[str, Any],
        faults: list[Fault],
        below: UUID | None,
        within: Steps = (),
    ) -> dict[str, Any]:
        """Return a document with its references by id; `below` is the record that all stand below, where they do."""
        known = by_name(schema)
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

    def foresee(self, schema: type[Schema], documents: Sequence[Mapping[str, Any]], below: UUID | None) -> None:
        """Look up together what documents refer to by name, in a few statements for each kind.

        Until the next time, what is not found then is not looked for again: none of the kinds is that of the documents.
        """
        self.missed.clear()
        sought: dict[tuple[str, str], set[str]] = {}
        for document in documents:
            for kind, title, text in _named(schema, document):
                if (name := _name(text)) and (kind, name, below) not in self.found:
                    sought.setdefault((kind, title), set()).add(name)
        for (kind, title), names in sought.items():
            if self.actor.may(self.resources[kind].permissions["read"]):
                self._look_up(self.resources[kind], title, names, below)

    def _look_up(self, resource: Resource, title: str, names: set[str], below: UUID | None) -> None:
        left = set(names)
        for condition in _ways(resource.model, title):
            query = _within(select(resource.model.id), resource, below)
            rows = self.session.execute(_meant(query, condition), {"names": sorted(left)}).all() if left else ()
            for name, keys in rows:
                left.remove(name)
                if len(keys) == 1:
                    self.found[resource.name, name, below] = str(keys[0])
                else:
                    self.missed[resource.name, name, below] = SEVERAL
        self.missed |= {(resource.name, name, below): NOBODY for name in left}

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
        name = _name(text)
        if name is None:
            raise Unfit(NOBODY)
        key = (kind, name, below)
        if key in self.missed:
            raise Unfit(self.missed[key])
        if key not in self.found:
            self.found[key] = self._looked_up(self.resources[kind], title, name, below)
        return self.found[key]

    def _looked_up(self, resource: Resource, title: str, name: str, below: UUID | None) -> str:
        if not self.actor.may(resource.permissions["read"]):
            raise Unfit(NOT_READ)
        query = _within(select(resource.model.id).limit(2), resource, below)
        for condition in _ways(resource.model, title):
            keys = self.session.scalars(query.where(condition(name))).all()
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


def _named(schema: type[Schema], document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the collection, the attribute that names a record of it, and the name, where a document refers by name."""
    known = by_name(schema)
    for name, value in document.items():
        match known.get(name):
            case fields.Part() as field if isinstance(value, dict):
                yield from _named(field.part, value)
            case fields.Items() as field if isinstance(value, list):
                for each in value:
                    if isinstance(each, dict):
                        yield from _named(field.item, each)
            case fields.Reference() as field if isinstance(value, dict) and NAMED in value:
                yield kind_of(field), field.title, value[NAMED]


def _name(text: str) -> str | None:
    """Return a text by which a record is looked for; None: none is called so, or it is an id."""
    if UUID_FORM.fullmatch(text):
        return None
    try:
        return cleaned(text, LONGEST)
    except ValueError:
        return None


def _ways(model: Any, title: str) -> Iterator[Callable[[Any], Any]]:
    """Yield by what a record may be meant, the strictest first: given a name, the condition."""
    codes = [getattr(model, name) for name in CODES if name in model.__table__.c]
    if codes:
        yield lambda name: or_(*(code == name for code in codes))
    folded_title = _folded_title(model, title)
    yield lambda name: folded_title == func.fold(cast(name, Text))
    if "names" in model.__table__.c:
        yield lambda name: func.fold(cast(name, Text)).in_(_other_names(model))


def _other_names(model: Any) -> Any:
    """Return the names in further languages, folded."""
    each = func.jsonb_each_text(model.names).table_valued("key", "value")
    return select(func.fold(each.c.value)).select_from(each).correlate(model)


def _folded_title(model: Any, title: str) -> Any:
    """Return the title without case and accents: the stored one, which an index finds, or it is made."""
    for name in FOLDED:
        column = model.__table__.c.get(name)
        if column is not None and str(column.computed.sqltext) == f"fold({title})":
            return getattr(model, name)
    return func.fold(getattr(model, title))


def _within(query: Select[Any], resource: Resource, below: UUID | None) -> Select[Any]:
    """Look only below a record, where these stand below one."""
    if below is None or resource.parent is None:
        return query
    return query.where(getattr(resource.model, resource.parent_column) == below)


def _meant(query: Select[Any], condition: Callable[[Any], Any]) -> Select[Any]:
    """`names` -> each name that a record has, with the ids of at most two that have it."""
    names = select(func.unnest(bindparam("names", type_=ARRAY(Text()))).label("name")).subquery()
    found = query.where(condition(names.c.name)).limit(2).lateral()
    return select(names.c.name, func.array_agg(found.c.id)).join(found, true()).group_by(names.c.name)
