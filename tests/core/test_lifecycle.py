"""A declared state machine refuses what it does not declare."""

import pytest

from stedenband.core.errors import BadRequest, Conflict
from stedenband.core.lifecycle import Lifecycle

DOOR = Lifecycle(
    initial="open",
    moves={"open": ("closed",), "closed": ("open", "walled"), "walled": ()},
    demands={"walled": ("reason", "decision")},
)


def test_a_declared_move_with_what_it_demands_is_made() -> None:
    DOOR.check("open", "closed", {})
    DOOR.check("closed", "walled", {"reason": "Draught.", "decision": {"date": "2026-01-01"}})
    DOOR.check(None, "open", {})


def test_a_move_that_is_not_declared_is_a_conflict_that_names_those_that_are() -> None:
    with pytest.raises(Conflict, match="Moves open from here: closed"):
        DOOR.check("open", "walled", {})
    with pytest.raises(Conflict, match="none: it is final"):
        DOOR.check("walled", "open", {})


@pytest.mark.parametrize("state", ["closed", None])
def test_what_a_move_demands_is_asked_for_by_name(state: str | None) -> None:
    with pytest.raises(BadRequest) as refused:
        DOOR.check(state, "walled", {"reason": "", "decision": {}})
    assert [issue.name for issue in refused.value.issues] == ["reason", "decision"]
