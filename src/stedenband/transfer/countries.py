"""From what a file calls a country to the code of a country of today."""

from functools import cache
from importlib.resources import files

from stedenband.transfer.names import words

TERRITORIES = {
    "AU": ("CC", "CX", "NF"),
    "CN": ("HK", "MO"),
    "DK": ("FO", "GL"),
    "FI": ("AX",),
    "FR": ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT"),
    "GB": ("AI", "BM", "FK", "GG", "GI", "IM", "JE", "KY", "MS", "SH", "TC", "VG"),
    "NL": ("AW", "BQ", "CW", "SX"),
    "NO": ("SJ",),
    "NZ": ("CK", "NU", "TK"),
    "US": ("AS", "GU", "MP", "PR", "VI"),
}
"""Parts of a country that have an ISO 3166-1 code of their own, which a file may give to the whole."""


@cache
def _codes() -> dict[tuple[str, ...], tuple[str, ...]]:
    data = files("stedenband.transfer") / "data"
    codes: dict[tuple[str, ...], tuple[str, ...]] = {}
    for name in ("countries.tsv", "country-labels.tsv"):
        for line in (data / name).read_text(encoding="utf-8").splitlines():
            label, countries = line.split("\t")
            codes[_key(label)] = tuple(countries.split())
    return codes | {(code.lower(),): (code,) for found in codes.values() for code in found}


def _key(label: str) -> tuple[str, ...]:
    return tuple(word for word in words(label) if word != "the")


def country_codes(label: str) -> tuple[str, ...]:
    """Return the ISO 3166-1 codes that an English name or a code stands for.

    One for a country of today, several for a state that is no more (Austria-Hungary), none when it is not known.
    """
    return _codes().get(_key(label), ())
