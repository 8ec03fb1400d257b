"""Distances on the globe, also across the poles and the date line."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stedenband.transfer.positions import Position, Surroundings

positions = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


@dataclass(frozen=True)
class Spot:
    """A thing with nothing but a position."""

    position: Position


def test_genk_lies_8300_kilometers_from_francistown() -> None:
    assert Position(50.95, 5.5).distance(Position(-21.1736, 27.5125)) == pytest.approx(8304, abs=10)


@given(positions, positions)
def test_a_distance_is_the_same_both_ways(one: Position, other: Position) -> None:
    assert one.distance(other) == pytest.approx(other.distance(one), abs=1e-6)
    assert 0 <= one.distance(other) <= 20_016


@given(st.lists(positions, max_size=30), positions, st.sampled_from([0.5, 10.0, 300.0, 5000.0]))
def test_the_surroundings_hold_just_what_is_near(things: list[Position], center: Position, reach: float) -> None:
    spots = [Spot(position) for position in things]
    surroundings = Surroundings(spots[::2])
    for spot in spots[1::2]:
        surroundings.add(spot)
    expected = sorted(center.distance(spot.position) for spot in spots if center.distance(spot.position) <= reach)
    assert [kilometers for kilometers, _ in surroundings.near(center, reach)] == expected
    assert len(list(surroundings)) == len(spots)


def test_neighbors_over_the_date_line_and_the_pole_are_near() -> None:
    across = [Spot(Position(-17.0, -179.99)), Spot(Position(89.99, 10.0))]
    assert [spot for _, spot in Surroundings(across).near(Position(-17.0, 179.99), 5)] == across[:1]
    assert [spot for _, spot in Surroundings(across).near(Position(89.99, -170.0), 5)] == across[1:]
