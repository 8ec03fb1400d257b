"""The check digits and prefixes of identifiers that organizations have elsewhere."""

import re
from functools import cache
from importlib.resources import files

BELGIAN_REGISTER = "BE-BCE_KBO"
"""The registration agency whose numbers are Belgian enterprise numbers."""
NUMBER = re.compile(r"[!-~]+", re.ASCII)
FORBIDDEN = frozenset("/&|?")


def valid_enterprise_number(number: str) -> bool:
    """Tell whether the check digits of a Belgian enterprise number (KBO/BCE, ten digits) are right: modulus 97."""
    return 97 - int(number[:8]) % 97 == int(number[8:])


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
