"""Every model of every domain: whoever walks all tables imports this, as a domain that is not imported has none."""

from stedenband.access import models as access
from stedenband.changes import models as changes
from stedenband.cities import models as cities
from stedenband.core import ledger
from stedenband.delegations import models as delegations
from stedenband.documents import models as documents
from stedenband.insight import models as insight
from stedenband.people import models as people
from stedenband.policy import models as policy
from stedenband.projects import models as projects
from stedenband.tasks import models as tasks
from stedenband.transfer import models as transfer
from stedenband.webhooks import models as webhooks

__all__ = [
    "access",
    "changes",
    "cities",
    "delegations",
    "documents",
    "insight",
    "ledger",
    "people",
    "policy",
    "projects",
    "tasks",
    "transfer",
    "webhooks",
]
