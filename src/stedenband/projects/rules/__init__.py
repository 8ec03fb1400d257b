"""The rules of exchange projects; those between concurrent writers stand in the database."""

from stedenband.projects.rules.acts import Outcome, act_on_periods
from stedenband.projects.rules.exchange_projects import change_project, create_project, delete_project, move_project
from stedenband.projects.rules.periods import change_period, create_period, delete_period, move_period
from stedenband.projects.rules.results import (
    change_indicator,
    change_result,
    create_indicator,
    create_result,
    delete_indicator,
    delete_result,
)

__all__ = [
    "Outcome",
    "act_on_periods",
    "change_indicator",
    "change_period",
    "change_project",
    "change_result",
    "create_indicator",
    "create_period",
    "create_project",
    "create_result",
    "delete_indicator",
    "delete_period",
    "delete_project",
    "delete_result",
    "move_period",
    "move_project",
]
