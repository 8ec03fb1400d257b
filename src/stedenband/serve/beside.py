"""The worker that runs beside the API."""

import sys

from stedenband.config import Settings
from stedenband.serve.part import Part


class Worker(Part):
    """One worker."""

    def __init__(self, settings: Settings) -> None:
        """Start it."""
        super().__init__([sys.executable, "-m", "stedenband", "worker"], settings)


def beside(settings: Settings) -> Worker | None:
    """Start the worker of a server; none where nothing says how it reaches the database."""
    return Worker(settings) if settings.worker_url else None
