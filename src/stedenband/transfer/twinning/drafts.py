"""The cities of a file while it is being read: which mentions are one city, and which place each city is."""

from dataclasses import dataclass, field

from stedenband.transfer.countries import TERRITORIES
from stedenband.transfer.gazetteer import Gazetteer
from stedenband.transfer.names import Resemblance, resemblance, words
from stedenband.transfer.positions import Position, Surroundings
from stedenband.transfer.twinning.matching import Candidate, match
from stedenband.transfer.twinning.plan import Finding, PlannedCity, Quality, Severity
from stedenband.transfer.twinning.rows import Mention, RefusedRowError

_SAME_NAME = 10.0
_OTHER_SPELLING = 1.0
_QUALIFIED = 5.0
_FAR_OFF = 300.0


@dataclass(slots=True, eq=False)
class DraftCity:
    """One city of the file."""

    name: str
    country_code: str
    position: Position
    first_row: int
    candidate: Candidate | None
    quality: Quality
    population: int | None = None
    rows: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Country, name and position in one text, the same on every run."""
        spelled = "-".join(words(self.name))
        return f"{self.country_code.lower()}-{spelled}@{self.position.latitude:.3f},{self.position.longitude:.3f}"

    def note(self, row: int, mention: Mention) -> None:
        """Take what an accepted row tells; the first population stands."""
        self.rows.append(row)
        self.population = self.population or mention.population

    def planned(self, gazetteer: Gazetteer) -> PlannedCity:
        """Finish the city."""
        place = self.candidate.place if self.candidate else None
        return PlannedCity(
            key=self.key,
            name=self.name,
            country_code=self.country_code,
            latitude=self.position.latitude,
            longitude=self.position.longitude,
            population=self.population,
            geonames_id=place.geonames_id if place else None,
            timezone=place.timezone if place else gazetteer.timezone(self.position, self.country_code),
            quality=self.quality,
            rows=tuple(sorted(self.rows)),
        )


class DraftCities:
    """The cities met so far, and what was remarked on the way."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        """Match against `gazetteer`."""
        self.findings: list[Finding] = []
        self._gazetteer = gazetteer
        self._cities: Surroundings[DraftCity] = Surroundings()

    def city_of(self, mention: Mention, row: int) -> DraftCity:
        """Return the city of `mention`, a new one when need be; raises RefusedRowError without a country of today."""
        return self._met(mention, row) or self._made(mention, row)

    def settled(self) -> list[DraftCity]:
        """Return the cities that a row speaks of, by key, no two of them the same place of GeoNames."""
        by_place: dict[int, DraftCity] = {}
        cities = sorted((city for city in self._cities if city.rows), key=lambda city: city.key)
        for city in cities:
            if city.candidate:
                holder = by_place.setdefault(city.candidate.place.geonames_id, city)
                if holder is not city:
                    by_place[city.candidate.place.geonames_id] = self._better(holder, city)
        return cities

    def _met(self, mention: Mention, row: int) -> DraftCity | None:
        countries = _with_territories(mention)
        around = [
            (resemblance(city.name, mention.name), kilometers, city)
            for kilometers, city in self._cities.near(mention.position, _SAME_NAME)
            if city.country_code in countries
        ]
        for likeness, _, city in around:
            if likeness is Resemblance.EQUAL:
                return city
        for likeness, kilometers, city in around:
            if likeness is Resemblance.ALIKE and kilometers <= _OTHER_SPELLING:
                self._doubt(row, mention.name, f"is taken for {city.name!r}, {kilometers:.1f} km away")
                return city
            if likeness is Resemblance.QUALIFIED and kilometers <= _QUALIFIED:
                self._doubt(row, mention.name, f"may be the same city as {city.name!r} (row {city.first_row})")
        return None

    def _made(self, mention: Mention, row: int) -> DraftCity:
        found = match(self._gazetteer, mention, _with_territories(mention))
        country = found.candidate.place.country_code if found.candidate else self._country(mention, row)
        quality = Quality.MATCHED if found.candidate else Quality.UNMATCHED
        if found.doubt:
            quality = Quality.DOUBTFUL
            self._doubt(row, mention.name, found.doubt)
        city = DraftCity(mention.name, country, mention.position, row, found.candidate, quality)
        self._cities.add(city)
        return city

    def _country(self, mention: Mention, row: int) -> str:
        """Return the country of a city that GeoNames does not tell."""
        near = self._gazetteer.near(mention.position, _FAR_OFF, mention.countries)
        if len(mention.countries) == 1:
            [country] = mention.countries
            if not near and self._gazetteer.knows(country):
                self._doubt(row, mention.name, f"lies more than {_FAR_OFF:.0f} km from every known city of {country}")
            return country
        if not near:
            raise RefusedRowError(f"{mention.name!r}: its country is no more, and no known city near tells today's")
        country = near[0][1].country_code
        self._doubt(row, mention.name, f"is taken to lie in {country}: the country given is no more")
        return country

    def _better(self, holder: DraftCity, rival: DraftCity) -> DraftCity:
        """Leave the place that both claim to the one that fits it better."""
        claims = [(city.candidate.rank, city) for city in (holder, rival) if city.candidate]
        (_, winner), (_, loser) = sorted(claims, key=lambda claim: claim[0])
        self._doubt(loser.first_row, loser.name, f"is not {loser.candidate}: that is {winner.name!r}")
        loser.candidate = None
        loser.quality = Quality.DOUBTFUL
        return winner

    def _doubt(self, row: int, name: str, reason: str) -> None:
        self.findings.append(Finding(row, Severity.DOUBTFUL, f"{name!r} {reason}"))


def _with_territories(mention: Mention) -> tuple[str, ...]:
    return mention.countries + tuple(part for whole in mention.countries for part in TERRITORIES.get(whole, ()))
