"""What the worker does for webhooks: it writes down what each is to be told, sends that, and forgets it in time."""

from stedenband.webhooks.jobs.delivering import deliver, due
from stedenband.webhooks.jobs.forgetting import forget_deliveries
from stedenband.webhooks.jobs.reminding import remind
from stedenband.webhooks.jobs.telling import tell

__all__ = ["deliver", "due", "forget_deliveries", "remind", "tell"]
