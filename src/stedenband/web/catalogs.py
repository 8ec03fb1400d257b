"""The catalogs: what callers read, in Dutch and French; English is the source and needs none."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

from stedenband.core.words import Said

LANGUAGES = ("nl", "fr", "en")
"""The languages in which callers are spoken to; the first is for those who ask for none."""
SOURCE = "en"


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by their English templates, read once per process when first needed."""
    if language == SOURCE:
        return {}
    with files("stedenband.web").joinpath("locales", f"{language}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}


def translated(text: str, language: str) -> str:
    """Return a sentence in `language`, its values translated too; what no catalog knows stays in English."""
    if not isinstance(text, Said):
        return catalog(language).get(text, text)
    template = catalog(language).get(text.template, text.template)
    if not text.values:
        return template
    values = {
        name: translated(value, language) if isinstance(value, Said) else value for name, value in text.values.items()
    }
    return template.format_map(values)
