"""The code lists that refData serves: standards, IATI's lists, and our own enumerations, each code with its labels."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel import Locale

from stedenband.core import errors
from stedenband.core.access import PERMISSIONS, Permission, Role
from stedenband.core.records import VISIBILITIES
from stedenband.web import codes
from stedenband.web.catalogs import LANGUAGES, translated

DIRECTORY = ""
"""The name of the list of the lists."""
PARENTS = {"dacSectors": "dacSectorCategories", "sdgTargets": "sdgGoals"}
"""The list in which the parent of a code stands."""
IATI = "IATI Standard 2.03 (https://iatistandard.org), CC BY 4.0"
IATI_VERSION = "2.03"
OWN: Mapping[str, Sequence[str]] = {
    "permissions": tuple(each.value for each in Permission),
    "roles": tuple(role.value for role in Role),
    "visibilities": VISIBILITIES,
}
"""The enumerations of the core; those of the domains come from the application."""

Labels = Mapping[str, str]
"""Language -> text."""


@dataclass(frozen=True)
class Item:
    """A code with its labels by language, and what is particular to its list."""

    code: str
    labels: Labels
    description: str | None = None
    parent: str | None = None
    status: int | None = None
    roles: tuple[str, ...] | None = None
    permissions: tuple[str, ...] | None = None


@dataclass(frozen=True)
class CodeList:
    """A list: its items by code, where they come from, and the list in which their parents stand."""

    name: str
    labels: Labels
    items: Mapping[str, Item]
    source: str | None = None
    parents: str | None = None
    version: str | None = None


def code_lists(enumerations: Mapping[str, Sequence[str]]) -> dict[str, CodeList]:
    """Return every list by name; `enumerations` maps the name of one of ours to its codes."""
    lists = {**_standards(), **_iati(), "problemTypes": _problem_types()}
    for name, listed in {**OWN, **enumerations}.items():
        lists[name] = _list(name, (_enumerated(name, code) for code in listed))
    directory = (Item(each.name, each.labels) for each in sorted(lists.values(), key=lambda each: each.name))
    return {**lists, DIRECTORY: _list(DIRECTORY, directory)}


def _list(name: str, items: Iterator[Item], source: str | None = None, version: str | None = None) -> CodeList:
    labels = labels_of("codeLists")[name or "codeLists"]
    return CodeList(name, labels, {item.code: item for item in items}, source, PARENTS.get(name), version)


def _enumerated(name: str, code: str) -> Item:
    labels = labels_of(name).get(code, {})
    match name:
        case "permissions":
            holders = tuple(role.value for role in Role if code in PERMISSIONS[role])
            return Item(code, labels, roles=holders)
        case "roles":
            return Item(code, labels, permissions=tuple(sorted(each.value for each in PERMISSIONS[Role(code)])))
        case _:
            return Item(code, labels)


def _standards() -> dict[str, CodeList]:
    """Return the standards' lists, named by the CLDR."""
    spoken = {language: Locale(language) for language in LANGUAGES}
    named = {
        codes.COUNTRIES: {language: locale.territories for language, locale in spoken.items()},
        codes.LANGUAGES: {language: locale.languages for language, locale in spoken.items()},
        codes.CURRENCIES: {language: locale.currencies for language, locale in spoken.items()},
    }
    return {
        standard.name: _list(
            standard.name,
            (
                Item(
                    code,
                    {
                        **{language: known[code] for language, known in names.items() if code in known},
                        **labels_of(standard.name).get(code, {}),
                    },
                )
                for code in standard.codes
            ),
            f"{standard.standard}; names: Unicode CLDR",
        )
        for standard, names in named.items()
    }


def _iati() -> dict[str, CodeList]:
    found: dict[str, list[Item]] = {}
    for row in _rows("iati.tsv"):
        labels = {language: row[language] for language in LANGUAGES if row.get(language)}
        labels |= labels_of(row["list"]).get(row["code"], {})
        found.setdefault(row["list"], []).append(Item(row["code"], labels, parent=row["parent"] or None))
    return {name: _list(name, iter(items), IATI, IATI_VERSION) for name, items in found.items()}


@cache
def shipped(name: str) -> frozenset[str]:
    """Return the codes of a list that comes from a shipped source, for the input that is checked against it."""
    return frozenset(row["code"] for row in _rows("iati.tsv") if row["list"] == name)


def _problem_types() -> CodeList:
    """Return the kinds of problems and issues, from the exceptions themselves."""
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.Problem)]
    problems = [Item(kind.type, _said(kind.title), kind.meaning, status=kind.status) for kind in kinds]
    issues = [Item(errors.ISSUE + kind, _said(title), meaning) for kind, (title, meaning) in errors.ISSUE_TYPES.items()]
    return _list("problemTypes", iter([*problems, *issues]))


def _said(sentence: str) -> Labels:
    return {language: translated(sentence, language) for language in LANGUAGES}


@cache
def labels_of(name: str) -> Mapping[str, Labels]:
    """Return the labels that we wrote for a list: code -> language -> text."""
    return {
        row["code"]: {language: row[language] for language in LANGUAGES if row[language]}
        for row in _rows("labels.tsv")
        if row["list"] == name
    }


@cache
def _rows(name: str) -> list[dict[str, str]]:
    text = files("stedenband.web").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
