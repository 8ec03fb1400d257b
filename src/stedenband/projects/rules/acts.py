"""One act on many periods: approve, return, lock or unlock, each for itself or all or nothing."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import INTERNAL_SERVER_ERROR
from typing import Any
from uuid import UUID

from sqlalchemy import exc, select
from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.db import settle
from stedenband.core.errors import INCORRECT, BadRequest, Issue, PreconditionFailed, Problem, ResourceNotFound
from stedenband.core.lifecycle import Transition
from stedenband.core.parts import touch
from stedenband.core.sqlstate import problem_of
from stedenband.core.words import Rule, say
from stedenband.projects.models import REPORT_LIFECYCLE, Period
from stedenband.projects.rules.periods import change_period, move_period

Data = dict[str, Any]

STATE_AFTER = {"approve": "approved", "return": "returned"}
"""The acts that decide on a report, which one has to have read; the others lock and unlock."""


@dataclass(frozen=True)
class Outcome:
    """What came of an act for one period: done, unchanged, failed (with the problem), or not done as another failed."""

    key: UUID
    outcome: str
    version: int | None = None
    problem: Problem | None = None


class _Undone(Exception):
    """Leads out of the savepoint of an act that is all or nothing."""


def act_on_periods(session: Session, actor: Actor, project: UUID, data: Data) -> list[Outcome]:
    """Do what is asked for each period of a project, and say what came of it, in the order asked for.

    A repeated act changes nothing. Rows are locked in the order of their ids, so two such calls wait for one another.
    """
    items: Sequence[Data] = data["items"]
    _complete(data, items)
    wanted = Period.id.in_([item["period"] for item in items])
    found = select(Period).where(Period.exchange_project_id == project, wanted).order_by(Period.id)
    periods = {row.id: row for row in session.scalars(found.with_for_update(key_share=True))}
    outcomes: list[Outcome] = []
    with suppress(_Undone), session.begin_nested():
        outcomes += [_act(session, actor, periods, data, item) for item in items]
        if data["mode"] == "allOrNothing" and any(each.problem for each in outcomes):
            raise _Undone
        return outcomes
    return [each if each.outcome != "done" else replace(each, outcome="notDone", version=None) for each in outcomes]


def _complete(data: Data, items: Sequence[Data]) -> None:
    """Refuse what the act cannot do without: a version and a reason where it decides, and each period once."""
    lacking = [
        (f"items[{place}].{name}", detail)
        for place, item in enumerate(items)
        for name, needed, detail in (
            ("version", data["act"] in STATE_AFTER, say("Name the version of the period as you read it.")),
            ("reason", data["act"] == "return", say("Say why a report is returned, here or once for all.")),
        )
        if needed and name not in item and (name == "version" or "reason" not in data)
    ]
    if lacking:
        raise BadRequest(
            INCORRECT, issues=[Issue("body", name, detail, "requiredInput") for name, detail in lacking[:50]]
        )
    if len({item["period"] for item in items}) < len(items):
        raise BadRequest.at("body", "items", Rule(say("Name each period once.")))


def _act(session: Session, actor: Actor, periods: Mapping[UUID, Period], data: Data, item: Data) -> Outcome:
    key = item["period"]
    period = periods.get(key)
    if period is None:
        return Outcome(
            key, "failed", problem=ResourceNotFound(say("There is no such resource, or you may not see it."))
        )
    if _is_so(period, data["act"]):
        return Outcome(key, "unchanged", period.version)
    try:
        with session.begin_nested():
            if item.get("version", period.version) != period.version:
                raise PreconditionFailed
            _do(session, actor, period, data["act"], item.get("reason", data.get("reason")))
            touch(session, period)
            settle(session)
    except (Problem, exc.DBAPIError) as error:
        return Outcome(key, "failed", period.version, refusal(error))
    return Outcome(key, "done", period.version)


def refusal(error: Problem | exc.DBAPIError) -> Problem:
    """Return why one period was refused; what hinders all of them goes on its way, to be tried again."""
    problem = error if isinstance(error, Problem) else problem_of(error)
    if problem.status >= INTERNAL_SERVER_ERROR:
        raise error
    return problem


def _is_so(period: Period, act: str) -> bool:
    return period.status == STATE_AFTER[act] if act in STATE_AFTER else period.locked == (act == "lock")


def _do(session: Session, actor: Actor, period: Period, act: str, reason: str | None) -> None:
    if act in STATE_AFTER:
        said = {"reason": reason}
        REPORT_LIFECYCLE.check(period.status, STATE_AFTER[act], said)
        move_period(session, actor, period, Transition(STATE_AFTER[act], said))
    else:
        change_period(session, actor, period, {"locked": act == "lock"})
        if reason:
            period.decision_reason = reason
