"""A process that belongs to a running server."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from signal import SIGTERM

from stedenband.config import PREFIX, Settings
from stedenband.core.process import child, stop


class Part:
    """One process, with settings that stay as they are.

    It never learns where they came from, nor the owner's address of the database.
    """

    def __init__(
        self, command: Sequence[str], settings: Settings, descriptors: Sequence[int] = (), **more: str
    ) -> None:
        """Start it; `more` are variables of its environment, and it inherits the `descriptors`."""
        self.process: subprocess.Popen[bytes] = child(
            command,
            on_our_death=SIGTERM,
            environment={
                **{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
                **replace(settings, owner_url=None).variables(),
                **more,
            },
            descriptors=descriptors,
        )

    def ended(self) -> bool:
        """Tell whether it has ended, asked to or not."""
        return self.process.poll() is not None

    def retire(self) -> None:
        """Ask it to end after what is under way; do not wait."""
        self.process.send_signal(SIGTERM)

    def close(self) -> None:
        """Have it end after what is under way, and wait for that."""
        stop(self.process, SIGTERM)
