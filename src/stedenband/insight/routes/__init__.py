"""What is asked of several resources at once: the search, statistics, and reminders."""

from flask_smorest import Blueprint

from stedenband.core.access import Permission
from stedenband.insight.routes.reminders import CALENDAR, read_reminders
from stedenband.insight.routes.search import search_in
from stedenband.insight.routes.statistics import count_projects
from stedenband.insight.schemas import (
    REMINDER_KINDS,
    ProjectStatisticsSchema,
    RemindersQuery,
    RemindersSchema,
    SearchSchema,
    search_query,
    statistics_query,
)
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.listing import filter_fields
from stedenband.web.resource import Resource

CODE_LISTS = {"reminderKinds": REMINDER_KINDS}


def blueprint(resources: tuple[Resource, ...]) -> Blueprint:
    """Return the routes: the search over those resources that have words of their own, statistics, reminders."""
    made = StrictBlueprint("insight", __name__, url_prefix="/v1", description="Search, statistics and reminders")
    named = {each.name: each for each in resources}
    searched = {name: each for name, each in named.items() if "q" in each.filter_named and each.has_words}
    projects = named["exchangeProjects"]
    declare(
        made,
        "/search",
        "GET",
        "search",
        Permission.SEARCH_READ,
        search_in(searched),
        summary="Look for words in everything that the caller sees, except contacts",
        query=search_query(tuple(searched)),
        returns=SearchSchema,
    )
    declare(
        made,
        "/statistics/exchangeProjects",
        "GET",
        "count_exchange_projects",
        Permission.EXCHANGE_PROJECTS_READ,
        count_projects(projects),
        summary="Count the exchange projects that the caller sees, by group and over any period",
        query=statistics_query(filter_fields(projects)),
        returns=ProjectStatisticsSchema,
    )
    declare(
        made,
        "/reminders",
        "GET",
        "read_reminders",
        Permission.REMINDERS_READ,
        read_reminders,
        summary="Read what has to be done by a day",
        query=RemindersQuery,
        returns=RemindersSchema,
        offers=(CALENDAR,),
    )
    return made
