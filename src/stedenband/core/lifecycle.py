"""Declared state machines: states, moves, and what a move demands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stedenband.core.errors import BELGIF, BadRequest, Conflict, Issue


@dataclass(frozen=True, slots=True)
class Transition:
    """A move that is asked for: the state to enter, and what is said of it (decision, reason, …)."""

    to: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A state machine: `moves` maps a state to those it may go to, `demands` a state to what entering it requires."""

    initial: str
    moves: Mapping[str, tuple[str, ...]]
    demands: Mapping[str, tuple[str, ...]]

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order they were declared."""
        return tuple(self.moves)

    def check(self, state: str | None, to: str, given: Mapping[str, object]) -> None:
        """Refuse a move that is not declared (409) or lacks what it demands (400). `state` None: a new record."""
        if state is not None and to not in self.moves[state]:
            allowed = ", ".join(self.moves[state]) or "none: it is final"
            raise Conflict(f"A record that is {state!r} cannot become {to!r}. Moves open from here: {allowed}.")
        missing = [name for name in self.demands.get(to, ()) if not given.get(name)]
        if missing:
            raise BadRequest(
                "The input message is incorrect",
                issues=[
                    Issue(
                        "body",
                        name,
                        f"To become {to!r} a record needs '{name}'.",
                        type=BELGIF + "input-validation:requiredInput",
                        title="Input is required",
                    )
                    for name in missing
                ],
            )
