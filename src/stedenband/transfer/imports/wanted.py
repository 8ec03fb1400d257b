"""One row as the document that it asks for: a merge patch of the properties whose columns are there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from stedenband.core.words import say
from stedenband.transfer.imports.headings import ID, TITLE, leads_to
from stedenband.transfer.imports.mapping import Places
from stedenband.transfer.imports.reading import NOT_JSON, Unfit, plain, text_of, value_of
from stedenband.transfer.imports.words import Vocabulary
from stedenband.transfer.sheets import Cell, Line, Row, Unreadable
from stedenband.web import fields
from stedenband.web.formats.columns import BETWEEN, EACH, OTHER
from stedenband.web.formats.columns import LANGUAGES as COLUMNS_OF_TEXTS
from stedenband.web.parsing import echo_name
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, camel
from stedenband.web.text import echo

Steps = tuple[str, ...]
Severity = Literal["error", "warning"]
NAMED = "named"
"""In a reference: what the record is called, where a row does not give its id."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: the column by the steps to it (none: the row itself), the value, why, how grave."""

    steps: Steps
    reason: str
    value: Any = None
    severity: Severity = "error"


@dataclass(slots=True)
class Wanted:
    """What a row asks for: of which record in which version, below which one, which properties; and its faults.

    A property that is None is to be emptied. References are as they were written: see `NAMED`.
    """

    number: int
    document: dict[str, Any] = field(default_factory=dict)
    key: Any = None
    version: Any = None
    parent: Any = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Tell whether all that was written could be read."""
        return all(fault.severity == "warning" for fault in self.faults)


@cache
def own_fields(schema: type[Schema]) -> tuple[tuple[str, Any], ...]:
    """Return each property by its name on the wire."""
    declared = schema._declared_fields.items()  # noqa: SLF001 (as in web.schema)
    return tuple((each.data_key or camel(key), each) for key, each in declared)


@cache
def by_name(schema: type[Schema]) -> Mapping[str, Any]:
    """Return the properties by their names on the wire."""
    return dict(own_fields(schema))


class Reader:
    """Reads rows of one collection."""

    def __init__(self, resource: Resource, vocabulary: Vocabulary) -> None:
        """Say whose rows they are, and what finds their codes."""
        self.resource = resource
        self.vocabulary = vocabulary
        self.parents = resource.parent.name if resource.parent else None

    def parted(self, wanted: Wanted) -> Wanted:
        """Take out of the document what says which record it is of, and below which."""
        document = wanted.document
        wanted.key, wanted.version = document.pop("id", None), document.pop("version", None)
        for name, each in own_fields(self.resource.schema):
            if leads_to(each, self.parents):
                wanted.parent = document.pop(name, None)
        return wanted


class LineReader(Reader):
    """Reads documents as they are exported, or as they would be sent."""

    def read(self, line: Line) -> Wanted:
        """Return what a document asks for; what is only ever shown is passed over."""
        wanted = Wanted(line.number)
        if isinstance(line.document, Unreadable):
            wanted.faults.append(Fault((), line.document.reason))
            return wanted
        wanted.document = self._object(self.resource.schema, line.document, (), wanted.faults)
        return self.parted(wanted)

    def _object(
        self, schema: type[Schema], sent: Mapping[str, Any], within: Steps, faults: list[Fault]
    ) -> dict[str, Any]:
        known = by_name(schema)
        unknown = [name for name in sent if name not in known]
        faults += [
            Fault((*within, echo_name(name)), say("There is no such property here, or it cannot be written."))
            for name in unknown
        ]
        return {
            name: self._value(known[name], value, (*within, name), faults)
            for name, value in sent.items()
            if name in known and self._is_read(name, known[name], within)
        }

    def _is_read(self, name: str, each: Any, within: Steps) -> bool:
        return not each.dump_only or (not within and (name in {ID, "version"} or leads_to(each, self.parents)))

    def _value(self, each: Any, value: Any, steps: Steps, faults: list[Fault]) -> Any:
        match each:
            case fields.Part() if isinstance(value, dict):
                return self._object(each.part, value, steps, faults)
            case fields.Items() if isinstance(value, list) and all(isinstance(item, dict) for item in value):
                return [self._object(each.item, item, (*steps, EACH), faults) for item in value]
            case fields.Reference():
                return _reference(value)
            case fields.AnyReference() if isinstance(value, dict):
                return {name: value[name] for name in ("type", ID) if name in value}
            case _:
                return value


def _reference(value: Any) -> Any:
    """Return a reference as a document has it: by id, by title alone, or by a text."""
    if isinstance(value, str):
        return {NAMED: value}
    if not isinstance(value, dict):
        return value
    key, title = value.get(ID), value.get(TITLE)
    named = isinstance(title, str)
    if key is None and named:
        return {NAMED: title}
    return {ID: key, TITLE: title} if isinstance(key, str) and named else {ID: key or ""}


class RowReader(Reader):
    """Reads the rows of a table."""

    def __init__(
        self, resource: Resource, vocabulary: Vocabulary, mapping: Places, *, marked: bool, day_first: bool = False
    ) -> None:
        """Say also where the columns are, whether apostrophes mark texts, and whether days stand before months."""
        super().__init__(resource, vocabulary)
        self.places = mapping.places
        self.marked = marked
        self.day_first = day_first
        self.there = {steps[:length] for steps in mapping.places for length in range(1, len(steps) + 1)}

    def read(self, row: Row) -> Wanted:
        """Return what a row asks for."""
        wanted = Wanted(row.number)
        cells = row.cells

        def get(steps: Steps) -> Cell:
            place = self.places[steps]
            return plain(cells[place], marked=self.marked) if place < len(cells) else None

        wanted.document = self._object(self.resource.schema, (), get, wanted.faults)
        return self.parted(wanted)

    def _object(
        self, schema: type[Schema], within: Steps, get: Callable[[Steps], Cell], faults: list[Fault]
    ) -> dict[str, Any]:
        document = {}
        for name, each in own_fields(schema):
            steps = (*within, name)
            if steps in self.there:
                try:
                    document[name] = self._value(each, steps, get, faults)
                except Unfit as error:
                    faults.append(Fault(steps, error.reason, _shown(steps, get, self.places)))
        return document

    def _value(self, each: Any, steps: Steps, get: Callable[[Steps], Cell], faults: list[Fault]) -> Any:
        match each:
            case fields.Part():
                return self._object(each.part, steps, get, faults)
            case fields.Items():
                return self._items(each, steps, get, faults)
            case fields.Reference():
                return self._reference(steps, get)
            case fields.AnyReference():
                found = {name: self._text((*steps, name), get) for name in ("type", ID)}
                return found if found[ID] else None
            case fields.LocalizedText():
                return self._texts(steps, get)
            case _:
                return self._leaf(each, steps, get)

    def _leaf(self, each: Any, steps: Steps, get: Callable[[Steps], Cell]) -> Any:
        cell = get(steps)
        if cell is None:
            return None
        return value_of(cell, each, self.vocabulary, day_first=self.day_first, within=EACH in steps)

    def _text(self, steps: Steps, get: Callable[[Steps], Cell]) -> str | None:
        cell = get(steps) if steps in self.places else None
        return None if cell is None else text_of(cell)

    def _texts(self, steps: Steps, get: Callable[[Steps], Cell]) -> dict[str, Any]:
        """Return the texts by language; under `*`, those in other languages."""
        texts: dict[str, Any] = {
            language: self._text((*steps, language), get)
            for language in COLUMNS_OF_TEXTS
            if (*steps, language) in self.places
        }
        if (*steps, OTHER) in self.places:
            others = self._text((*steps, OTHER), get)
            texts[OTHER] = _json_object(others) if others else {}
        return texts

    def _reference(self, steps: Steps, get: Callable[[Steps], Cell]) -> Any:
        key, title, named = (self._text(each, get) for each in ((*steps, ID), (*steps, TITLE), steps))
        if key:
            return {ID: key, **({TITLE: title} if title else {})}
        return {NAMED: named or title} if named or title else None

    def _items(
        self, each: fields.Items, steps: Steps, get: Callable[[Steps], Cell], faults: list[Fault]
    ) -> list[dict[str, Any]]:
        pieces = {below: _pieces(get(below)) for below in self.places if below[: len(steps)] == steps}
        most = max(map(len, pieces.values()), default=0)
        uneven = [below for below, found in pieces.items() if 0 < len(found) < most]
        if uneven:
            raise Unfit(
                say("Give in each column of this list as many values, with | between them: here {most}.", most=most)
            )
        return [self._object(each.item, (*steps, EACH), _nth(pieces, index), faults) for index in range(most)]


def _nth(pieces: Mapping[Steps, Sequence[str]], index: int) -> Callable[[Steps], Cell]:
    return lambda steps: (pieces[steps][index].strip() or None) if pieces[steps] else None


def _pieces(cell: Cell) -> list[str]:
    r"""Return the values of the items of a list, between `|`; `\|` and `\\` are characters of a value."""
    if cell is None:
        return []
    pieces = [""]
    letters = iter(text_of(cell))
    for letter in letters:
        if letter == BETWEEN:
            pieces.append("")
        else:
            pieces[-1] += next(letters, "\\") if letter == "\\" else letter
    return pieces


def _json_object(text: str) -> dict[str, Any]:
    value = value_of(text, None, None)  # type: ignore[arg-type]
    if not isinstance(value, dict) or set(value) & {*COLUMNS_OF_TEXTS, OTHER}:
        raise Unfit(NOT_JSON)
    return value


def _shown(steps: Steps, get: Callable[[Steps], Cell], places: Mapping[Steps, int]) -> Any:
    """Return what stands in the cell of a column, as far as it can be shown."""
    try:
        return echo(text_of(get(steps))) if steps in places else None
    except Unfit:
        return None
