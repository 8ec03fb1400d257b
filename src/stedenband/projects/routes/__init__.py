"""Exchange projects over HTTP: /exchangeProjects."""

from stedenband.core.access import Permission
from stedenband.projects.models import (
    ACT_MODES,
    ACT_OUTCOMES,
    FIGURE_KINDS,
    PERIOD_ACTS,
    POPULATION_LAYERS,
    PROJECT_KINDS,
    PROJECT_LIFECYCLE,
    REPORT_LIFECYCLE,
)
from stedenband.projects.routes.acts import act_on_periods
from stedenband.projects.routes.exchange_projects import EXCHANGE_PROJECTS
from stedenband.projects.routes.results import INDICATORS, PERIODS, RESULTS
from stedenband.projects.routes.series import read_series
from stedenband.projects.schemas import PeriodActsRequestSchema, PeriodActsSchema, SeriesQuery, SeriesSchema
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.mount import mount

RESOURCES = (EXCHANGE_PROJECTS, RESULTS, INDICATORS, PERIODS)
CODE_LISTS = {
    "actModes": ACT_MODES,
    "actOutcomes": ACT_OUTCOMES,
    "figureKinds": FIGURE_KINDS,
    "periodActs": PERIOD_ACTS,
    "reportStatuses": REPORT_LIFECYCLE.states,
    "populationLayers": POPULATION_LAYERS,
    "projectKinds": PROJECT_KINDS,
    "projectStatuses": PROJECT_LIFECYCLE.states,
}

blueprint = StrictBlueprint("projects", __name__, url_prefix="/v1", description="Exchange projects")
for resource in RESOURCES:
    mount(blueprint, resource)

declare(
    blueprint,
    f"{PERIODS.path}/acts",
    "POST",
    "act_on_periods",
    Permission.PERIODS_APPROVE,
    act_on_periods,
    summary="Approve, return, lock or unlock many periods",
    body=PeriodActsRequestSchema,
    returns=PeriodActsSchema,
    facts={"status": 200},
)
declare(
    blueprint,
    f"{INDICATORS.path}/<uuid:indicatorId>/series",
    "GET",
    "read_series",
    Permission.INDICATORS_READ,
    read_series,
    summary="Read the series of an indicator as it was on a day",
    query=SeriesQuery,
    returns=SeriesSchema,
)
