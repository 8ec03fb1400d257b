"""Results of three demo projects: invented figures, marked as demo, with the years in which they were known.

The last period of each is open, so that the partner can report on it.
"""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from stedenband.projects.models import ExchangeProject, Indicator, Period, PeriodFigure, Result

INVENTED = {"en": "Demo: invented figures.", "nl": "Demo: verzonnen cijfers.", "fr": "Démo : chiffres inventés."}
REVISED = "Demo: a second depot takes part."
GENK, FRANCISTOWN = "Demo: North-South office of Genk", "Demo: coordinator in Francistown"


class Year(NamedTuple):
    """The target of a year, the approved figure where there is one, and the target that it had before."""

    target: str
    actual: str | None = None
    before: str | None = None


RESULTS: tuple[dict[str, Any], ...] = (
    {
        "project": "Waste collection in Francistown (demo)",
        "result": {"en": "More waste is sorted (demo)", "nl": "Meer afval wordt gesorteerd (demo)"},
        "type": "2",
        "indicator": {"en": "Waste that is sorted (demo)", "nl": "Gesorteerd afval (demo)"},
        "measure": "1",
        "unit": "tonnes",
        "baseline": (2019, "0"),
        "years": {
            2021: Year("50", "42.5"),
            2022: Year("80", "77.25"),
            2023: Year("120", "131", before="100"),
            2024: Year("150", "148.5"),
            2025: Year("180"),
        },
    },
    {
        "project": "Women in local politics (demo)",
        "result": {"en": "Women stand for the council (demo)", "nl": "Vrouwen stellen zich kandidaat (demo)"},
        "type": "3",
        "indicator": {"en": "Women among candidates (demo)", "nl": "Vrouwen onder de kandidaten (demo)"},
        "measure": "2",
        "unit": None,
        "baseline": (2019, "18"),
        "years": {2022: Year("25", "24.5"), 2023: Year("30", "31.75"), 2024: Year("35")},
    },
    {
        "project": "Young people start enterprises (demo)",
        "result": {"en": "Young people know how to start (demo)", "nl": "Jongeren weten hoe te beginnen (demo)"},
        "type": "1",
        "indicator": {"en": "Young people trained (demo)", "nl": "Opgeleide jongeren (demo)"},
        "measure": "1",
        "unit": "people",
        "baseline": (2021, "0"),
        "years": {2022: Year("40", "36"), 2023: Year("60", "64"), 2024: Year("60", "58"), 2025: Year("60")},
    },
)


def fill(session: Session) -> None:
    """Add results to the demo projects, and say when each figure was known."""
    for known in RESULTS:
        project = session.scalars(select(ExchangeProject).filter_by(title=known["project"])).one()
        result = Result(exchange_project_id=project.id, type=known["type"], title=known["result"], position=1)
        session.add(result)
        session.flush()
        year, value = known["baseline"]
        indicator = Indicator(
            exchange_project_id=project.id,
            result_id=result.id,
            measure=known["measure"],
            title=known["indicator"],
            description=INVENTED,
            unit=known["unit"],
            baseline_year=year,
            baseline_value=value,
            dimensions=["sex"] if known["unit"] == "people" else [],
            position=1,
        )
        session.add(indicator)
        session.flush()
        for year, figures in known["years"].items():
            _period(session, indicator, year, figures)


def _period(session: Session, indicator: Indicator, year: int, figures: Year) -> None:
    """Add a year; its target was set when it began, revised in its middle, and the figure approved soon after it."""
    period = Period(
        exchange_project_id=indicator.exchange_project_id,
        indicator_id=indicator.id,
        measure=indicator.measure,
        start_date=date(year, 1, 1),
        end_date=date(year, 12, 31),
        target_value=figures.before or figures.target,
    )
    session.add(period)
    session.flush()
    _known(session, period.id, _on(year, 1), GENK)
    period.created_at = _on(year, 1)
    if figures.before:
        period.target_value, period.target_reason = figures.target, REVISED
        session.flush()
        _known(session, period.id, _on(year, 7), GENK)
    if figures.actual is None:
        period.locked = False
        return
    period.report_value, period.report_comment, period.status = figures.actual, INVENTED, "pending"
    period.reported_by, period.reported_at = FRANCISTOWN, _on(year + 1, 1)
    session.flush()
    _known(session, period.id, _on(year + 1, 1), FRANCISTOWN)
    period.status = "approved"
    period.actual_value, period.actual_comment, period.approved_at = figures.actual, INVENTED, _on(year + 1, 2)
    session.flush()
    _known(session, period.id, _on(year + 1, 2), GENK)


def _known(session: Session, period: UUID, moment: datetime, by: str) -> None:
    """Say when, and by whom, the figure was recorded that the database has just kept."""
    kept = select(PeriodFigure).filter_by(period_id=period, recorded_by=None)
    figure = session.scalars(kept).one()
    figure.recorded_at, figure.recorded_by = moment, by
    session.flush()


def _on(year: int, month: int) -> datetime:
    return datetime(year, month, 15, 9, 30, tzinfo=UTC)
