"""An answer that is asked for at most once in a while, however many want it."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """Keeps the answer of `ask` for `seconds`; while one caller asks anew, the others get the answer before."""

    def __init__(self, ask: Callable[[], Answer], seconds: float, clock: Callable[[], float] = monotonic) -> None:
        """Ask nothing yet."""
        self._ask, self._seconds, self._clock = ask, seconds, clock
        self._asking = Lock()
        self.kept: tuple[float, Answer] | None = None

    def get(self) -> Answer:
        """Return the answer, which is at most `seconds` (and the time of asking) old."""
        kept = self.kept
        if kept and self._clock() < kept[0] + self._seconds:
            return kept[1]
        if not self._asking.acquire(blocking=kept is None):
            return kept[1]  # type: ignore[index]  # not blocking means that there is one
        try:
            if self.kept is kept:
                self.kept = (self._clock(), self._ask())
            return self.kept[1]  # type: ignore[index]  # another thread asked meanwhile, or this one has now
        finally:
            self._asking.release()
