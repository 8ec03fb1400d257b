"""The rules of delegations; those between rows and concurrent writers stand in the database."""

from stedenband.delegations.rules.delegations import (
    change_delegation,
    create_delegation,
    delete_delegation,
    move_delegation,
)
from stedenband.delegations.rules.program import change_program_item, create_program_item, delete_program_item

__all__ = [
    "change_delegation",
    "change_program_item",
    "create_delegation",
    "create_program_item",
    "delete_delegation",
    "delete_program_item",
    "move_delegation",
]
