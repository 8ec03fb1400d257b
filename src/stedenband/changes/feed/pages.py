"""Pages of the feed and of what is listed like it, and the cursors between them."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import Response

from stedenband.core.errors import BadRequest, Gone, Place
from stedenband.core.words import Rule, say
from stedenband.web.conditional import reply, tag
from stedenband.web.exports import answer_page
from stedenband.web.formats.table import Subject
from stedenband.web.listing import page_address
from stedenband.web.negotiation import chosen
from stedenband.web.schema import Schema

CURSOR = re.compile(r"([0-9a-f-]{36})\.([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)
SEQUENCE = re.compile(r"[0-9]{1,18}", re.ASCII)
NEWEST = 2**63 - 1


def position(cursor: str | None, epoch: UUID, place: Place = "query") -> tuple[int, int]:
    """Return the transaction and the sequence of a cursor of the feed, which has to be of this epoch."""
    if cursor is None:
        return 0, 0
    found = CURSOR.fullmatch(cursor)
    if found is None:
        detail = say("Take the cursor from 'next' or 'cursor' of a page of this feed.")
        raise BadRequest.at(place, "after", Rule(detail))
    if found[1] != str(epoch):
        raise Gone(
            say("The feed started anew after a restore. Load the collections again, then follow it from its beginning.")
        )
    return int(found[2]), int(found[3])


def before(cursor: str | None) -> int:
    """Return the number before which a list goes on; none: the newest comes first."""
    if cursor is None:
        return NEWEST
    if not SEQUENCE.fullmatch(cursor):
        raise BadRequest.at("query", "after", Rule(say("Take the cursor from 'next' of a page of this list.")))
    return int(cursor)


def subject(schema: type[Schema], name: str = "changes") -> Subject:
    """Return what a page in another format than JSON is about."""
    return Subject(name, schema, page_address({}))


def page(
    about: Subject, items: list[dict[str, Any]], size: int, following: str | None, more: Mapping[str, Any]
) -> Response:
    """Return a page in the format that the caller asked for; `following` is the cursor of the next one."""
    if wanted := chosen():
        beyond = page_address({"after": following}) if following else None
        return answer_page(about, wanted, items, beyond)
    document = {
        "self": page_address({}),
        "items": items,
        "pageSize": size,
        **more,
        "first": page_address({"after": None}),
    }
    if following:
        document["next"] = page_address({"after": following})
    body = orjson.dumps(document)
    return reply(body, tag(body))
