"""The moves that are open along a lifecycle."""

from typing import Any

from stedenband.core.lifecycle import Lifecycle
from stedenband.web.fields.base import Field


class Moves(Field):
    """Where a record may go from its state, and what entering demands; only on the single resource.

    Sent to staff of the owner city, and to a member of the link where it may make some, as far as role and key allow.
    """

    def __init__(self, lifecycle: Lifecycle, *, attribute: str | None = None) -> None:
        """Give the lifecycle, and the attribute with the state where that is not `status`."""
        super().__init__(
            "The moves open to the caller: the state to enter, and the properties that entering it demands.",
            dump_only=True,
            audience="link" if lifecycle.either_side else "city",
            attribute=attribute,
            example=open_moves(lifecycle, lifecycle.initial),
        )
        self.lifecycle = lifecycle

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """Return the moves from the state of `obj`."""
        state = getattr(obj, self.attribute or "status")
        return open_moves(self.lifecycle, state) if state else None

    def documented(self) -> dict[str, Any]:
        """Return an array of moves."""
        return {
            "type": "array",
            "items": {
                "title": "OpenMove",
                "type": "object",
                "description": "A move that is open.",
                "required": ["to", "demands"],
                "properties": {
                    "to": {
                        "type": "string",
                        "enum": list(self.lifecycle.states),
                        "description": "The state to enter.",
                    },
                    "demands": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "The properties that the transition must bring.",
                    },
                },
            },
        }


def open_moves(lifecycle: Lifecycle, state: str) -> list[dict[str, Any]]:
    """Return `[{to, demands}]` for a state."""
    return [{"to": to, "demands": list(lifecycle.demands.get(to, ()))} for to in lifecycle.moves[state]]
