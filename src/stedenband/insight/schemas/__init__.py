"""What search and statistics look like on the wire."""

from stedenband.insight.schemas.reminders import (
    MOST_REMINDERS,
    REMINDER_KINDS,
    ReminderSchema,
    RemindersQuery,
    RemindersSchema,
)
from stedenband.insight.schemas.search import SearchSchema, search_query
from stedenband.insight.schemas.statistics import GROUPINGS, ProjectStatisticsSchema, statistics_query

__all__ = [
    "GROUPINGS",
    "MOST_REMINDERS",
    "REMINDER_KINDS",
    "ProjectStatisticsSchema",
    "ReminderSchema",
    "RemindersQuery",
    "RemindersSchema",
    "SearchSchema",
    "search_query",
    "statistics_query",
]
