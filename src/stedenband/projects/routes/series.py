"""`GET …/indicators/{indicatorId}/series`: targets and approved figures as they were on any day, in one statement."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy import bindparam, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import TIMESTAMP, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text, Uuid

from stedenband.core.finished import finished
from stedenband.projects.models import Indicator, Period, PeriodFigure
from stedenband.projects.schemas import HeldSchema, SeriesIndicatorSchema, SeriesPeriodSchema
from stedenband.web.conditional import reply, tag
from stedenband.web.guard import visit
from stedenband.web.language import kept
from stedenband.web.links import base_address
from stedenband.web.listing import page_address
from stedenband.web.problems import not_found
from stedenband.web.projection import Projection
from stedenband.web.sqljson import Writer, json_object, sight_of

FOR_EVER = date(9999, 12, 30)
KEPT = 8


def read_series(query: dict[str, Any], **ids: UUID) -> Response:
    """Return the series; 404 when the indicator is missing or unseen."""
    day = query.get("as_of")
    values = {
        "id": ids["indicatorId"],
        "parent": ids["exchangeProjectId"],
        "until": datetime.combine((day or FOR_EVER) + timedelta(days=1), time(), UTC),
        "lang": kept(),
    }
    rows = visit().rows(_statement(base_address(), one_language=kept() is not None), values)
    if not rows:
        raise not_found()
    indicator, periods = map(orjson.Fragment, rows[0])
    shown = {"asOf": day.isoformat()} if day else {}
    body = orjson.dumps({"self": page_address({}), **shown, "indicator": indicator, "periods": periods})
    return reply(body, tag(body))


@lru_cache(KEPT)
def _statement(base: str, *, one_language: bool) -> str:
    """`id`, `parent` and `until` -> the indicator and the array of its periods, as texts."""
    writer = Writer(base, Projection(one_language=one_language))
    period = writer.document(SeriesPeriodSchema, Period)
    item = json_object([*period.pairs, ("target", _held(writer, "target")), ("actual", _held(writer, "approved"))])
    made = Period.created_at < _until()
    periods = (
        select(func.json_agg(aggregate_order_by(item, Period.start_date, Period.id)))
        .where(Period.indicator_id == Indicator.id, made)
        .scalar_subquery()
    )
    return finished(
        select(
            cast(writer.document(SeriesIndicatorSchema, Indicator), Text),
            cast(func.coalesce(periods, literal_column("'[]'::json")), Text),
        ).where(
            Indicator.id == bindparam("id", type_=Uuid()),
            Indicator.exchange_project_id == bindparam("parent", type_=Uuid()),
        )
    )


def _held(writer: Writer, kind: str) -> Any:
    """Return the last figure of a kind, recorded in time, that the caller sees; none if it was taken away."""
    figure, other = aliased(PeriodFigure), aliased(PeriodFigure)
    last = (
        select(other.id)
        .where(other.period_id == Period.id, other.kind == kind, other.recorded_at < _until())
        .order_by(other.recorded_at.desc(), other.id.desc())
        .limit(1)
        .correlate(Period)
        .scalar_subquery()
    )
    sides = sight_of(Period)["link"]
    shown = json_object(
        [
            *writer.document(HeldSchema, figure).pairs,
            ("reason", case((sides, figure.reason))),
            ("recordedBy", case((sides, figure.recorded_by))),
        ]
    )
    given = func.num_nonnulls(figure.value, figure.comment, figure.disaggregation) > 0
    return select(case((given, shown))).where(figure.id == last).scalar_subquery()


def _until() -> Any:
    return bindparam("until", type_=TIMESTAMP(timezone=True))
