"""Matching a city of a file to GeoNames by name and distance together.

Neither is enough alone: half of the Belgian places bear another name in GeoNames (Ghent, Gent), coordinates are
rounded to a minute of arc or name another corner of the city, and homonyms abound (Bocholt in Belgium, in Germany).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from stedenband.transfer.gazetteer import Gazetteer, Place
from stedenband.transfer.names import Resemblance, resemblance
from stedenband.transfer.twinning.rows import Mention

# Kilometers within which a place of this resemblance is the same city.
_REACH = {Resemblance.EQUAL: 15.0, Resemblance.QUALIFIED: 3.0, Resemblance.ALIKE: 2.0}
_SAME_SPOT = 0.5
_TOWN = 1.0
_NEIGHBORHOOD = 5.0
_HORIZON = 40.0
# Populations that differ by more than this factor are not of one city.
_SIZES = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place of GeoNames that a city may be."""

    place: Place
    kilometers: float
    resemblance: Resemblance

    @property
    def rank(self) -> tuple[int, float]:
        """The better the candidate, the smaller."""
        return (-self.resemblance, self.kilometers)

    def __str__(self) -> str:
        """Name the place and its distance."""
        return f"GeoNames {self.place.geonames_id} {self.place.name!r}, {self.kilometers:.1f} km away"


@dataclass(frozen=True, slots=True)
class Match:
    """The place that a city is, or else the reason to doubt; neither when nothing comes near."""

    candidate: Candidate | None = None
    doubt: str | None = None


def match(gazetteer: Gazetteer, mention: Mention, countries: Iterable[str]) -> Match:
    """Find the place of one of `countries` that the city of `mention` is."""
    candidates = sorted(
        (
            Candidate(place, kilometers, resemblance(mention.name, place.name))
            for kilometers, place in gazetteer.near(mention.position, _HORIZON, countries)
        ),
        key=lambda candidate: candidate.rank,
    )
    for kind, reach in _REACH.items():
        if inside := [one for one in candidates if one.resemblance is kind and one.kilometers <= reach]:
            return _by_name(inside[0], candidates)
    return _by_position(candidates, mention.population)


def _by_name(best: Candidate, candidates: list[Candidate]) -> Match:
    """Take the best unless another one in the neighborhood is no less alike: Heusden-Zolder is not Zolder."""
    rivals = [
        one
        for one in candidates
        if one is not best and one.resemblance is best.resemblance and one.kilometers <= _NEIGHBORHOOD
    ]
    if rivals and best.resemblance is not Resemblance.EQUAL:
        return Match(doubt=f"may be {best}, or {rivals[0]}")
    return Match(best)


def _by_position(candidates: list[Candidate], population: int | None) -> Match:
    """Judge places whose name does not tell: one alone on the spot is the city under another name (Ypres, Ieper)."""
    if not candidates:
        return Match()
    nearest = min(candidates, key=lambda one: one.kilometers)
    alone = sum(one.kilometers <= _NEIGHBORHOOD for one in candidates) == 1
    if alone and nearest.kilometers <= _SAME_SPOT and _as_large(nearest.place, population):
        return Match(nearest)
    if candidates[0].resemblance is Resemblance.EQUAL:
        return Match(doubt=f"bears the name of {candidates[0]}: too far to be sure")
    if nearest.kilometers <= _TOWN:
        largest = max((one for one in candidates if one.kilometers <= 2 * _TOWN), key=lambda one: one.place.population)
        return Match(doubt=f"may be {largest}: the names differ")
    return Match()


def _as_large(place: Place, population: int | None) -> bool:
    return population is None or place.population / _SIZES < population < place.population * _SIZES
