"""The filter `q` of a collection, the same on all."""

from sqlalchemy import func, select

from stedenband.web.fields import Text
from stedenband.web.resource import Filter

WORDS = Text(
    "Words to look for, each by its beginning; accents, case, hyphens and apostrophes do not matter. Where nothing has"
    " the words as written, one small mistake in a word of four letters or more is forgiven.",
    200,
    example="genk",
)


def by_words(function: str, column: str = "id") -> Filter:
    """Return the filter `q`: `function` is the database's `find_<plural>` (see the migration 0013_search).

    A record without words of its own is found by those of the record that `column` refers to.
    """
    return Filter("q", WORDS, lambda model, words: getattr(model, column).in_(select(getattr(func, function)(words))))
