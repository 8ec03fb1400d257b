"""Where a format is offered: everywhere, or on collections or single records of a resource that declares it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, BinaryIO

import pytest

from stedenband.cities.routes import AGREEMENTS, CITY_LINKS
from stedenband.web.contract.formats import contents, parameters_of
from stedenband.web.formats import offers
from stedenband.web.formats.table import CSV, FORMATS, GEOJSON, VCARD, Representation, Subject


def write_cards(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write a line per record, and whether there is one only."""
    out.writelines(b"CARD " + str(subject.single).encode() + b"\r\n" for _ in documents)


@pytest.mark.parametrize(
    ("of", "collection", "record"), [("both", True, True), ("collections", True, False), ("records", False, True)]
)
def test_a_resource_offers_a_format_of_its_own(of: Any, collection: bool, record: bool) -> None:
    resource = replace(AGREEMENTS, formats=(Representation(VCARD, write_cards, of=of),))
    assert (VCARD in [each.format for each in offers.of_collection(resource)]) is collection
    assert (VCARD in [each.format for each in offers.of_record(resource)]) is record
    assert CSV in [each.format for each in offers.of_collection(resource)]
    assert CSV not in [each.format for each in offers.of_record(resource)]


def test_geojson_is_offered_where_a_place_is_declared() -> None:
    assert GEOJSON in [each.format for each in offers.of_record(CITY_LINKS)]
    assert GEOJSON not in [each.format for each in offers.of_collection(AGREEMENTS)]


def test_the_contract_shows_what_the_writer_writes() -> None:
    facts = {"offers": (Representation(VCARD, write_cards),), "returns": AGREEMENTS.schema}
    assert contents(facts, {"id": "1"})["text/vcard"]["example"] == "CARD True\r\n"
    assert contents({**facts, "list": True}, {"items": [{"id": "1"}]})["text/vcard"]["example"] == "CARD False\r\n"
    assert parameters_of(facts)[0]["schema"]["enum"] == ["json", "vcard"]
    assert parameters_of({**facts, "offers": ()}) == []


def test_every_format_stands_in_the_table_under_its_own_name() -> None:
    assert all(name == each.name for name, each in FORMATS.items())
