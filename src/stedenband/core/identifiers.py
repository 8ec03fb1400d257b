"""The check digits and prefixes of identifiers that organizations have elsewhere."""

import re
from functools import cache
from importlib.resources import files

BELGIAN_REGISTER = "BE-BCE_KBO"
"""The registration agency whose numbers are Belgian enterprise numbers."""
NUMBER = re.compile(r"[!-~]+", re.ASCII)
REGISTER_NUMBER = re.compile(
    r"(?<![0-9+])" + r"\W{0,3}".join(rf"([0-9]{{{size}}})" for size in (2, 2, 2, 3, 2)) + "(?![0-9])"
)
"""Day of birth, counter and check digits of a Belgian national register number, however they are set apart."""
MONTHS = frozenset({*range(13), *range(20, 33), *range(40, 53)})
"""As they stand in register numbers: 0 where it is not known, 20 or 40 more of those who are not registered (bis)."""
LAST_DAY = 31
FORBIDDEN = frozenset("/&|?")


def valid_enterprise_number(number: str) -> bool:
    """Tell whether the check digits of a Belgian enterprise number (KBO/BCE, ten digits) are right: modulus 97."""
    return 97 - int(number[:8]) % 97 == int(number[8:])


def holds_register_number(text: str) -> bool:
    """Tell whether a text holds a Belgian national register number: a day, and check digits by modulus 97.

    Of those born from 2000 a 2 is put before the digits that are checked (Royal Decree of 3 April 1984). A
    telephone number with its `+` is none.
    """
    return any(_is_register_number(*found.groups()) for found in REGISTER_NUMBER.finditer(text))


def _is_register_number(year: str, month: str, day: str, counter: str, check: str) -> bool:
    digits = year + month + day + counter
    checks = {97 - int(century + digits) % 97 for century in ("", "2")}
    return int(month) in MONTHS and int(day) <= LAST_DAY and int(check) in checks


def valid_iati_identifier(identifier: str) -> bool:
    """Tell whether this is an IATI organisation identifier: the code of a registration agency, a hyphen, a number.

    The number has no spaces and none of `/&|?` (IATI standard, iati-identifier and organisation-identifier); after the
    code of the Belgian register it is an enterprise number.
    """
    if not NUMBER.fullmatch(identifier) or FORBIDDEN & set(identifier):
        return False
    agency = next((code for code in _prefixes(identifier) if code in registration_agencies()), None)
    if agency is None:
        return False
    number = identifier[len(agency) + 1 :]
    if agency == BELGIAN_REGISTER:
        return bool(re.fullmatch("[01][0-9]{9}", number, re.ASCII)) and valid_enterprise_number(number)
    return bool(number)


@cache
def registration_agencies() -> frozenset[str]:
    """Return the codes of IATI's codelist OrganisationRegistrationAgency."""
    return frozenset((files("stedenband.core") / "data" / "registration-agencies.txt").read_text().split())


def _prefixes(identifier: str) -> list[str]:
    """Return what may be the agency: everything before a hyphen, the longest first."""
    pieces = identifier.split("-")
    return ["-".join(pieces[:count]) for count in range(len(pieces) - 1, 0, -1)]
