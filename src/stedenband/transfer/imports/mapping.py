"""Which column of a file is which property: by the names of the exports, by labels, or as the caller says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from stedenband.core.errors import INCORRECT, BadRequest, Issue
from stedenband.core.words import Rule, say
from stedenband.transfer.imports.headings import Heading, folded, headings_of, label_of
from stedenband.transfer.sheets import UnreadableFile
from stedenband.web.catalogs import LANGUAGES
from stedenband.web.resource import Resource
from stedenband.web.text import echo

ADDED = ("importRow", "importColumn", "importReason", "importSeverity")
"""The columns that a file of rows to put right has besides those that were sent; they are not read."""
NOWHERE: Literal[""] = ""
"""What a column that is to be left out is mapped to."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the columns that are read stand, by their steps; and per heading of the file the name of its column.

    A column without a name is left out on purpose; None: nobody knows it.
    """

    places: Mapping[tuple[str, ...], int]
    columns: Sequence[str | None]
    headings: Sequence[str]

    def unread(self) -> Iterator[str]:
        """Yield the headings of columns that are no property."""
        return (
            heading for heading, column in zip(self.headings, self.columns, strict=True) if heading and column is None
        )


def mapped(resource: Resource, headings: Sequence[str], wanted: Mapping[str, str]) -> Places:
    """Return which column is which; `wanted` maps headings to names of columns, or to an empty text: leave it out.

    Raises UnreadableFile where nothing is known or two columns are one; BadRequest for a name that is no column.
    """
    found = _found(resource, [heading.strip() for heading in headings], wanted)
    names = [column.name for column in found if isinstance(column, Heading)]
    for name in names:
        if names.count(name) > 1:
            raise UnreadableFile(say("Two columns are '{name}'. Remove one of them.", name=name), 1)
    read = {column.steps: place for place, column in enumerate(found) if isinstance(column, Heading) and column.read}
    if not read:
        raise UnreadableFile(
            say(
                "No column of the file is one of this collection. Name the columns in the first row as an export or the"
                " template does, check the delimiter, or say which column is which."
            ),
            1,
        )
    columns = [column.name if isinstance(column, Heading) else column for column in found]
    return Places(read, columns, [heading.strip() for heading in headings])


def _found(
    resource: Resource, headings: Sequence[str], wanted: Mapping[str, str]
) -> list[Heading | Literal[""] | None]:
    """Return what each heading is: a column, one that is left out, or none that anybody knows."""
    known = {each.name: each for each in headings_of(resource)}
    said = {folded(heading): _named(known, name) for heading, name in wanted.items()}
    added = {name: NOWHERE for each in ADDED for name in (each, *(label_of(each, spoken) for spoken in LANGUAGES))}
    by_name: dict[str, Heading | Literal[""]] = {**added, **known}
    likely = _likely(resource)
    return [said.get(folded(each), by_name.get(each, likely.get(folded(each)))) for each in headings]


def _named(known: Mapping[str, Heading], name: str) -> Heading | Literal[""]:
    if name == NOWHERE:
        return NOWHERE
    if name not in known:
        detail = Rule(say("There is no property '{name}' here.", name=str(echo(name))))
        raise BadRequest(INCORRECT, issues=[Issue("query", "column", detail, "rejectedInput")])
    return known[name]


def _likely(resource: Resource) -> dict[str, Heading]:
    """Return the columns by what they may be called; a name that could be two of them is none's."""
    found: dict[str, set[Heading]] = {}
    for each in headings_of(resource):
        for name in (each.name, *(each.label(language) for language in LANGUAGES)):
            found.setdefault(folded(name), set()).add(each)
    return {name: next(iter(each)) for name, each in found.items() if len(each) == 1}
