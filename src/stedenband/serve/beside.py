"""The worker that runs beside the API: one process, which is started again when it ends."""

import os
import subprocess
import sys
from dataclasses import replace
from signal import SIGTERM

from stedenband.config import PREFIX, Settings
from stedenband.core.process import child, stop


class Worker:
    """One worker, with settings that stay as they are."""

    def __init__(self, settings: Settings) -> None:
        """Start it; it never learns the owner's address, nor where its settings came from."""
        self.process: subprocess.Popen[bytes] = child(
            [sys.executable, "-m", "stedenband", "worker"],
            on_our_death=SIGTERM,
            environment={
                **{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
                **replace(settings, owner_url=None).variables(),
            },
        )

    def ended(self) -> bool:
        """Tell whether it has ended, asked to or not."""
        return self.process.poll() is not None

    def retire(self) -> None:
        """Ask it to end after the jobs under way; do not wait."""
        self.process.send_signal(SIGTERM)

    def close(self) -> None:
        """Have it end after the jobs under way, and wait for that."""
        stop(self.process, SIGTERM)
