"""Counts what callers spend in sliding windows of a minute: together in Redis while it answers, else per process."""

from math import ceil
from time import monotonic, time

import structlog
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from stedenband.web.counters import Counters
from stedenband.web.measures import REDIS_FAILURES

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
        self._own = Counters()
        self._left_alone_until = 0.0
        self._shared = redis_url and SlidingWindowCounterRateLimiter(
            storage_from_string(
                redis_url, wrap_exceptions=True, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
            )
        )

    def left(self, amount: int, policy: str, owner: str) -> tuple[int, int, int]:
        """Return what is allowed a minute here, how many requests are left, and in how many seconds there are more."""
        if shared := self._reachable():
            try:
                reset, remaining = shared.get_window_stats(RateLimitItemPerMinute(amount), policy, owner)
                return amount, remaining, max(0, ceil(reset - time()))
            except StorageError:
                self._fail()
        share = ceil(amount / self._processes)
        remaining, seconds = self._own.left(share, (policy, owner))
        return share, remaining, ceil(seconds)

    def spend(self, amount: int, policy: str, owner: str) -> None:
        """Count one request."""
        if shared := self._reachable():
            try:
                shared.hit(RateLimitItemPerMinute(amount), policy, owner)
            except StorageError:
                self._fail()
            else:
                return
        self._own.spend((policy, owner))

    def are_shared(self) -> bool:
        """Tell whether all processes count together, as configured; true where that is not configured."""
        if not self._shared:
            return True
        if (shared := self._reachable()) and not shared.storage.check():
            self._fail()
        return self._reachable() is not None

    def _reachable(self) -> SlidingWindowCounterRateLimiter | None:
        """Return the counters in Redis, None without them or while they are left alone."""
        return self._shared if self._shared and monotonic() >= self._left_alone_until else None

    def _fail(self) -> None:
        """Go on without Redis for a while: a limit is no reason to refuse anybody."""
        self._left_alone_until = monotonic() + PAUSE
        REDIS_FAILURES.inc()
        log.warning("redis does not answer", counting="each process for itself", seconds=PAUSE)
