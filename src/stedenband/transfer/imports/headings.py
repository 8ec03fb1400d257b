"""What the columns of a collection are called: by property, as in the exports, and in Dutch, French and English."""

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from stedenband.web import fields
from stedenband.web.catalogs import LANGUAGES
from stedenband.web.codelists import Labels, labels_of
from stedenband.web.embedding import kind_of
from stedenband.web.formats.columns import EACH, OTHER
from stedenband.web.formats.columns import LANGUAGES as COLUMNS_OF_TEXTS
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, camel

ID, TITLE = "id", "title"
ALONE = ("version", "id")
"""Properties that say which record a row is of, and which version of it was read."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: the steps to its value, whether a row can bring one (else it is known and not read), and its field.

    `in_exports`: False for that of a reference by whatever names the record, which exports do not have.
    """

    steps: tuple[str, ...]
    read: bool
    field: Any = field(compare=False)
    in_exports: bool = True

    @property
    def name(self) -> str:
        """The name in the first row of an export."""
        return ".".join(self.steps).replace(f".{EACH}", EACH)

    def label(self, language: str) -> str:
        """Return what the column is called in nl, fr or en."""
        steps = [step for step in self.steps if step != EACH]
        languages = [step for step in steps if step in {*COLUMNS_OF_TEXTS, OTHER}]
        said = ": ".join(_labels(step)[language] for step in steps if step not in languages)
        return f"{said} ({languages[0]})" if languages else said


@cache
def headings_of(resource: Resource) -> tuple[Heading, ...]:
    """Return the columns of a collection: those of its exports, and what can be brought besides."""
    return tuple(_headings(resource.schema, (), parent=resource.parent.name if resource.parent else None, read=True))


def _headings(
    schema: type[Schema], within: tuple[str, ...], *, read: bool, parent: str | None = None
) -> Iterator[Heading]:
    for key, each in schema._declared_fields.items():  # noqa: SLF001 (as in web.schema)
        step = each.data_key or camel(key)
        taken = read and (not each.dump_only or (not within and (step in ALONE or leads_to(each, parent))))
        yield from _of_field(each, (*within, step), read=taken)


def leads_to(each: Any, kind: str | None) -> bool:
    """Tell whether a property refers to the record that this one stands below; `kind` is the collection of that one."""
    return kind is not None and isinstance(each, fields.Reference) and each.dump_only and kind_of(each) == kind


def _of_field(each: Any, steps: tuple[str, ...], *, read: bool) -> Iterator[Heading]:
    match each:
        case fields.Matches() | fields.Moves():
            return
        case fields.Part():
            yield from _headings(each.part, steps, read=read)
        case fields.Items():
            yield from _headings(each.item, (*steps, EACH), read=read)
        case fields.Reference():
            yield from (Heading((*steps, name), read, each) for name in (ID, TITLE))
            if read:
                yield Heading(steps, read, each, in_exports=False)
        case fields.AnyReference():
            yield from (Heading((*steps, name), read, each) for name in ("type", ID, TITLE))
        case fields.LocalizedText():
            yield from (Heading((*steps, name), read, each) for name in (*COLUMNS_OF_TEXTS, OTHER))
        case _:
            yield Heading(steps, read, each)


@cache
def _shipped() -> Mapping[str, Labels]:
    text = files("stedenband.transfer").joinpath("data", "headings.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["step"]: {language: row[language] for language in LANGUAGES} for row in rows}


def label_of(step: str, language: str) -> str:
    """Return what a property is called in nl, fr or en."""
    return _labels(step)[language]


def _labels(step: str) -> Labels:
    """Return what a property is called, by language; those of the processing register serve here too."""
    return _shipped().get(step) or labels_of("properties")[step]


def folded(text: str) -> str:
    """Return a text without case, accents and what stands between words, for comparison."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.split())
