"""Positions on the globe, and the things that lie near one."""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

EARTH_RADIUS = 6371.0
"""Kilometers."""


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees north and degrees east, WGS 84."""

    latitude: float
    longitude: float

    def distance(self, other: "Position") -> float:
        """Return the kilometers to `other` along the great circle."""
        north, south = math.radians(self.latitude), math.radians(other.latitude)
        haversine = (
            math.sin((north - south) / 2) ** 2
            + math.cos(north) * math.cos(south) * math.sin(math.radians(self.longitude - other.longitude) / 2) ** 2
        )
        return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(haversine)))


class Located(Protocol):
    """A thing that has a position."""

    @property
    def position(self) -> Position:
        """Where it lies."""


Thing = TypeVar("Thing", bound=Located)


def _latitude(thing: Located) -> float:
    return thing.position.latitude


class Surroundings(Generic[Thing]):
    """Things by latitude, so that a search looks only at the belt they can lie in."""

    def __init__(self, things: Iterable[Thing] = ()) -> None:
        """Start with `things`."""
        self._things = sorted(things, key=_latitude)

    def __iter__(self) -> Iterator[Thing]:
        """Go through the things from south to north."""
        return iter(self._things)

    def add(self, thing: Thing) -> None:
        """Put one more thing in."""
        insort(self._things, thing, key=_latitude)

    def near(self, position: Position, kilometers: float) -> list[tuple[float, Thing]]:
        """Return (kilometers, thing) of all within `kilometers`, the nearest first."""
        north, east = _belt(position, kilometers)
        first = bisect_left(self._things, position.latitude - north, key=_latitude)
        last = bisect_right(self._things, position.latitude + north, key=_latitude)
        found = (
            (position.distance(thing.position), thing)
            for thing in self._things[first:last]
            if abs((thing.position.longitude - position.longitude + 180) % 360 - 180) <= east
        )
        return sorted((pair for pair in found if pair[0] <= kilometers), key=lambda pair: pair[0])


def _belt(position: Position, kilometers: float) -> tuple[float, float]:
    """Return the degrees of latitude and of longitude that a circle around `position` reaches, a little generous."""
    angle = kilometers / EARTH_RADIUS * 1.001
    north = math.degrees(angle)
    if abs(position.latitude) + north >= 90:  # noqa: PLR2004 - a pole lies in the circle
        return north, 180.0
    return north, math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(position.latitude)))) + 1e-9
