"""What is offered where: the formats of every collection, and those of a resource of its own."""

from stedenband.web.formats import csv, ndjson, xlsx
from stedenband.web.formats.geojson import GEOJSON_FEATURES
from stedenband.web.formats.table import CSV, CSV_COMMA, NDJSON, XLSX, Representation
from stedenband.web.resource import Resource

EXPORTS = (
    Representation(CSV, csv.BELGIAN.write, of="collections"),
    Representation(CSV_COMMA, csv.COMMAS.write, of="collections"),
    Representation(XLSX, xlsx.write, of="collections"),
    Representation(NDJSON, ndjson.write, of="collections"),
)


def of_collection(resource: Resource) -> tuple[Representation, ...]:
    """Return what the collection is offered as beside JSON."""
    return tuple(each for each in _all(resource) if each.of != "records")


def of_record(resource: Resource) -> tuple[Representation, ...]:
    """Return what a single record is offered as beside JSON."""
    return tuple(each for each in _all(resource) if each.of != "collections")


def _all(resource: Resource) -> tuple[Representation, ...]:
    return (*EXPORTS, *((GEOJSON_FEATURES,) if resource.geometry else ()), *resource.formats)
