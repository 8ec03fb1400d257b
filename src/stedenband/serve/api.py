"""The processes of the API: one gunicorn with its workers. A reload has two, while the new one gets ready."""

import os
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, replace

from stedenband.config import Settings
from stedenband.serve.part import Part

READY = "STEDENBAND_READY"
"""Where a worker says that it is ready: the number of a pipe that it inherits."""
MEASURES = "PROMETHEUS_MULTIPROC_DIR"
"""The folder of the measurements, under the name that prometheus_client reads."""
SPARE = 4
"""Threads per database connection: while all connections wait for a lock, others answer, or say when to come back."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one gunicorn leaves to the next: the bound socket, and the folder of the measurements."""

    listener: socket.socket
    measures: str


class Api(Part):
    """One gunicorn and its workers."""

    def __init__(self, settings: Settings, place: Place) -> None:
        """Start it; it learns nobody's address of the database but its own."""
        self._unready = settings.workers
        self._pipe, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            super().__init__(
                [
                    *(sys.executable, "-m", "gunicorn"),
                    *("--config", "python:stedenband.serve.gunicorn_conf"),
                    *("--bind", f"fd://{place.listener.fileno()}"),
                    *("--workers", str(settings.workers)),
                    *("--threads", str(SPARE * settings.threads)),
                    *("--log-level", settings.log_level.lower()),
                    "stedenband.app:create_app()",
                ],
                replace(settings, worker_url=None),
                (place.listener.fileno(), told),
                **{MEASURES: place.measures, READY: str(told)},
            )
        finally:
            os.close(told)

    def fileno(self) -> int:
        """Return what can be read when a worker got ready, or when all have ended."""
        return self._pipe

    def is_ready(self) -> bool:
        """Tell whether as many workers as there shall be have loaded the application."""
        with suppress(BlockingIOError):
            self._unready -= len(os.read(self._pipe, 4096))
        return self._unready <= 0

    def close(self) -> None:
        """Have it end after the requests under way, and wait for that."""
        super().close()
        os.close(self._pipe)
