"""What the worker does for tasks: it carries them out, and forgets them in time."""

from stedenband.tasks.jobs.forgetting import forget_tasks
from stedenband.tasks.jobs.running import Canceled, Kind, Work, carry_out

__all__ = ["Canceled", "Kind", "Work", "carry_out", "forget_tasks"]
