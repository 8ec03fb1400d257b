"""The shipped gazetteer."""

import re
from importlib.resources import files

from stedenband.transfer.countries import country_codes
from stedenband.transfer.gazetteer import Gazetteer, Place, shipped_gazetteer
from stedenband.transfer.positions import Position


def test_genk_is_found_at_its_place() -> None:
    kilometers, place = shipped_gazetteer().near(Position(50.95, 5.5), 5, ["BE"])[0]
    assert (place.geonames_id, place.name, place.timezone) == (2797670, "Genk", "Europe/Brussels")
    assert kilometers < 3


def test_places_of_other_countries_are_left_out() -> None:
    menen = Position(50.7956, 3.1219)
    assert {place.country_code for _, place in shipped_gazetteer().near(menen, 10, ["FR"])} == {"FR"}


def test_every_place_is_sound_and_of_a_known_country() -> None:
    places = [place for _, place in shipped_gazetteer().near(Position(0, 0), 21_000, _every_country())]
    assert len(places) == 34_006
    assert len({place.geonames_id for place in places}) == len(places)
    assert all(re.fullmatch(r"[A-Z]\w+/[\w/+-]+", place.timezone) for place in places)


def test_the_data_is_small_and_says_where_it_comes_from() -> None:
    data = files("stedenband.transfer") / "data"
    assert len((data / "gazetteer.tsv.gz").read_bytes()) < 1_000_000
    assert "GeoNames" in (data / "SOURCES.md").read_text(encoding="utf-8")


def test_a_time_zone_is_told_by_the_country_or_the_neighbors(gazetteer: Gazetteer) -> None:
    assert gazetteer.timezone(Position(49.7, 5.4), "BE") == "Europe/Brussels"
    assert gazetteer.timezone(Position(0, 0), "XX") is None
    assert gazetteer.knows("BE")
    assert not gazetteer.knows("XX")
    russia = Gazetteer(
        [
            Place(1, "Kaliningrad", "RU", Position(54.7, 20.5), 1, "Europe/Kaliningrad"),
            Place(2, "Moscow", "RU", Position(55.75, 37.6), 1, "Europe/Moscow"),
        ]
    )
    assert russia.timezone(Position(54.6, 21.0), "RU") == "Europe/Kaliningrad"
    assert russia.timezone(Position(55.0, 30.0), "RU") is None


def _every_country() -> set[str]:
    table = (files("stedenband.transfer") / "data" / "countries.tsv").read_text(encoding="utf-8")
    codes = {line.split("\t")[1] for line in table.splitlines()}
    assert all(country_codes(code) == (code,) for code in codes)
    return codes
