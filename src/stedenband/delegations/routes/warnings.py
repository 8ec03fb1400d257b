"""`GET /delegations/{delegationId}/warnings`: what is to be known before it travels, for those who keep it up."""

from functools import cache
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy import Uuid, bindparam

from stedenband.core.access import Relation
from stedenband.core.errors import MissingPermission
from stedenband.core.finished import finished
from stedenband.core.words import say
from stedenband.delegations.rules.warnings import Warned, facts_of, told_by
from stedenband.web.catalogs import translated
from stedenband.web.conditional import reply, tag
from stedenband.web.guard import visit
from stedenband.web.language import label, spoken
from stedenband.web.links import base_address
from stedenband.web.listing import page_address
from stedenband.web.problems import not_found


def read_warnings(**ids: UUID) -> Response:
    """Return the warnings; 404 when the delegation is missing or unseen, 403 for those who do not prepare it."""
    rows = visit().rows(_statement(), {"id": ids["delegationId"]}, named=True)
    if not rows:
        raise not_found()
    if rows[0].relation == Relation.READER.value:
        raise MissingPermission(say("Only both sides of the link see what is to be known of a delegation in advance."))
    language = spoken()
    warnings = [_item(each, language) for each in told_by(rows, language)]
    body = orjson.dumps({"self": page_address({}), "warnings": warnings})
    return label(reply(body, tag(body)))


def _item(warned: Warned, language: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "kind": warned.kind,
        "name": warned.name,
        "detail": translated(warned.detail, language),
        "blocking": warned.blocking,
        "date": warned.day,
    }
    if warned.delegation:
        key, title = warned.delegation
        item["delegation"] = {"href": f"{base_address()}/delegations/{key}", "id": key, "title": title}
    return item


@cache
def _statement() -> str:
    """`id` -> the facts."""
    return finished(facts_of(bindparam("id", type_=Uuid())))
