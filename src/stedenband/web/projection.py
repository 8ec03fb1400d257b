"""What of a document a caller asks for: `select=`, one language, and the moves that are open to it."""

from dataclasses import dataclass

from stedenband.web.fields import Selection

ALWAYS = frozenset({"href", "id"})
"""What names a record is sent with every selection."""


@dataclass(frozen=True)
class Projection:
    """What decides the SQL of a document beside its schema; the language itself is a bound value, `lang`."""

    selected: Selection | None = None
    one_language: bool = False
    moves: frozenset[str] = frozenset()
    """The states that the caller's role may move a record to."""


EVERYTHING = Projection()
"""The document as it is."""
