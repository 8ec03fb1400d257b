"""Every sentence that a caller reads stands in every catalog, and nothing else does."""

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scripts.make_catalogs import LOCALES, sentences, update, written
from stedenband.core import errors
from stedenband.web.catalogs import LANGUAGES, SOURCE

ROOT = Path(__file__).parents[2]
CATALOGS = sorted(LOCALES.glob("*.po"))
pytestmark = pytest.mark.no_cover
"""These read the code, and run none of it."""
PROBLEMS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
READ_BY_CALLERS = PROBLEMS | {"Issue", "ValidationError", "refused", "Rule", "Pattern", "at"}
"""What is called with sentences for callers; `at` is `BadRequest.at`."""


all_of_them = cache(sentences)
"""The code is read once for all tests: it takes seconds."""


def placeholders(template: str) -> set[str]:
    """Return the names in braces; a template without values is not filled in, so its braces are plain characters."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_there_is_a_catalog_for_each_language_but_the_source() -> None:
    assert {path.stem for path in CATALOGS} == set(LANGUAGES) - {SOURCE}


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_a_catalog_is_complete_and_holds_nothing_else(path: Path) -> None:
    catalog = {str(message.id): str(message.string) for message in written(path) if message.id}
    said = all_of_them()
    assert not said - set(catalog), "new: run 'make catalogs' and translate"
    assert not set(catalog) - said, "no longer said: run 'make catalogs'"
    assert not [template for template, translation in catalog.items() if not translation.strip()]
    assert not [
        template for template, translation in catalog.items() if placeholders(template) != placeholders(translation)
    ]


def test_making_the_catalogs_anew_adds_what_is_new_and_drops_what_is_stale(tmp_path: Path) -> None:
    path = tmp_path / "nl.po"
    path.write_bytes((LOCALES / "nl.po").read_bytes())
    assert update(path, all_of_them()) == 0
    assert path.read_bytes() == (LOCALES / "nl.po").read_bytes()
    assert update(path, {"Conflict", "A new sentence of {n} words."}) == 1
    assert [(message.id, message.string) for message in written(path) if message.id] == [
        ("A new sentence of {n} words.", ""),
        ("Conflict", "Conflict"),
    ]


OPERATORS = {"migrations", "config.py"}
"""What only an operator reads, who reads English."""


def unsaid(source: Path) -> Iterator[str]:
    """Yield every sentence for callers that is written without `say`."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)) if name in READ_BY_CALLERS:
                given = [*node.args, *(each.value for each in node.keywords if each.arg in {"detail", "title"})]
                place = {"Issue": slice(2, 3), "at": slice(2, 3), "Pattern": slice(2, 3)}.get(name, slice(0, 1))
                suspects = [*given[: len(node.args)][place], *given[len(node.args) :]]
            case ast.Dict():
                rule = {
                    key.value: each
                    for key, each in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant)
                }
                suspects = [rule["detail"]] if {"field", "detail"} <= set(rule) else []
            case _:
                continue
        for each in suspects:
            if isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and isinstance(each.value, str)):
                yield f"{source.relative_to(ROOT)}:{each.lineno}: {ast.unparse(each)}"


def test_every_sentence_for_callers_is_said() -> None:
    sources = [path for path in (ROOT / "src").rglob("*.py") if not OPERATORS & set(path.parts)]
    found = [sentence for path in sources for sentence in unsaid(path)]
    assert not found, "write say(…)"


def test_every_kind_of_problem_says_what_it_means() -> None:
    silent = [name for name in PROBLEMS - {"InternalError"} if "meaning" not in vars(vars(errors)[name])]
    assert not silent
