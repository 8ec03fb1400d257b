"""The rules of periods: what is promised, reported and approved.

What must hold between two writers at once (locks, who approves, no overlap, within the project) holds in the database.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from stedenband.cities.rules import never_published
from stedenband.core.access import Actor, Permission
from stedenband.core.errors import INCORRECT, BadRequest, Issue, MissingPermission
from stedenband.core.lifecycle import Transition
from stedenband.core.parts import assign, referred, store
from stedenband.core.words import Rule, say
from stedenband.projects.models import Indicator, Period, PeriodFigure

Data = dict[str, Any]
DECISIONS = frozenset({"returned", "approved"})
PARTS = ("value", "comment", "disaggregation")


def create_period(session: Session, actor: Actor, data: Data) -> Period:
    """Add a period to an indicator of the same project; it stays with that indicator."""
    indicator = referred(session, Indicator, data.pop("indicator"), "indicator")
    period = Period(
        city_id=actor.city_id, indicator_id=indicator.id, measure=indicator.measure, locked=True, status="none"
    )
    change_period(session, actor, period, data)
    return period


def change_period(session: Session, actor: Actor, period: Period, data: Data) -> None:
    """Fill or change a period; a report that is written is a draft again, and one that is emptied is none."""
    if data.get("locked", period.locked) != period.locked and not actor.may(Permission.PERIODS_APPROVE):
        raise MissingPermission(say("Your role may not lock or unlock periods. Ask a coordinator of your city."))
    promised, reported = figure_of(period, "target"), figure_of(period, "report")
    former_reason = period.target_reason
    assign(period, data)
    if promised != figure_of(period, "target"):
        period.target_reason = data.get("target_reason")
        if not period.target_reason and _was_promised(session, period):
            raise _without("targetReason", say("Say why a target that was set is changed."))
    elif period.target_reason != former_reason:
        raise BadRequest.at("body", "targetReason", Rule(say("A reason is given with another target.")))
    after = figure_of(period, "report")
    if reported != after:
        period.status = "draft" if any(after.values()) else "none"
    store(session, period)


def figure_of(period: Period, name: str) -> Data:
    """Return the target, the report or the actual figure of a period."""
    return {part: getattr(period, f"{name}_{part}") for part in PARTS}


def delete_period(_session: Session, _actor: Actor, period: Period) -> None:
    """Delete a period that was never published; the database keeps one that holds anybody's figures (`keep_period`)."""
    never_published(period)


def _was_promised(session: Session, period: Period) -> bool:
    """Tell whether there ever was a target, also one that was taken away."""
    former = select(PeriodFigure.id).where(PeriodFigure.period_id == period.id, PeriodFigure.kind == "target").limit(1)
    return session.scalar(former) is not None


def move_period(_session: Session, _actor: Actor, period: Period, move: Transition) -> None:
    """Submit a report, take it back, return it with a reason, or approve it, which locks the period again."""
    if move.to in DECISIONS:
        period.decision_reason = move.said.get("reason")
    elif move.said.get("reason"):
        raise BadRequest.at("body", "reason", Rule(say("A reason is given when a report is returned or approved.")))
    period.status = move.to


def _without(name: str, detail: str) -> BadRequest:
    """Return the refusal of input that lacks something."""
    return BadRequest(INCORRECT, issues=[Issue("body", name, detail, "requiredInput")])
