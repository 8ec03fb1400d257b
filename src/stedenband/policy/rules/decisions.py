"""The rules of decisions."""

from typing import Any

from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink
from stedenband.cities.rules import may_publish, never_published
from stedenband.core.access import Actor
from stedenband.core.errors import BadRequest
from stedenband.core.parts import assign, referred, replace_parts, store
from stedenband.core.words import Rule, say
from stedenband.policy.models import Decision, DecisionCityLink

Data = dict[str, Any]


def create_decision(session: Session, actor: Actor, data: Data) -> Decision:
    """Record a decision of a body of the caller's city."""
    decision = Decision(city_id=actor.city_id)
    change_decision(session, actor, decision, data)
    return decision


def change_decision(session: Session, actor: Actor, decision: Decision, data: Data) -> None:
    """Fill or change a decision."""
    may_publish(actor, decision, data)
    links = [
        {"city_link_id": referred(session, CityLink, each["city_link"], f"cityLinks[{index}].cityLink").id}
        for index, each in enumerate(data.get("city_links") or ())
    ]
    if len({each["city_link_id"] for each in links}) < len(links):
        raise BadRequest.at("body", "cityLinks", Rule(say("Name each link once.")))
    assign(decision, data)
    store(session, decision)
    if "city_links" in data:
        replace_parts(session, DecisionCityLink, {"decision_id": decision.id}, links, ["city_link_id"])


def delete_decision(_session: Session, _actor: Actor, decision: Decision) -> None:
    """Delete a decision that was never published and that nothing cites."""
    never_published(decision)
