"""GeoJSON (RFC 7946): a record as a feature, with the record as its properties and its place as geometry."""

from collections.abc import Iterable
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, literal_column
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.types import Float, Numeric

from stedenband.web.formats.table import GEOJSON, Representation, Subject
from stedenband.web.sqljson import json_object

DECIMALS = 7
"""Of a degree: a centimeter on the ground."""
NOWHERE: ColumnElement[Any] = literal_column("'null'::json")


def feature(key: Any, geometry: Any, document: Any) -> json_object:
    """Return the SQL of a record as a feature; without a place its geometry is null, as RFC 7946 asks."""
    pairs = {"type": _text("Feature"), "id": key, "geometry": func.coalesce(geometry, NOWHERE), "properties": document}
    return json_object(list(pairs.items()))


def point(place: Any) -> ColumnElement[Any]:
    """Return the SQL of a point for columns `latitude` and `longitude` of `place`."""
    return case((_located(place), json_object([("type", _text("Point")), ("coordinates", _position(place))])))


def between(places: Select[Any], place: Any, order: Any) -> ColumnElement[Any]:
    """Return the SQL of a line between two of `places` that have a location, or as many points as have one."""
    kind = case((func.count() == 2, "LineString"), else_="MultiPoint")  # noqa: PLR2004 (the ends of a line)
    positions = func.json_agg(aggregate_order_by(_position(place), order))
    drawn = case((func.count() > 0, json_object([("type", kind), ("coordinates", positions)])))
    return places.with_only_columns(drawn).where(_located(place)).scalar_subquery()


def write(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write one feature, or a collection of features."""
    if subject.single:
        out.writelines(documents)
        return
    out.write(b'{"type":"FeatureCollection","features":[')
    for index, document in enumerate(documents):
        out.write(b",\n" if index else b"\n")
        out.write(document)
    out.write(b"]}")


def example_feature(record: dict[str, Any]) -> dict[str, Any]:
    """Return an example of a feature for the contract."""
    place = {"type": "Point", "coordinates": [5.5, 50.9667]}
    return {"type": "Feature", "id": record["id"], "geometry": place, "properties": record}


def _located(place: Any) -> ColumnElement[bool]:
    return and_(place.latitude.is_not(None), place.longitude.is_not(None))


def _position(place: Any) -> ColumnElement[Any]:
    """Return longitude before latitude, as RFC 7946 has it."""
    return func.json_build_array(
        *(cast(func.round(cast(each, Numeric), DECIMALS), Float(53)) for each in (place.longitude, place.latitude))
    )


def _text(constant: str) -> ColumnElement[Any]:
    return literal_column(f"'{constant}'")


GEOJSON_FEATURES = Representation(GEOJSON, write, features=True)
