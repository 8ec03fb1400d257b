"""The register that the package ships, as the import reads it."""

from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from stedenband.transfer.gazetteer import shipped_gazetteer
from stedenband.transfer.twinning.plan import Counts, Plan, Severity
from stedenband.transfer.twinning.planning import plan
from stedenband.transfer.twinning.rows import read

SOURCE = Path(__file__).parents[3] / "shared/data/twinning/wikidata-belgium.tsv"


@pytest.fixture(scope="module")
def register() -> Plan:
    """The plan of the shipped file."""
    with as_file(files("stedenband.transfer") / "data" / "belgian-twinnings.tsv") as path:
        return plan(read(path), shipped_gazetteer())


def test_the_figures(register: Plan) -> None:
    assert register.counts == Counts(
        rows=467, cities=603, matched=346, doubtful=3, unmatched=254, links=445, repeated=22, rejected=0
    )


def test_genk_has_four_links(register: Plan) -> None:
    names = {city.key: city.name for city in register.cities}
    [genk] = [city for city in register.cities if city.name == "Genk"]
    partners = {
        names[link.second_key if link.first_key == genk.key else link.first_key]
        for link in register.links
        if genk.key in (link.first_key, link.second_key)
    }
    assert genk.geonames_id == 2797670
    assert partners == {"Troisdorf", "Cieszyn", "Isparta", "Francistown"}


def test_homonyms_are_kept_apart_and_foreign_spellings_matched(register: Plan) -> None:
    matches = {(city.name, city.country_code): city.geonames_id for city in register.cities}
    assert len(matches) == 603
    assert matches["Bocholt", "BE"] is None
    assert matches["Bocholt", "DE"] == 2947421
    assert (matches["Ghent", "BE"], matches["Bruges", "BE"], matches["Ypres", "BE"]) == (2797656, 2800931, 2795100)
    assert matches["Macau", "MO"] == 1821274
    assert ("Blaj", "RO") in matches


def test_no_place_of_geonames_is_taken_twice(register: Plan) -> None:
    taken = Counter(city.geonames_id for city in register.cities if city.geonames_id)
    assert set(taken.values()) == {1}


def test_every_doubtful_row_is_named(register: Plan) -> None:
    doubtful = [finding.row for finding in register.findings if finding.severity is Severity.DOUBTFUL]
    assert doubtful == [33, 36, 55, 135, 149, 385]


@pytest.mark.skipif(not SOURCE.exists(), reason="the shared folder is not here")
def test_the_source_itself_gives_the_same(register: Plan) -> None:
    assert plan(read(SOURCE), shipped_gazetteer()) == register
