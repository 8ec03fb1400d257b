"""`GET /emissionFactors`: by what the emissions of travel are reckoned."""

from functools import cache
from typing import Any

import orjson
from flask import Response
from sqlalchemy import Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from stedenband.core.finished import finished
from stedenband.delegations.models import EmissionFactor
from stedenband.delegations.schemas.travel import EmissionFactorSchema
from stedenband.web.conditional import reply, tag
from stedenband.web.guard import visit
from stedenband.web.listing import page_address
from stedenband.web.sqljson import Writer


def read_factors() -> Response:
    """Return all factors."""
    factors = visit().rows(_statement(), {})[0][0].encode()
    body = orjson.dumps({"self": page_address({})})[:-1] + b',"factors":' + factors + b"}"
    return reply(body, tag(body))


@cache
def _statement() -> str:
    order: tuple[Any, ...] = (EmissionFactor.mode, EmissionFactor.valid_from, EmissionFactor.from_km)
    document = Writer("").document(EmissionFactorSchema, EmissionFactor)
    listed = func.json_agg(aggregate_order_by(document, *order))
    return finished(select(cast(func.coalesce(listed, literal_column("'[]'::json")), Text)))
