"""What an import is going to write, and what it has to say about the file."""

from dataclasses import dataclass
from enum import StrEnum


class Quality(StrEnum):
    """How sure the city is of its GeoNames identifier; only a matched one gets it."""

    MATCHED = "matched"
    DOUBTFUL = "doubtful"
    UNMATCHED = "unmatched"


class Severity(StrEnum):
    """What became of a row that something is to be said about, the worst first."""

    SKIPPED = "skipped"
    """Nothing of it is imported."""
    DOUBTFUL = "doubtful"
    """It is imported; somebody should look at it."""
    REPEATED = "repeated"
    """It tells what an earlier row told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on one row; `row` is the line of the file, the heading being 1."""

    row: int
    severity: Severity
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedCity:
    """A city as it is going to stand in the register; `population` without a year."""

    key: str
    name: str
    country_code: str
    latitude: float
    longitude: float
    population: int | None
    geonames_id: int | None
    timezone: str | None
    quality: Quality
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """An active link of the cities with these keys, the origin of its first row first, and the rows that tell it."""

    first_key: str
    second_key: str
    rows: tuple[int, ...]
    kind: str = "twinning"


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of a plan: cities = matched + doubtful + unmatched, rows = links + repeated + rejected."""

    rows: int
    cities: int
    matched: int
    doubtful: int
    unmatched: int
    links: int
    repeated: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Cities and links by key, findings by row; the same file always gives the same plan."""

    cities: tuple[PlannedCity, ...]
    links: tuple[PlannedLink, ...]
    findings: tuple[Finding, ...]
    counts: Counts
