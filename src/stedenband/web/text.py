"""What counts as plain text: the Python side of the database's `plain_text`."""

import re
import unicodedata
from math import isfinite

from stedenband.core.words import say

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
LINE_BREAKS = re.compile("[\n\t]")
MOST_COMBINING = 30
"""Combining characters on one letter, as in Stream-Safe Text (UAX 15): sorting more of them takes quadratic time."""
SHRINKS = 4
"""Code points that NFC makes one of, at most."""


def cleaned(value: str, longest: int, *, lines: bool = False) -> str:
    """Return `value` in NFC, trimmed; raise ValueError, saying what is wrong, when it is not plain text."""
    text = (value.replace("\r\n", "\n") if lines else value).strip()
    if len(text) > longest * SHRINKS or (not text.isascii() and _heaped(text)):
        raise ValueError(
            say(
                "Shorten the text to at most {longest} characters, and {most} accents on one letter.",
                longest=longest,
                most=MOST_COMBINING,
            )
        )
    text = unicodedata.normalize("NFC", text)
    if CONTROL.search(text) or (not lines and LINE_BREAKS.search(text)):
        raise ValueError(
            say("Remove control characters, surrogates and characters that override the writing direction.")
        )
    if not any(_shows(character) for character in text):
        raise ValueError(say("Give a text that is not blank, or leave the property out."))
    if len(text) > longest:
        raise ValueError(say("Shorten the text to at most {longest} characters.", longest=longest))
    return text


def _heaped(text: str) -> bool:
    """Tell whether more combining characters follow each other than any language writes."""
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MOST_COMBINING:
            return True
    return False


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ"


def echo(value: object, longest: int = 100) -> str | int | float | bool | None:
    """Return a received value in a form that is safe to send back: short, and without control characters."""
    if isinstance(value, bool | int) and abs(value) < 10**18:
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    if not isinstance(value, str):
        return None
    text = CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
