"""`GET /statistics/travel` and `GET /statistics/delegations`: figures of what the caller sees, each in one statement.

Delegations that are travelling or have traveled count; no figure names a person. CSV and XLSX of the register have a
row per year, city and currency.
"""

from typing import Any

import orjson
from flask import Response

from stedenband.insight.schemas.travel import TraveledSchema
from stedenband.web.conditional import reply, tag
from stedenband.web.exports import answer_page
from stedenband.web.formats import csv, xlsx
from stedenband.web.formats.table import CSV, CSV_COMMA, XLSX, Representation, Subject
from stedenband.web.guard import visit
from stedenband.web.links import base_address
from stedenband.web.listing import page_address
from stedenband.web.negotiation import chosen

TRAVELED = "status IN ('travelling', 'returned', 'reported', 'closed')"

REGISTER = f"""
WITH seen AS (
    SELECT * FROM delegation
    WHERE {TRAVELED} AND (%(year)s::integer IS NULL OR extract(year FROM arrival) = %(year)s::integer)
), legs AS (
    SELECT delegation_id, coalesce(sum(persons) FILTER (WHERE mode = 'plane'), 0) AS flights,
        sum(km::bigint * persons) AS km, sum(travel_emission(mode, km, persons, traveled_on)) AS kg
    FROM travel_leg WHERE delegation_id IN (SELECT id FROM seen) GROUP BY 1
), people AS (
    SELECT delegation_id, count(*) AS persons FROM delegation_participant WHERE delegation_id IN (SELECT id FROM seen)
    GROUP BY 1
), counted AS (
    SELECT extract(year FROM d.arrival)::integer AS year, c.id, c.name, d.estimated_cost_currency AS currency,
        count(*) AS trips, coalesce(sum(p.persons), 0)::bigint AS persons,
        coalesce(sum(l.flights), 0)::bigint AS flights, coalesce(sum(l.km), 0)::bigint AS km,
        coalesce(sum(l.kg), 0) AS kg, sum(d.estimated_cost_value) AS cost
    FROM seen d JOIN partner_city c ON c.id = d.origin_city_id
    LEFT JOIN legs l ON l.delegation_id = d.id LEFT JOIN people p ON p.delegation_id = d.id
    GROUP BY 1, 2, 3, 4
)
SELECT coalesce(json_agg(json_build_object('year', year,
    'city', json_build_object('href', %(base)s::text || '/partnerCities/' || id, 'id', id, 'title', name),
    'currency', currency, 'trips', trips, 'persons', persons, 'flights', flights, 'km', km, 'kgCo2e', kg,
    'estimatedCost', cost::text) ORDER BY year, name, id, currency), '[]')::text FROM counted
"""  # noqa: S608 (all pieces are constants)

FIGURES = f"""
WITH seen AS (
    SELECT * FROM delegation WHERE {TRAVELED} AND (%(link)s::uuid IS NULL OR city_link_id = %(link)s::uuid)
), travels AS (
    SELECT l.id AS link, l.title, c.id, c.name, count(*) AS visits FROM seen
    JOIN city_link l ON l.id = city_link_id JOIN partner_city c ON c.id = origin_city_id GROUP BY 1, 2, 3, 4
), people AS (
    SELECT capacity, count(*) AS persons FROM delegation_participant WHERE delegation_id IN (SELECT id FROM seen)
    GROUP BY 1
), costs AS (
    SELECT estimated_cost_currency AS currency, count(*) AS visits, sum(estimated_cost_value) AS total FROM seen
    GROUP BY 1
), emitted AS (
    SELECT extract(year FROM traveled_on)::integer AS year, sum(travel_emission(mode, km, persons, traveled_on)) AS kg
    FROM travel_leg WHERE delegation_id IN (SELECT id FROM seen) GROUP BY 1
)
SELECT json_build_object('total', (SELECT count(*) FROM seen),
    'reciprocity', (SELECT coalesce(json_agg(json_build_object(
        'cityLink', json_build_object('href', %(base)s::text || '/cityLinks/' || link, 'id', link, 'title', title),
        'originCity', json_build_object('href', %(base)s::text || '/partnerCities/' || id, 'id', id, 'title', name),
        'visits', visits) ORDER BY title, link, name, id), '[]') FROM travels),
    'capacities', (SELECT coalesce(json_agg(json_build_object('capacity', capacity, 'persons', persons)
        ORDER BY capacity), '[]') FROM people),
    'costs', (SELECT coalesce(json_agg(json_build_object('currency', currency, 'visits', visits, 'total', total::text,
        'perVisit', round(total / visits, 2)::text) ORDER BY currency), '[]') FROM costs),
    'emissions', (SELECT coalesce(json_agg(json_build_object('year', year, 'kgCo2e', kg) ORDER BY year), '[]')
        FROM emitted)
)::text
"""  # noqa: S608 (all pieces are constants)


def read_register(query: dict[str, Any]) -> Response:
    """Return the travel register, of one year or of all."""
    rows = visit().rows(REGISTER, {"year": query.get("year"), "base": base_address()})[0][0].encode()
    if wanted := chosen():
        subject = Subject("travel", TraveledSchema, page_address({}))
        return answer_page(subject, wanted, orjson.loads(rows), None)
    body = _headed(b'"rows":' + rows)
    return reply(body, tag(body))


def read_figures(query: dict[str, Any]) -> Response:
    """Return figures of delegations, of one link or of all."""
    found = visit().rows(FIGURES, {"link": query.get("city_link"), "base": base_address()})[0][0].encode()
    body = _headed(found[1:-1])
    return reply(body, tag(body))


def _headed(rest: bytes) -> bytes:
    return orjson.dumps({"self": page_address({})})[:-1] + b"," + rest + b"}"


REGISTERS = (
    Representation(CSV, csv.BELGIAN.write),
    Representation(CSV_COMMA, csv.COMMAS.write),
    Representation(XLSX, xlsx.write),
)
