"""Matching a city to GeoNames by name and distance together."""

import pytest

from stedenband.transfer.gazetteer import Gazetteer, Place
from stedenband.transfer.positions import Position
from stedenband.transfer.twinning.matching import match
from stedenband.transfer.twinning.rows import Mention


def found(gazetteer: Gazetteer, name: str, latitude: float, longitude: float, people: int | None = None) -> object:
    """Return the GeoNames id that a Belgian city is matched to, or else the doubt."""
    matched = match(gazetteer, Mention(name, ("BE",), Position(latitude, longitude), people), ["BE"])
    return matched.candidate.place.geonames_id if matched.candidate else matched.doubt


@pytest.mark.parametrize(
    ("name", "latitude", "longitude", "geonames_id"),
    [
        ("genk", 50.85, 5.5, 2797670),  # the same name, 13 km off
        ("Genk Municipality", 50.95, 5.5, 2797670),
        ("Ghent", 51.053, 3.722, 2797656),
        ("Ypres", 50.85, 2.8833, 2795100),  # nothing else lies there
    ],
)
def test_a_city_is_matched_by_name_and_distance(
    gazetteer: Gazetteer, name: str, latitude: float, longitude: float, geonames_id: int
) -> None:
    assert found(gazetteer, name, latitude, longitude) == geonames_id


@pytest.mark.parametrize(
    ("name", "latitude", "longitude"),
    [
        ("Houffalize", 50.13, 5.79),  # nothing near
        ("Genk", 51.5, 5.5),  # the same name, 60 km off
        ("Ghent", 51.10, 3.72),  # a like name, 5 km off
        ("Winterslag", 50.98, 5.5),  # another name, 1.7 km off
        ("Bocholt", 51.8388, 6.6153),  # the place of that name is German
    ],
)
def test_a_city_that_no_place_comes_near_stays_unmatched(
    gazetteer: Gazetteer, name: str, latitude: float, longitude: float
) -> None:
    assert found(gazetteer, name, latitude, longitude) is None


def test_the_same_name_too_far_away_is_doubtful(gazetteer: Gazetteer) -> None:
    assert "bears the name of GeoNames 2797670 'Genk', 20" in str(found(gazetteer, "Genk", 51.15, 5.5))


def test_two_places_that_are_equally_alike_are_doubtful(gazetteer: Gazetteer) -> None:
    doubt = found(gazetteer, "Heusden-Zolder", 51.028, 5.285)
    assert doubt == "may be GeoNames 2795800 'Heusden', 0.4 km away, or GeoNames 2783197 'Zolder', 2.0 km away"


def test_another_name_on_the_spot_is_doubtful_when_the_population_differs(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, "Ypres", 50.85, 2.8833, 20_000) == 2795100
    assert "the names differ" in str(found(gazetteer, "Ypres", 50.85, 2.8833, 200_000))
    assert "the names differ" in str(found(gazetteer, "Ypres", 50.85, 2.8833, 200))


def test_among_other_names_on_the_spot_the_largest_is_named() -> None:
    cologne = Position(50.9422, 6.9578)
    gazetteer = Gazetteer(
        [
            Place(6691073, "Altstadt Nord", "DE", Position(50.9420, 6.9520), 17_922, "Europe/Berlin"),
            Place(2886242, "Köln", "DE", Position(50.9333, 6.9500), 1_024_621, "Europe/Berlin"),
        ]
    )
    doubt = match(gazetteer, Mention("Cologne", ("DE",), cologne, None), ["DE"]).doubt
    assert doubt == "may be GeoNames 2886242 'Köln', 1.1 km away: the names differ"
