"""The rules of results and indicators; who may write them, and those between rows, stand in the database."""

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from stedenband.cities.rules import never_published
from stedenband.core.access import Actor
from stedenband.core.errors import Conflict, Issue
from stedenband.core.parts import assign, referred, store
from stedenband.core.words import say
from stedenband.projects.models import Indicator, Period, Result

Data = dict[str, Any]


def create_result(session: Session, actor: Actor, data: Data) -> Result:
    """Add a result to a project of the caller's city."""
    result = Result(city_id=actor.city_id)
    change_result(session, actor, result, data)
    return result


def change_result(session: Session, _actor: Actor, result: Result, data: Data) -> None:
    """Fill or change a result."""
    assign(result, data)
    store(session, result)


def delete_result(_session: Session, _actor: Actor, result: Result) -> None:
    """Delete a result without indicators that was never published."""
    never_published(result)


def create_indicator(session: Session, actor: Actor, data: Data) -> Indicator:
    """Add an indicator to a result of the same project; it stays with that result."""
    result = referred(session, Result, data.pop("result"), "result")
    indicator = Indicator(city_id=actor.city_id, result_id=result.id)
    assign(indicator, data)
    store(session, indicator)
    return indicator


def change_indicator(session: Session, _actor: Actor, indicator: Indicator, data: Data) -> None:
    """Change an indicator; how it is measured stays once there are figures."""
    if data.get("measure", indicator.measure) != indicator.measure and _has_figures(session, indicator):
        detail = say("There are figures of this indicator, so how it is measured stays. Add another indicator.")
        raise Conflict(detail, issues=[Issue("body", "measure", detail, "rejectedInput")])
    assign(indicator, data)


def delete_indicator(_session: Session, _actor: Actor, indicator: Indicator) -> None:
    """Delete an indicator without periods that was never published."""
    never_published(indicator)


def _has_figures(session: Session, indicator: Indicator) -> bool:
    given: ColumnElement[Any] = or_(
        Period.target_value.is_not(None), Period.report_value.is_not(None), Period.actual_value.is_not(None)
    )
    found = session.scalar(select(func.bool_or(given)).where(Period.indicator_id == indicator.id))
    return bool(found)
