"""Sentences for people: written once in American English, kept with their values so that they can be translated."""

from typing import Any, Self


class Said(str):
    """A sentence in English that remembers its template and values; a catalog has the template in other languages."""

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]


class Rule(Said):
    """A sentence about a rule that the contract cannot state, for a value of the form that it asks for."""

    __slots__ = ()

    def __new__(cls, said: Said) -> Self:
        """Make it of what `say` returned."""
        rule = super().__new__(cls, said)
        rule.template, rule.values = said.template, said.values
        return rule


def say(template: str, **values: object) -> Said:
    """Return the sentence `template` with its `{names}` filled in; the template is the key of its translations.

    Call it with a literal template: the test of the catalogs collects them from the source.
    """
    said = Said(template.format_map(values) if values else template)
    said.template = template
    said.values = values
    return said
