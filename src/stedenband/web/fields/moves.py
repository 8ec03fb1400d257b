"""The moves that are open along a lifecycle."""

from typing import Any

from stedenband.core.lifecycle import Lifecycle
from stedenband.web.fields.base import Field


class Moves(Field):
    """Where a record may go from its state, and what entering demands; only on the single resource.

    Sent to staff of the owner city whose role and key allow to move the record.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        """Give the lifecycle; the state stands in the attribute `status`."""
        super().__init__(
            "The moves open to the caller: the state to enter, and the properties that entering it demands.",
            dump_only=True,
            audience="city",
            example=open_moves(lifecycle, lifecycle.initial),
        )
        self.lifecycle = lifecycle

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_: Any) -> Any:
        """Return the moves from the state of `obj`."""
        return open_moves(self.lifecycle, obj.status)

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
