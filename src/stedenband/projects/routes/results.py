"""/exchangeProjects/{exchangeProjectId}/results, /indicators and /periods."""

from typing import Any

from sqlalchemy import and_, func, or_

from stedenband.core.access import Permission
from stedenband.projects import rules
from stedenband.projects.models import INDICATOR_MEASURES, REPORT_LIFECYCLE, RESULT_TYPES, Indicator, Period, Result
from stedenband.projects.routes.exchange_projects import EXCHANGE_PROJECTS
from stedenband.projects.schemas import IndicatorSchema, PeriodSchema, PeriodTransitionSchema, ResultSchema
from stedenband.web import fields
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.search import by_words

POSITION = Sort("position", "position")
UPDATED_AT = Sort("updatedAt", "updated_at")


def of(noun: str, column: str) -> Filter:
    """Return the filter by the record that one belongs to; one that is not seen has none that are."""
    return Filter(
        noun,
        fields.Key(f"The {noun}: its id.", example=fields.EXAMPLE_ID),
        lambda model, keys: getattr(model, column) == func.any(keys),
        many=True,
    )


def for_sides(condition: Any) -> Any:
    """Return a filter's clause on what only both sides of the link read: the public finds nothing by it."""
    return lambda period, value: and_(
        or_(period.seen_as_city(period), period.seen_as_member(period)), condition(period, value)
    )


def is_due(period: Any, wanted: Any) -> Any:
    """Tell which periods have ended without a report that is pending or approved."""
    ended = and_(period.end_date < func.current_date(), period.status.not_in(("pending", "approved")))
    return ended == wanted


RESULTS = Resource(
    name="results",
    noun="result",
    model=Result,
    schema=ResultSchema,
    title="label",
    parent=EXCHANGE_PROJECTS,
    permissions={
        "read": Permission.RESULTS_READ,
        "create": Permission.RESULTS_CREATE,
        "update": Permission.RESULTS_UPDATE,
        "delete": Permission.RESULTS_DELETE,
    },
    filters=(
        by_words("find_results"),
        Filter(
            "type",
            fields.Code("Type (IATI codelist ResultType).", RESULT_TYPES),
            lambda result, types: result.type == func.any(types),
            many=True,
        ),
    ),
    sorts=(POSITION, UPDATED_AT),
    default_sort=("position",),
    rules=Rules(rules.create_result, rules.change_result, rules.delete_result),
)

INDICATORS = Resource(
    name="indicators",
    noun="indicator",
    model=Indicator,
    schema=IndicatorSchema,
    title="label",
    parent=EXCHANGE_PROJECTS,
    permissions={
        "read": Permission.INDICATORS_READ,
        "create": Permission.INDICATORS_CREATE,
        "update": Permission.INDICATORS_UPDATE,
        "delete": Permission.INDICATORS_DELETE,
    },
    filters=(
        by_words("find_indicators"),
        of("result", "result_id"),
        Filter(
            "measure",
            fields.Code("Measure (IATI codelist IndicatorMeasure).", INDICATOR_MEASURES),
            lambda indicator, measures: indicator.measure == func.any(measures),
            many=True,
        ),
    ),
    sorts=(POSITION, UPDATED_AT),
    default_sort=("position",),
    rules=Rules(rules.create_indicator, rules.change_indicator, rules.delete_indicator),
)

PERIODS = Resource(
    name="periods",
    noun="period",
    model=Period,
    schema=PeriodSchema,
    parent=EXCHANGE_PROJECTS,
    permissions={
        "read": Permission.PERIODS_READ,
        "create": Permission.PERIODS_CREATE,
        "update": Permission.PERIODS_UPDATE,
        "delete": Permission.PERIODS_DELETE,
        "move": Permission.PERIODS_REPORT,
    },
    filters=(
        by_words("find_indicators", "indicator_id"),
        of("indicator", "indicator_id"),
        Filter(
            "status",
            fields.Code("State of the report.", REPORT_LIFECYCLE.states, example="pending"),
            for_sides(lambda period, states: period.status == func.any(states)),
            many=True,
        ),
        Filter(
            "locked",
            fields.Flag("Whether it is locked.", example=False),
            for_sides(lambda period, wanted: period.locked == wanted),
        ),
        Filter(
            "due",
            fields.Flag("Whether it has ended and nothing is pending or approved.", example=True),
            for_sides(is_due),
        ),
        Filter(
            "endDateFrom",
            fields.Date("Ends on or after.", example="2024-01-01"),
            lambda period, day: period.end_date >= day,
        ),
        Filter(
            "endDateTo",
            fields.Date("Ends on or before.", example="2026-12-31"),
            lambda period, day: period.end_date <= day,
        ),
    ),
    sorts=(Sort("startDate", "start_date"), Sort("endDate", "end_date"), UPDATED_AT),
    default_sort=("startDate",),
    lifecycle=REPORT_LIFECYCLE,
    transition=PeriodTransitionSchema,
    rules=Rules(rules.create_period, rules.change_period, rules.delete_period, rules.move_period),
)
