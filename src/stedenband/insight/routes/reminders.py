"""`GET /reminders`: what the caller's city has to do by a day, in one statement, as a list and as a calendar."""

from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson
from flask import Response

from stedenband.insight.models import REMINDER_KINDS
from stedenband.insight.schemas import MOST_REMINDERS, RemindersSchema
from stedenband.insight.statements.entries import event, permitted
from stedenband.insight.statements.reminders import BEGINNING, reminder, reminders_of
from stedenband.web.conditional import reply, tag
from stedenband.web.exports import answer_page
from stedenband.web.formats.icalendar import calendar
from stedenband.web.formats.table import ICALENDAR, Representation, Subject
from stedenband.web.guard import caller, visit
from stedenband.web.language import spoken
from stedenband.web.links import base_address
from stedenband.web.listing import page_address
from stedenband.web.negotiation import chosen


def read_reminders(query: dict[str, Any]) -> Response:
    """Return the reminders; a calendar has no room for saying that there are more."""
    found, complete = reminders(query.get("kind", REMINDER_KINDS), query["ahead"], spoken())
    document = {"self": page_address({}), "reminders": found, "complete": complete}
    if wanted := chosen():
        return answer_page(Subject("reminders", RemindersSchema, page_address({})), wanted, [document], None)
    body = orjson.dumps(document)
    return reply(body, tag(body))


def reminders(kinds: Iterable[str], ahead: int, language: str) -> tuple[list[dict[str, Any]], bool]:
    """Return what is to be done within `ahead` days, and whether that is all of it."""
    asked = permitted(kinds, caller())
    values = {"ahead": ahead, "limit": MOST_REMINDERS + 1, "lang": language, **BEGINNING}
    rows = visit().rows(reminders_of(asked, base_address()), values, named=True) if asked else []
    return [reminder(row, language) for row in rows[:MOST_REMINDERS]], len(rows) <= MOST_REMINDERS


def write_calendar(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write an entry per reminder of the document."""
    items = (each for document in documents for each in orjson.loads(document)["reminders"])
    out.write(calendar(subject.name, map(event, items)))


CALENDAR = Representation(ICALENDAR, write_calendar)
