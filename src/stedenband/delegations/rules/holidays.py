"""Public holidays of countries, by the library `holidays` (docs/adr/0037)."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

MOST_YEARS = 2
"""Of a stay; a visit over more than one new year is not a visit."""


def holidays_between(country: str, first: date, last: date, language: str) -> Iterator[tuple[date, str]]:
    """Yield the public holidays of a country (ISO 3166-1) on these days; none of a country that nobody knows.

    They are called as in `language`, else as in English, else as in the country.
    """
    for year in range(first.year, min(last.year, first.year + MOST_YEARS - 1) + 1):
        for day, name in _of(country, year, language).items():
            if first <= day <= last:
                yield day, name


@lru_cache(256)
def _of(country: str, year: int, language: str) -> Mapping[date, str]:
    import holidays  # noqa: PLC0415 (few ask, and it is large)

    try:
        known = holidays.country_holidays(country)
    except NotImplementedError:
        return {}
    spoken = next((each for each in known.supported_languages if each.partition("_")[0] == language), "en_US")
    found = holidays.country_holidays(country, years=year, language=spoken)
    return dict(sorted(found.items()))
