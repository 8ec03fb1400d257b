"""Names of places: what may stand in one, and how alike two of them are."""

import re
import unicodedata
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache

LONGEST = 200
"""Code points of the longest name kept."""

_FORBIDDEN_CATEGORIES = {"Cc", "Cn", "Cs", "Zl", "Zp"}
_BIDIRECTIONAL = {"\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
_APOSTROPHES = re.compile("['\u2019\u02bc`]")
_UNMARKED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "ħ": "h"}
)
_UNLABELED = re.compile(r"[Qq][1-9][0-9]*")
_ALIKE = 0.8


class UnfitNameError(ValueError):
    """Why a text cannot be a name; the message completes "… is refused: it"."""


class Resemblance(IntEnum):
    """How alike two names are; the larger, the more."""

    OTHER = 0
    ALIKE = 1
    """Nearly the same letters: Ghent, Gent."""
    QUALIFIED = 2
    """One is the other with words added: Offenbach, Offenbach am Main."""
    EQUAL = 3
    """The same but for accents, case, punctuation and spaces."""


def has_forbidden(text: str) -> bool:
    """Tell whether a control, surrogate, unassigned, line-separating or bidirectional character stands in `text`."""
    return any(sign in _BIDIRECTIONAL or unicodedata.category(sign) in _FORBIDDEN_CATEGORIES for sign in text)


def clean(text: str) -> str:
    """Return `text` in NFC and trimmed; raises UnfitNameError when it cannot name a city."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise UnfitNameError("is blank")
    if len(name) > LONGEST:
        raise UnfitNameError(f"is longer than {LONGEST} characters")
    if has_forbidden(name):
        raise UnfitNameError("has control or bidirectional characters")
    if not words(name):
        raise UnfitNameError("has no letter")
    if _UNLABELED.fullmatch(name):
        raise UnfitNameError("is a Wikidata identifier, not a name")
    return name


@lru_cache(maxsize=2**16)
def words(name: str) -> tuple[str, ...]:
    """Return the words of `name` without case, accents and punctuation."""
    folded = _APOSTROPHES.sub("", name.casefold()).translate(_UNMARKED)
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
    return tuple("".join(sign if sign.isalnum() else " " for sign in letters).split())


def resemblance(one: str, other: str) -> Resemblance:
    """Compare two names."""
    ours, theirs = words(one), words(other)
    if "".join(ours) == "".join(theirs):
        return Resemblance.EQUAL
    if set(ours) < set(theirs) or set(theirs) < set(ours):
        return Resemblance.QUALIFIED
    matcher = SequenceMatcher(None, "".join(ours), "".join(theirs), autojunk=False)
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)  # the cheap upper bounds first
    return Resemblance.ALIKE if all(ratio() >= _ALIKE for ratio in bounds) else Resemblance.OTHER
