"""What the caller's city has to do by a day: one statement, for the list, for calendars and for what the worker tells.

Of the own city, and of the links that it is a member of; what there is to do stands in `entries`.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid, bindparam, func, select, tuple_

from stedenband.core.finished import finished
from stedenband.insight.models import REMINDER_KINDS
from stedenband.insight.statements.entries import entries, item

BEGINNING: Mapping[str, Any] = {"after_on": date.min, "after_kind": "", "after_id": UUID(int=0)}
"""Before the first reminder."""


@lru_cache(1 << len(REMINDER_KINDS))
def reminders_of(kinds: tuple[str, ...], base: str) -> str:
    """`ahead` days, `limit`, `lang` and what `after` returned -> the reminders of these kinds, the earliest first."""
    found = entries(kinds, base)
    soon = found.c.on <= func.current_date() + bindparam("ahead", type_=Integer())
    order = (found.c.on, found.c.kind, found.c.id)
    passed = (
        bindparam("after_on", type_=Date()),
        bindparam("after_kind", type_=Text()),
        bindparam("after_id", type_=Uuid()),
    )
    further = tuple_(*order) > tuple_(*passed)
    overdue = (found.c.on < func.current_date()).label("overdue")
    limit = bindparam("limit", type_=Integer())
    return finished(select(found, overdue).where(found.c.due, soon, further).order_by(*order).limit(limit))


def after(row: Any) -> dict[str, Any]:
    """Return what finds the reminders that come after this one."""
    return {"after_on": row.on, "after_kind": row.kind, "after_id": row.id}


def reminder(row: Any, language: str) -> dict[str, Any]:
    """Return a reminder as it stands on the wire."""
    return item(row, language) | {"overdue": row.overdue}
