"""Counts what callers spend in sliding windows of a minute: together in Redis while it answers, else per process."""

from collections.abc import Callable
from functools import cached_property
from math import ceil
from time import monotonic, time
from typing import TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from stedenband.web.measures import REDIS_FAILURES

Result = TypeVar("Result")

PATIENCE = 0.25
"""Seconds that Redis may take for an answer."""
PAUSE = 5.0
"""Seconds for which a Redis that did not answer is left alone."""

log = structlog.get_logger("stedenband.limits")


class Windows:
    """The counters of one process, or its share in those of all."""

    def __init__(self, redis_url: str | None, processes: int) -> None:
        """Count in Redis if there is an address, else (and while it fails) a share of one in `processes`."""
        self._processes = processes
        self._left_alone_until = 0.0
        self._shared = redis_url and SlidingWindowCounterRateLimiter(
            storage_from_string(
                redis_url, wrap_exceptions=True, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
            )
        )

    @cached_property
    def _own(self) -> SlidingWindowCounterRateLimiter:
        """The counters of this process; they have a thread, so they are made after the fork."""
        return SlidingWindowCounterRateLimiter(MemoryStorage())

    def left(self, amount: int, *key: str) -> tuple[int, int, int]:
        """Return what is allowed a minute here, how many requests are left, and in how many seconds there are more."""

        def look(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem) -> tuple[int, int, int]:
            reset, remaining = limiter.get_window_stats(item, *key)
            return item.amount, remaining, max(0, ceil(reset - time()))

        return self._use(amount, look)

    def spend(self, amount: int, *key: str) -> None:
        """Count one request."""
        self._use(amount, lambda limiter, item: limiter.hit(item, *key))

    def are_shared(self) -> bool:
        """Tell whether all processes count together, as configured; true where that is not configured."""
        if not self._shared:
            return True
        if not self._use(1, lambda limiter, _: limiter.storage.check()):
            self._fail()
        return monotonic() >= self._left_alone_until

    def _use(self, amount: int, work: Callable[[SlidingWindowCounterRateLimiter, RateLimitItem], Result]) -> Result:
        if self._shared and monotonic() >= self._left_alone_until:
            try:
                return work(self._shared, RateLimitItemPerMinute(amount))
            except StorageError:
                self._fail()
        return work(self._own, RateLimitItemPerMinute(ceil(amount / self._processes)))

    def _fail(self) -> None:
        """Go on without Redis for a while: a limit is no reason to refuse anybody."""
        self._left_alone_until = monotonic() + PAUSE
        REDIS_FAILURES.inc()
        log.warning("redis does not answer", counting="each process for itself", seconds=PAUSE)
