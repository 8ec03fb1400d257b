"""iCalendar (RFC 5545, RFC 7986): what a phone subscribes to; the library writes the lines, escapes and folds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

PRODUCT = "-//stedenband//EN"
REFRESH = timedelta(hours=12)
"""How often a program is asked to look again."""


@dataclass(frozen=True)
class Entry:
    """An entry of a calendar.

    Its `uid` never changes, so that a phone changes an entry instead of adding one; its `sequence` grows with every
    change. `status` is that of RFC 5545: CONFIRMED, TENTATIVE or CANCELLED.
    """

    uid: str
    summary: str
    url: str
    category: str
    status: str
    sequence: int
    changed_at: datetime
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class Day(Entry):
    """An entry for whole days, from `on` to `until`."""

    on: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Appointment(Entry):
    """An entry with times, which calendars show in the time zone of its place (a name of the IANA database)."""

    start: datetime
    end: datetime
    timezone: str


def calendar(name: str, entries: Iterable[Day | Appointment]) -> bytes:
    """Return a calendar with the time zones that it needs; the same entries give the same bytes."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT12H")
    for entry in entries:
        made.add_component(_event(entry))
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _event(entry: Day | Appointment) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("status", entry.status)
    if isinstance(entry, Day):
        event.add("dtstart", entry.on)
        event.add("dtend", entry.until + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        zone = ZoneInfo(entry.timezone)
        event.add("dtstart", entry.start.astimezone(zone))
        event.add("dtend", entry.end.astimezone(zone))
    event.add("summary", entry.summary)
    event.add("url", entry.url)
    event.add("categories", [entry.category])
    if entry.place:
        event.add("location", entry.place)
    return event
