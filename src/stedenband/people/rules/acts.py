"""Every act on somebody's data is recorded: what, on which record, why, by whom, and on how many rows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from stedenband.core.access import Actor
from stedenband.core.parts import store
from stedenband.people.models import PrivacyAct


def record_act(  # noqa: PLR0913 (one call says all of an act)
    session: Session,
    kind: str,
    city_id: UUID | None,
    actor: Actor,
    *,
    subject: Any = None,
    said: Mapping[str, Any] | None = None,
    counts: Mapping[str, int] | None = None,
) -> PrivacyAct:
    """Record an act of a city; `said`: its reason and file number, `counts`: rows by table, never a value."""
    act = PrivacyAct(
        city_id=city_id,
        kind=kind,
        **(said or {}),
        subject_table=on_the_wire(subject.__tablename__) if subject else None,
        subject_id=subject.id if subject else None,
        counts={on_the_wire(table): count for table, count in (counts or {}).items() if count},
        api_client_id=actor.client_id,
        actor_name=actor.name,
    )
    store(session, act)
    return act


def on_the_wire(name: str) -> str:
    """Return the name of a table or column as callers read it."""
    head, *rest = name.split("_")
    return head + "".join(map(str.capitalize, rest))
