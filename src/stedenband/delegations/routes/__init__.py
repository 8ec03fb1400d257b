"""Delegations over HTTP: /delegations, and the program of each."""

from typing import Any

from sqlalchemy import func, select

from stedenband.cities.models import TRAVEL_WARNINGS, CityLink, PartnerCity
from stedenband.core.access import Permission, Relation
from stedenband.delegations import rules
from stedenband.delegations.models import (
    BASES,
    CAPACITIES,
    CHECKLIST_STATES,
    DELEGATION_LIFECYCLE,
    DIRECTIONS,
    GIFT_DIRECTIONS,
    PAYERS,
    TRAVEL_MODES,
    Delegation,
    DelegationProject,
    ProgramItem,
)
from stedenband.delegations.routes.factors import read_factors
from stedenband.delegations.routes.warnings import read_warnings
from stedenband.delegations.schemas import (
    CALENDAR,
    PROGRAM,
    REPORT_PAGE,
    REPORT_PRINT,
    DelegationSchema,
    DelegationTransitionSchema,
    EmissionFactorsSchema,
    ProgramItemSchema,
    WarningsSchema,
)
from stedenband.projects.models import ExchangeProject
from stedenband.web import fields
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.mount import mount
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.search import by_words


def seen(kind: Any, keys: Any) -> Any:
    """Return those of `keys` whose records the caller sees: by a hidden one nothing is found."""
    return select(kind.id).where(kind.id == func.any(keys))


def with_city(delegation: Any, keys: Any) -> Any:
    """Return the clause: one of these cities travels or receives."""
    cities = seen(PartnerCity, keys)
    return delegation.origin_city_id.in_(cities) | delegation.host_city_id.in_(cities)


def about(delegation: Any, keys: Any) -> Any:
    """Return the clause: the delegation is about one of these projects, as far as the caller sees them."""
    named = select(DelegationProject.delegation_id).where(
        DelegationProject.exchange_project_id.in_(seen(ExchangeProject, keys))
    )
    return delegation.id.in_(named)


def report_due(delegation: Any, wanted: Any) -> Any:
    """Tell which delegations are back and have no report yet."""
    return (delegation.status == "returned") == wanted


def overdue(delegation: Any, wanted: Any) -> Any:
    """Tell which reports should have been there before today."""
    return (
        func.coalesce((delegation.status == "returned") & (delegation.report_due < func.current_date()), False)
        == wanted
    )


DELEGATIONS = Resource(
    name="delegations",
    noun="delegation",
    model=Delegation,
    schema=DelegationSchema,
    permissions={
        "read": Permission.DELEGATIONS_READ,
        "create": Permission.DELEGATIONS_CREATE,
        "update": Permission.DELEGATIONS_UPDATE,
        "delete": Permission.DELEGATIONS_DELETE,
        "move": Permission.DELEGATIONS_MOVE,
    },
    filters=(
        by_words("find_delegations"),
        Filter(
            "status",
            fields.Code("State.", DELEGATION_LIFECYCLE.states),
            lambda delegation, states: delegation.status == func.any(states),
            many=True,
        ),
        Filter(
            "direction",
            fields.Code("Direction, as the owner sees it.", DIRECTIONS),
            lambda delegation, ways: delegation.direction == func.any(ways),
            many=True,
        ),
        Filter(
            "cityLink",
            fields.Key("The link: its id.", example=fields.EXAMPLE_ID),
            lambda delegation, keys: delegation.city_link_id.in_(seen(CityLink, keys)),
            many=True,
        ),
        Filter(
            "partnerCity",
            fields.Key("The city that travels or receives: its id.", example=fields.EXAMPLE_ID),
            with_city,
            many=True,
        ),
        Filter("exchangeProject", fields.Key("The project: its id.", example=fields.EXAMPLE_ID), about, many=True),
        Filter(
            "arrivalFrom",
            fields.Date("Arrives on or after.", example="2018-01-01"),
            lambda delegation, day: delegation.arrival >= day,
        ),
        Filter(
            "arrivalTo",
            fields.Date("Arrives on or before.", example="2026-12-31"),
            lambda delegation, day: delegation.arrival <= day,
        ),
        Filter("reportDue", fields.Flag("Whether it is back and has no report yet.", example=True), report_due),
        Filter("overdue", fields.Flag("Whether its report should have been there.", example=True), overdue),
    ),
    sorts=(
        Sort("arrival", "arrival", nullable=True),
        Sort("title", "title_sort"),
        Sort("status", "status"),
        Sort("reportDue", "report_due", nullable=True),
        Sort("updatedAt", "updated_at"),
    ),
    default_sort=("arrival",),
    lifecycle=DELEGATION_LIFECYCLE,
    transition=DelegationTransitionSchema,
    rules=Rules(rules.create_delegation, rules.change_delegation, rules.delete_delegation, rules.move_delegation),
    formats=(CALENDAR, REPORT_PAGE, REPORT_PRINT),
)

PROGRAM_ITEMS = Resource(
    name="programItems",
    noun="program item",
    model=ProgramItem,
    schema=ProgramItemSchema,
    parent=DELEGATIONS,
    permissions={
        "read": Permission.PROGRAM_ITEMS_READ,
        "create": Permission.PROGRAM_ITEMS_CREATE,
        "update": Permission.PROGRAM_ITEMS_UPDATE,
        "delete": Permission.PROGRAM_ITEMS_DELETE,
    },
    added_by=(Relation.OWNER, Relation.MEMBER),
    filters=(
        by_words("find_program_items"),
        Filter(
            "cancelled",
            fields.Flag("Whether it does not take place.", example=False),
            lambda item, wanted: item.cancelled == wanted,
        ),
    ),
    sorts=(Sort("start", "starts_at"), Sort("updatedAt", "updated_at")),
    default_sort=("start",),
    rules=Rules(rules.create_program_item, rules.change_program_item, rules.delete_program_item),
    formats=(PROGRAM,),
)

RESOURCES = (DELEGATIONS, PROGRAM_ITEMS)
CODE_LISTS = {
    "checklistStates": CHECKLIST_STATES,
    "delegationDirections": DIRECTIONS,
    "delegationStatuses": DELEGATION_LIFECYCLE.states,
    "delegationWarnings": TRAVEL_WARNINGS,
    "emissionBases": BASES,
    "giftDirections": GIFT_DIRECTIONS,
    "participantCapacities": CAPACITIES,
    "participantPayers": PAYERS,
    "travelModes": TRAVEL_MODES,
}

blueprint = StrictBlueprint("delegations", __name__, url_prefix="/v1", description="Delegations")
for resource in RESOURCES:
    mount(blueprint, resource)
declare(
    blueprint,
    f"{DELEGATIONS.path}/<uuid:delegationId>/warnings",
    "GET",
    "read_warnings",
    Permission.DELEGATIONS_UPDATE,
    read_warnings,
    summary="Read what is to be known before a delegation travels",
    returns=WarningsSchema,
)
declare(
    blueprint,
    "/emissionFactors",
    "GET",
    "list_emission_factors",
    Permission.DELEGATIONS_READ,
    read_factors,
    summary="List the factors by which emissions of travel are reckoned",
    returns=EmissionFactorsSchema,
)
