"""Declared state machines: states, moves, and what a move demands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stedenband.core.errors import BELGIF, INCORRECT, BadRequest, Conflict, Issue
from stedenband.core.words import say


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
            raise Conflict(
                say(
                    "A record that is '{state}' cannot become '{to}'. Moves open from here: {allowed}.",
                    state=state,
                    to=to,
                    allowed=", ".join(self.moves[state]) or say("none: it is final"),
                )
            )
        missing = [name for name in self.demands.get(to, ()) if not given.get(name)]
        if missing:
            raise BadRequest(
                INCORRECT,
                issues=[
                    Issue(
                        "body",
                        name,
                        say("To become '{to}' a record needs '{name}'.", to=to, name=name),
                        type=BELGIF + "input-validation:requiredInput",
                        title=say("Input is required"),
                    )
                    for name in missing
                ],
            )
