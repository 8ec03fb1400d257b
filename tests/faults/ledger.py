"""What callers were told under load, and whether the database agrees."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

import psycopg

from tests.databases import TestDatabase
from tests.faults.callers import Answer
from tests.processes import until

LOST = "lost"
"""Counted where there was no answer at all."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A write that the server acknowledged: its first good answer, and when its last try began and ended."""

    city: str
    key: str | None
    answer: Answer
    asked: float
    answered: float


@dataclass
class Ledger:
    """Everything that the callers of one test were told; threads share it."""

    acknowledged: dict[str, Acknowledged] = field(default_factory=dict)
    """By the name of the record that was written."""
    answers: Counter[int | str] = field(default_factory=Counter)
    """Number of answers by status, and of those that were lost."""
    faults: list[str] = field(default_factory=list)
    """What nobody should ever have been told."""
    waits: list[float] = field(default_factory=list)
    """Seconds until each answer that asked to come back."""
    _lock: Lock = field(default_factory=Lock)

    def count(self, what: int | str, *, seconds: float | None = None) -> None:
        """Count an answer; `seconds`: how long it took to be asked to come back."""
        with self._lock:
            self.answers[what] += 1
            if seconds is not None:
                self.waits.append(seconds)

    def fault(self, text: str) -> None:
        """Note what should not have been."""
        with self._lock:
            self.faults.append(text)

    def acknowledge(self, name: str, write: Acknowledged) -> None:
        """Note a write that is done."""
        with self._lock:
            self.acknowledged[name] = write

    def recovery(self, since: float) -> float:
        """Wait until a write that was sent after the instant `since` is done; return the seconds from then."""
        return until(lambda: self.since(since))[0].answered - since

    def progress(self, writes: int) -> None:
        """Wait until so many writes that are sent from now on are done."""
        since = now()
        assert until(lambda: len(self.since(since)) >= writes)

    def since(self, instant: float) -> list[Acknowledged]:
        """Return the writes that were sent after `instant` and are done, in the order of their being done."""
        with self._lock:
            return [write for write in self.acknowledged.values() if write.asked >= instant]

    def assert_clean(self) -> None:
        """No answer was one that may never be given."""
        assert self.faults == []
        assert {status for status in self.answers if isinstance(status, int)} <= {200, 201, 409, 503}, self.answers

    def assert_stored_once(self, database: TestDatabase) -> None:
        """What was acknowledged is what is stored, each once, by its own city, with one record of its making."""
        assert self.acknowledged, "nothing was written, so nothing was shown"
        stored = stored_in(database)
        names = Counter(name for name, *_ in stored)
        assert set(names) == set(self.acknowledged)
        assert max(names.values()) == 1, [name for name, times in names.items() if times > 1]
        for name, key, city, changes in stored:
            told = self.acknowledged[name]
            assert (str(key), city) == (told.answer.json["id"], told.city)
            assert changes == 1, f"{name} was made {changes} times"

    def figures(self) -> dict[str, Any]:
        """Return the counts for the table of results."""
        counted = {str(status): times for status, times in sorted(self.answers.items(), key=str)}
        longest = {"longest until 503": f"{max(self.waits):.2f} s"} if self.waits else {}
        return {"acknowledged": len(self.acknowledged), **counted, **longest}


STORED = " UNION ALL ".join(
    f"SELECT r.{name}, r.id, c.name, (SELECT count(*) FROM change WHERE record_id = r.id AND operation = 'created')"
    f" FROM {table} r JOIN partner_city c ON c.id = r.city_id WHERE r.{name} LIKE 'Load of %'"
    for table, name in (("organization", "name"), ("exchange_project", "title"), ("delegation", "title"))
)


def stored_in(database: TestDatabase) -> list[tuple[Any, ...]]:
    """Return name, id, city and number of times made of every record that writers stored."""
    with psycopg.connect(database.owner_url) as connection:
        return connection.execute(STORED.encode()).fetchall()


def now() -> float:
    """Return this instant, comparable with those of a ledger."""
    return monotonic()
