"""iCalendar (RFC 5545): days that a phone subscribes to; the library writes the lines, escapes and folds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

PRODUCT = "-//stedenband//EN"


@dataclass(frozen=True)
class Day:
    """An entry for a whole day; its `uid` never changes, so that a phone changes an entry instead of adding one."""

    uid: str
    on: date
    summary: str
    url: str
    category: str
    changed_at: datetime


def calendar(name: str, days: Iterable[Day]) -> bytes:
    """Return a calendar; the same days give the same bytes."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    for day in days:
        event = Event()
        event.add("uid", day.uid)
        event.add("dtstamp", day.changed_at)
        event.add("dtstart", day.on)
        event.add("dtend", day.on + timedelta(days=1))
        event.add("summary", day.summary)
        event.add("url", day.url)
        event.add("categories", [day.category])
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())
