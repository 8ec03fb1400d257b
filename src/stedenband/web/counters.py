"""Counts in the memory of one process, in sliding windows of a minute: what `limits` does in Redis, without a thread.

The memory storage of `limits` starts a timer thread for its cleaning up to a hundred times a second, which cost more
than the rest of an answer (docs/performance.md).
"""

from collections.abc import Callable, Hashable
from math import floor
from threading import Lock
from time import time

WINDOW = 60


class Counters:
    """Of each owner the count of this window and of the one before, of which the part counts that is not past yet."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        """Count nothing yet."""
        self._clock = clock
        self._lock = Lock()
        self._window = 0
        self._now: dict[Hashable, int] = {}
        self._before: dict[Hashable, int] = {}

    def left(self, amount: int, owner: Hashable) -> tuple[int, float]:
        """Return how many of `amount` requests a minute are left, and in how many seconds there are more."""
        with self._lock:
            rest = self._turn()
            now, before = self._now.get(owner, 0), self._before.get(owner, 0)
        waits = [rest] if now else []
        if before:
            waits.append(rest % (WINDOW / before))
        return max(0, amount - floor(before * rest / WINDOW + now)), min(waits, default=0.0)

    def spend(self, owner: Hashable) -> None:
        """Count one request."""
        with self._lock:
            self._turn()
            self._now[owner] = self._now.get(owner, 0) + 1

    def _turn(self) -> float:
        """Go on to the window of this moment, forgetting all before the last; return the seconds left of it."""
        window, past = divmod(self._clock(), WINDOW)
        if window != self._window:
            self._before = self._now if window == self._window + 1 else {}
            self._now = {}
            self._window = int(window)
        return WINDOW - past
