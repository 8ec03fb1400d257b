"""`GET /statistics/exchangeProjects`: counts by group, in one statement, of nothing but what the caller sees.

What two cities share, both see, so both get the same figures for it.
"""

from functools import lru_cache
from typing import Any

import orjson
from flask import Response
from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from stedenband.cities.models import CityLinkMember, PartnerCity
from stedenband.core.errors import BadRequest
from stedenband.core.finished import finished
from stedenband.core.words import Rule, say
from stedenband.policy.models import PolicyAction, PolicyGoal
from stedenband.projects.models import ExchangeProject, ProjectSdgGoal, ProjectSector, ProjectTheme
from stedenband.web.conditional import reply, tag
from stedenband.web.declare import View
from stedenband.web.guard import visit
from stedenband.web.links import base_address
from stedenband.web.listing import page_address
from stedenband.web.resource import Resource
from stedenband.web.sqljson import json_object
from stedenband.web.statements import bound

KEPT_STATEMENTS = 256
FROM, TO = (bindparam(name, type_=Date()) for name in ("activeFrom", "activeTo"))
CODES: dict[str, Any] = {"theme": ProjectTheme, "sdgGoal": ProjectSdgGoal, "sector": ProjectSector}


def count_projects(projects: Resource) -> View:
    """Return the view that counts the records of `projects`; it has the filters of their list."""

    def view(query: dict[str, Any]) -> Response:
        grouping = query.pop("groupBy")
        if "activeFrom" in query and "activeTo" in query and query["activeFrom"] > query["activeTo"]:
            raise BadRequest.at("query", "activeTo", Rule(say("Give a day that is not before activeFrom.")))
        made = statement(projects, grouping, frozenset(query), base_address())
        counted = visit().rows(made, query)[0][0].encode()
        head = orjson.dumps({"self": page_address({}), "groupBy": grouping})
        body = head[:-1] + b"," + counted[1:]
        return reply(body, tag(body))

    return view


@lru_cache(KEPT_STATEMENTS)
def statement(projects: Resource, grouping: str, given: frozenset[str], base: str) -> str:
    """Values of what is `given` (filters, and the ends of the period) -> the document, but for how it begins."""
    clauses = [each.clause(ExchangeProject, bound(each)) for each in projects.filters if each.name in given]
    model = ExchangeProject
    columns = (model.id, model.status, model.start_date, model.end_date, model.policy_action_id, model.city_link_id)
    matched = select(*columns).where(*clauses, *_active(given)).cte("matched")
    grouped = _grouped(matched, grouping, given, base).cte("grouped")
    named = (grouped.c.key, grouped.c.href, grouped.c.title)
    counted = select(*named, func.count().label("count")).group_by(*named).subquery("counted")
    record = [("href", counted.c.href), ("id", counted.c.key), ("title", counted.c.title)]
    group = [
        ("key", counted.c.key),
        ("record", case((counted.c.href.is_not(None), json_object(record)))),
        ("count", counted.c.count),
    ]
    groups = select(
        func.coalesce(
            func.json_agg(aggregate_order_by(json_object(group), counted.c.key)), literal_column("'[]'::json")
        )
    )
    outside = matched.c.id.not_in(select(grouped.c.id))
    document = [
        ("total", select(func.count()).select_from(matched).scalar_subquery()),
        ("ungrouped", select(func.count()).select_from(matched).where(outside).scalar_subquery()),
        ("groups", groups.scalar_subquery()),
    ]
    return finished(select(cast(json_object(document), Text)))


def _active(given: frozenset[str]) -> list[ColumnElement[bool]]:
    """Return the conditions: begun by the end of the period, not ended before it begins."""
    conditions: list[ColumnElement[bool]] = []
    if "activeTo" in given:
        conditions.append(ExchangeProject.start_date <= TO)
    if "activeFrom" in given:
        conditions.append(or_(ExchangeProject.end_date.is_(None), ExchangeProject.end_date >= FROM))
    return conditions


def _grouped(matched: CTE, grouping: str, given: frozenset[str], base: str) -> Select[Any]:
    """Return a row per project and group it stands in: id, key, and address and title of the record it is about."""
    match grouping:
        case "year":
            return _rows(matched, cast(_years(matched, given), Text))
        case "status":
            return _rows(matched, matched.c.status)
        case "policyGoal":
            goal, action = PolicyGoal, PolicyAction
            address = _address(base, "/policyPlans/", goal.policy_plan_id, "/goals/", goal.id)
            return (
                _rows(matched, cast(goal.id, Text), address, goal.label)
                .join(action, action.id == matched.c.policy_action_id)
                .join(goal, goal.id == action.policy_goal_id)
            )
        case "partnerCity":
            city = PartnerCity
            address = _address(base, "/partnerCities/", city.id)
            return (
                _rows(matched, cast(city.id, Text), address, city.name)
                .join(CityLinkMember, CityLinkMember.city_link_id == matched.c.city_link_id)
                .join(city, city.id == CityLinkMember.partner_city_id)
            )
        case _:
            part = CODES[grouping]
            return _rows(matched, part.code).join(part, part.exchange_project_id == matched.c.id)


def _rows(matched: CTE, key: Any, href: Any = None, title: Any = None) -> Select[Any]:
    href = cast(null(), Text) if href is None else href
    title = cast(null(), Text) if title is None else title
    columns = (matched.c.id, key.label("key"), href.label("href"), title.label("title"))
    return select(*columns).select_from(matched)


def _address(base: str, *pieces: Any) -> ColumnElement[Any]:
    """Return an address made of texts and columns."""
    return func.concat(base, *(piece if isinstance(piece, str) else cast(piece, Text) for piece in pieces))


def _years(matched: CTE, given: frozenset[str]) -> Any:
    """Return the years of the period in which a project was active; one without an end still is, or will be."""
    begins = matched.c.start_date
    ends = func.coalesce(matched.c.end_date, func.greatest(func.current_date(), begins))
    first = func.greatest(begins, FROM) if "activeFrom" in given else begins
    last = func.least(ends, TO) if "activeTo" in given else ends
    years = func.generate_series(*(cast(extract("year", day), Integer) for day in (first, last)))
    return years.column_valued("year")
