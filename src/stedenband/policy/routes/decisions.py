"""/decisions."""

from sqlalchemy import func, select

from stedenband.cities.models import CityLink
from stedenband.core.access import Permission
from stedenband.policy import rules
from stedenband.policy.models import Decision, DecisionCityLink
from stedenband.policy.schemas import DecisionRecordSchema
from stedenband.web import fields
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.search import by_words

DECISIONS = Resource(
    name="decisions",
    noun="decision",
    model=Decision,
    schema=DecisionRecordSchema,
    title="subject",
    permissions={
        "read": Permission.DECISIONS_READ,
        "create": Permission.DECISIONS_CREATE,
        "update": Permission.DECISIONS_UPDATE,
        "delete": Permission.DECISIONS_DELETE,
    },
    filters=(
        by_words("find_decisions"),
        Filter(
            "cityLink",
            fields.Key("A link that it is about: its id.", example=fields.EXAMPLE_ID),
            lambda decision, keys: decision.id.in_(
                select(DecisionCityLink.decision_id)
                .join(CityLink, CityLink.id == DecisionCityLink.city_link_id)
                .where(CityLink.id == func.any(keys))
            ),
            many=True,
        ),
        Filter(
            "dateFrom",
            fields.Date("Taken on or after.", example="2004-01-01"),
            lambda decision, day: decision.decided_on >= day,
        ),
        Filter(
            "dateTo",
            fields.Date("Taken on or before.", example="2026-12-31"),
            lambda decision, day: decision.decided_on <= day,
        ),
    ),
    sorts=(Sort("date", "decided_on"), Sort("subject", "title_sort"), Sort("updatedAt", "updated_at")),
    default_sort=("-date",),
    rules=Rules(rules.create_decision, rules.change_decision, rules.delete_decision),
)
