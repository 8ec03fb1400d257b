"""What exchange projects look like on the wire."""

from stedenband.projects.schemas.acts import PeriodActsRequestSchema, PeriodActsSchema
from stedenband.projects.schemas.exchange_project import ExchangeProjectSchema, ProjectTransitionSchema
from stedenband.projects.schemas.periods import PeriodSchema, PeriodTransitionSchema
from stedenband.projects.schemas.results import IndicatorSchema, ResultSchema
from stedenband.projects.schemas.series import (
    HeldSchema,
    SeriesIndicatorSchema,
    SeriesPeriodSchema,
    SeriesQuery,
    SeriesSchema,
)

__all__ = [
    "ExchangeProjectSchema",
    "HeldSchema",
    "IndicatorSchema",
    "PeriodActsRequestSchema",
    "PeriodActsSchema",
    "PeriodSchema",
    "PeriodTransitionSchema",
    "ProjectTransitionSchema",
    "ResultSchema",
    "SeriesIndicatorSchema",
    "SeriesPeriodSchema",
    "SeriesQuery",
    "SeriesSchema",
]
