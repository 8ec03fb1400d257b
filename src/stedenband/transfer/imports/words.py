"""Codes by what they are called: the labels of the code lists, in Dutch, French and English."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from stedenband.transfer.imports.headings import folded
from stedenband.web import fields
from stedenband.web.codelists import CodeList, code_lists
from stedenband.web.fields.standards import StandardCode

KEPT = 256


class Vocabulary:
    """Finds the code that a text means."""

    def __init__(self, enumerations: Mapping[str, Sequence[str]]) -> None:
        """Read the lists; `enumerations` maps the name of one of ours to its codes."""
        self.lists = code_lists(enumerations)
        self._known = lru_cache(KEPT)(self._labels)

    def code(self, field: Any, text: str) -> str:
        """Return the code that `text` is, or is the label of; what is neither comes back as it is."""
        codes = self.codes(field)
        return text if text in codes else self._known(field).get(folded(text), text)

    def codes(self, field: Any) -> Sequence[str]:
        """Return the codes that a field takes."""
        match field:
            case StandardCode():
                return field.standard.codes
            case fields.ListedCode():
                return [code for name in field.lists for code in self.lists[name].items]
            case _:
                return tuple(field.codes)

    def label(self, field: Any, code: str, language: str) -> str:
        """Return what a code is called, in a language; without a label, the code."""
        found = (each.items[code].labels.get(language) for each in self._lists(field) if code in each.items)
        return next((label for label in found if label), code)

    def _labels(self, field: Any) -> dict[str, str]:
        """Return codes by label; a label that two codes have is neither's."""
        allowed = set(self.codes(field))
        found: dict[str, set[str]] = {}
        for each in self._lists(field):
            for code, item in each.items.items():
                for label in item.labels.values():
                    found.setdefault(folded(label), set()).update({code} & allowed)
        return {label: next(iter(codes)) for label, codes in found.items() if len(codes) == 1}

    def _lists(self, field: Any) -> list[CodeList]:
        match field:
            case StandardCode():
                return [self.lists[field.standard.name]]
            case fields.ListedCode():
                return [self.lists[name] for name in field.lists]
            case _:
                holding = [each for name, each in self.lists.items() if name and set(field.codes) <= set(each.items)]
                return sorted(holding, key=lambda each: len(each.items))[:1]
