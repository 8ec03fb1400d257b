"""What is asked of several resources at once: the search, statistics, reminders, and calendars."""

from flask import Flask
from flask_smorest import Blueprint

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.config import Settings
from stedenband.core.access import Permission
from stedenband.insight.models import (
    DIGEST_OUTCOMES,
    DIGEST_REASONS,
    DIGEST_STATUSES,
    ENTRY_KINDS,
    ENTRY_STATUSES,
    REMINDER_KINDS,
)
from stedenband.insight.routes import calendars, digests, reminders
from stedenband.insight.routes.delegations import REGISTERS, read_figures, read_register
from stedenband.insight.routes.digests import DIGEST_SUBSCRIPTIONS, declare_digests
from stedenband.insight.routes.search import search_in
from stedenband.insight.routes.statistics import count_projects
from stedenband.insight.routes.subscriptions import CALENDAR_SUBSCRIPTIONS, declare_subscriptions
from stedenband.insight.schemas import (
    CalendarQuery,
    CalendarSchema,
    ProjectStatisticsSchema,
    RemindersQuery,
    RemindersSchema,
    SearchSchema,
    search_query,
    statistics_query,
)
from stedenband.insight.schemas.travel import (
    DelegationStatisticsQuery,
    DelegationStatisticsSchema,
    TravelQuery,
    TravelRegisterSchema,
)
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.listing import filter_fields
from stedenband.web.resource import Resource

RESOURCES = (CALENDAR_SUBSCRIPTIONS, DIGEST_SUBSCRIPTIONS)
CODE_LISTS = {
    "digestOutcomes": DIGEST_OUTCOMES,
    "digestReasons": DIGEST_REASONS,
    "digestStatuses": DIGEST_STATUSES,
    "entryKinds": ENTRY_KINDS,
    "entryStatuses": ENTRY_STATUSES,
    "reminderKinds": REMINDER_KINDS,
}


def install(app: Flask, settings: Settings) -> None:
    """Take subscriptions to e-mail where the settings name a mail server."""
    digests.install(app, settings)


def blueprint(resources: tuple[Resource, ...]) -> Blueprint:
    """Return the routes: the search over those resources that have words of their own, and what spans several."""
    made = StrictBlueprint(
        "insight", __name__, url_prefix="/v1", description="Search, statistics, reminders and calendars"
    )
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
        "/statistics/delegations",
        "GET",
        "count_delegations",
        Permission.DELEGATIONS_READ,
        read_figures,
        summary="Count the delegations that the caller sees: reciprocity, people, costs, emissions",
        query=DelegationStatisticsQuery,
        returns=DelegationStatisticsSchema,
    )
    declare(
        made,
        "/statistics/travel",
        "GET",
        "read_travel_register",
        Permission.DELEGATIONS_READ,
        read_register,
        summary="Read what cities traveled: trips, flights, kilometers, emissions and costs by year",
        query=TravelQuery,
        returns=TravelRegisterSchema,
        offers=REGISTERS,
    )
    declare(
        made,
        "/reminders",
        "GET",
        "read_reminders",
        Permission.REMINDERS_READ,
        reminders.read_reminders,
        summary="Read what has to be done by a day",
        query=RemindersQuery,
        returns=RemindersSchema,
        offers=(reminders.CALENDAR,),
    )
    for kind, path, key, permission, what in (
        (CityLink, "cityLinks", "cityLinkId", Permission.CITY_LINKS_READ, "a city link"),
        (PartnerCity, "partnerCities", "partnerCityId", Permission.PARTNER_CITIES_READ, "a city"),
    ):
        declare(
            made,
            f"/{path}/<uuid:{key}>/calendar",
            "GET",
            f"read_{kind.__tablename__}_calendar",
            permission,
            calendars.calendar_of(kind, key),
            summary=f"Read the calendar of {what}, as far as the caller sees what stands in it",
            query=CalendarQuery,
            returns=CalendarSchema,
            offers=(calendars.CALENDAR,),
        )
    declare_subscriptions(made)
    declare_digests(made)
    return made
