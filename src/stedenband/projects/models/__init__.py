"""Exchange projects and their parts, as they are stored."""

from stedenband.projects.models.award import Juror, Nomination
from stedenband.projects.models.classification import (
    SECTOR_VOCABULARIES,
    SIGNIFICANCES,
    ProjectMarker,
    ProjectSdgGoal,
    ProjectSdgTarget,
    ProjectSector,
    ProjectTheme,
)
from stedenband.projects.models.exchange_project import (
    PROJECT_KINDS,
    PROJECT_LIFECYCLE,
    ExchangeProject,
    ProjectDecision,
    ProjectMove,
)
from stedenband.projects.models.figures import DECIMAL, DIMENSION, LONGEST_FIGURE, MOST_PARTS, QUALITATIVE
from stedenband.projects.models.indicators import INDICATOR_MEASURES, Indicator
from stedenband.projects.models.participation import (
    ORGANISATION_ROLES,
    POPULATION_LAYERS,
    ParticipatingOrganization,
    Participation,
)
from stedenband.projects.models.period_figures import FIGURE_KINDS, PeriodFigure
from stedenband.projects.models.periods import (
    ACT_MODES,
    ACT_OUTCOMES,
    MOST_ACTS,
    PERIOD_ACTS,
    REPORT_LIFECYCLE,
    Period,
)
from stedenband.projects.models.results import RESULT_TYPES, Result

__all__ = [
    "ACT_MODES",
    "ACT_OUTCOMES",
    "DECIMAL",
    "DIMENSION",
    "FIGURE_KINDS",
    "INDICATOR_MEASURES",
    "LONGEST_FIGURE",
    "MOST_ACTS",
    "MOST_PARTS",
    "ORGANISATION_ROLES",
    "PERIOD_ACTS",
    "POPULATION_LAYERS",
    "PROJECT_KINDS",
    "PROJECT_LIFECYCLE",
    "QUALITATIVE",
    "REPORT_LIFECYCLE",
    "RESULT_TYPES",
    "SECTOR_VOCABULARIES",
    "SIGNIFICANCES",
    "ExchangeProject",
    "Indicator",
    "Juror",
    "Nomination",
    "ParticipatingOrganization",
    "Participation",
    "Period",
    "PeriodFigure",
    "ProjectDecision",
    "ProjectMarker",
    "ProjectMove",
    "ProjectSdgGoal",
    "ProjectSdgTarget",
    "ProjectSector",
    "ProjectTheme",
    "Result",
]
