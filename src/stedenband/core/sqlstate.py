"""What PostgreSQL's SQLSTATE means to a caller: one table."""

import psycopg
from sqlalchemy import exc

from stedenband.core.errors import (
    INCORRECT,
    BadRequest,
    Conflict,
    InternalError,
    Issue,
    MissingPermission,
    Problem,
    ServiceUnavailable,
)
from stedenband.core.records import Record, Rule
from stedenband.core.words import say

_REPEAT = frozenset({"40001", "40P01"})
_LATE = frozenset({"57014", "25P03"})
_LOST_CLASSES = ("08", "57P")
_BUSY_CLASSES = ("53", "55P03", *_LOST_CLASSES)

RETRY_SOON = 1
RETRY_LATER = 4


def is_lost(sqlstate: str | None) -> bool:
    """Tell whether the connection is gone (no SQLSTATE: the socket broke)."""
    return sqlstate is None or sqlstate.startswith(_LOST_CLASSES)


def is_transient(error: exc.DBAPIError | psycopg.Error) -> bool:
    """Tell whether the same transaction may succeed when run again."""
    return getattr(_cause(error), "sqlstate", None) in _REPEAT


def _cause(error: exc.DBAPIError | psycopg.Error) -> BaseException | None:
    """Return what the driver raised."""
    return error.orig if isinstance(error, exc.DBAPIError) else error


def problem_of(error: exc.DBAPIError | psycopg.Error) -> Problem:
    """Return the problem for what the database said; never its message text."""
    cause = _cause(error)
    if not isinstance(cause, psycopg.Error) or (
        cause.sqlstate is None and not isinstance(cause, psycopg.OperationalError)
    ):
        return InternalError(say("An unexpected database error."))
    state = cause.sqlstate
    if state is None or state in _REPEAT or state.startswith(_BUSY_CLASSES):
        return ServiceUnavailable(RETRY_SOON)
    if state in _LATE:
        return ServiceUnavailable(RETRY_LATER)
    if state == "42501":
        return MissingPermission(say("Your role or your city's relation to this record does not allow this change."))
    if state.startswith("23"):
        return _broken(cause.diag.constraint_name or "", state)
    if state.startswith(("22", "54")):
        return BadRequest(say("A value cannot be stored as it was sent."))
    return InternalError(say("An unexpected database error."))


def _broken(constraint: str, state: str) -> Problem:
    rule = rules().get(constraint) or _default(constraint, state)
    if rule["status"] == Conflict.status:
        return Conflict(rule["detail"], issues=[_issue(rule)] if rule["field"] else ())
    return BadRequest(INCORRECT, issues=[_issue(rule)])


def _issue(rule: Rule) -> Issue:
    return Issue("body", rule["field"], rule["detail"], "rejectedInput")


def rules() -> dict[str, Rule]:
    """Return the meaning of every constraint that the models name."""
    return {
        name: rule for table in Record.metadata.tables.values() for name, rule in table.info.get("rules", {}).items()
    }


def _default(constraint: str, state: str) -> Rule:
    """Read a field from a constraint's name, made by the naming convention: kind_table_column."""
    field = ""
    for table in Record.metadata.tables:
        kind, _, rest = constraint.partition("_")
        if kind in {"ck", "fk", "uq"} and rest.startswith(table + "_"):
            field = rest.removeprefix(table + "_")
    if state == "23503":
        return {
            "field": "",
            "detail": say("Another record refers to it, or the one it refers to is gone."),
            "status": 409,
        }
    if state == "23505":
        return {"field": field, "detail": say("This value is already in use."), "status": 409}
    return {"field": field, "detail": say("The value breaks a rule of this field."), "status": 400}
