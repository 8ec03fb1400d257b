"""What search, statistics, reminders and calendars look like on the wire."""

from stedenband.insight.schemas.digests import DigestSubscriptionSchema
from stedenband.insight.schemas.entries import MOST_ENTRIES, CalendarQuery, CalendarSchema, EntrySchema
from stedenband.insight.schemas.reminders import (
    AHEAD,
    MOST_REMINDERS,
    ReminderSchema,
    RemindersQuery,
    RemindersSchema,
)
from stedenband.insight.schemas.search import SearchSchema, search_query
from stedenband.insight.schemas.statistics import GROUPINGS, ProjectStatisticsSchema, statistics_query
from stedenband.insight.schemas.subscriptions import CalendarSubscriptionSchema, IssuedCalendarSubscriptionSchema

__all__ = [
    "AHEAD",
    "GROUPINGS",
    "MOST_ENTRIES",
    "MOST_REMINDERS",
    "CalendarQuery",
    "CalendarSchema",
    "CalendarSubscriptionSchema",
    "DigestSubscriptionSchema",
    "EntrySchema",
    "IssuedCalendarSubscriptionSchema",
    "ProjectStatisticsSchema",
    "ReminderSchema",
    "RemindersQuery",
    "RemindersSchema",
    "SearchSchema",
    "search_query",
    "statistics_query",
]
