"""The shipped, reduced GeoNames: cities of the world with their position (GeoNames, CC BY 4.0)."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from stedenband.transfer.positions import Position, Surroundings


@dataclass(frozen=True, slots=True)
class Place:
    """A city of GeoNames; `population` is 0 where GeoNames has none."""

    geonames_id: int
    name: str
    country_code: str
    position: Position
    population: int
    timezone: str


class Gazetteer:
    """Places, found by where they lie."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Hold `places`."""
        by_country: dict[str, list[Place]] = {}
        for place in places:
            by_country.setdefault(place.country_code, []).append(place)
        self._countries = {country: Surroundings(inside) for country, inside in by_country.items()}

    def near(self, position: Position, kilometers: float, countries: Iterable[str]) -> list[tuple[float, Place]]:
        """Return (kilometers, place) of the places of `countries` within `kilometers`, the nearest first."""
        known = (self._countries[country] for country in countries if country in self._countries)
        found = (pair for surroundings in known for pair in surroundings.near(position, kilometers))
        return sorted(found, key=lambda pair: pair[0])

    def knows(self, country: str) -> bool:
        """Tell whether any place of `country` is held."""
        return country in self._countries

    def timezone(self, position: Position, country: str) -> str | None:
        """Return the time zone at `position`, or None where the country has several and none is evident."""
        zones = {place.timezone for _, place in self.near(position, 100, [country])}
        zones = zones or {place.timezone for place in self._countries.get(country, ())}
        return next(iter(zones)) if len(zones) == 1 else None


def _shipped() -> Iterator[Place]:
    packed = (files("stedenband.transfer") / "data" / "gazetteer.tsv.gz").read_bytes()
    for line in gzip.decompress(packed).decode().splitlines():
        identifier, name, country, latitude, longitude, population, timezone = line.split("\t")
        position = Position(float(latitude), float(longitude))
        yield Place(int(identifier), name, country, position, int(population), timezone)


@cache
def shipped_gazetteer() -> Gazetteer:
    """Read the gazetteer that the package ships, once."""
    return Gazetteer(_shipped())
