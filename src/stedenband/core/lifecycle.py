"""Declared state machines: states, moves, and what a move demands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stedenband.core.access import Actor, Permission
from stedenband.core.errors import INCORRECT, BadRequest, Conflict, Issue
from stedenband.core.words import say


@dataclass(frozen=True, slots=True)
class Transition:
    """A move that is asked for: the state to enter, and what is said of it (decision, reason, …)."""

    to: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A state machine: `moves` maps a state to those it may go to, `demands` a state to what entering it requires.

    The owner city moves a record; a member of its link too, to the states of `either_side`. `permissions` names for a
    state what entering it takes beyond the right to move records.
    """

    initial: str
    moves: Mapping[str, tuple[str, ...]]
    demands: Mapping[str, tuple[str, ...]]
    either_side: frozenset[str] = frozenset()
    permissions: Mapping[str, Permission] = field(default_factory=dict)

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order they were declared."""
        return tuple(self.moves)

    def open_to(self, actor: Actor, move: Permission) -> frozenset[str]:
        """Return the states that role and key let an actor enter; `move` is the right to move a record at all."""
        return frozenset(
            state
            for state in self.states
            if actor.may(move) and (state not in self.permissions or actor.may(self.permissions[state]))
        )

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
                        "requiredInput",
                    )
                    for name in missing
                ],
            )
