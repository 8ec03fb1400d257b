"""What is an IATI organisation identifier or a national register number, asked of the rule itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis.strategies import dates, integers, sampled_from

from stedenband.core.identifiers import holds_register_number, valid_iati_identifier


@pytest.mark.parametrize(
    ("identifier", "valid"),
    [
        ("BE-BCE_KBO-0207201797", True),
        ("BE-BCE_KBO-0207201796", False),
        ("XM-DAC-10", True),
        ("NO-SUCH_AGENCY-1", False),
        ("BE-BCE_KBO-02 07", False),
        ("BE-BCE_KBO-02/07", False),
        ("", False),
    ],
)
def test_an_identifier_names_an_agency_and_a_number_there(identifier: str, valid: bool) -> None:
    assert valid_iati_identifier(identifier) is valid


def register_number(born: date, counter: int, more: int = 0) -> list[str]:
    """Return the parts of a national register number; `more`: what a bis number adds to the month."""
    parts = [f"{born.year % 100:02}", f"{born.month + more:02}", f"{born.day:02}", f"{counter:03}"]
    century = "2" if born.year >= 2000 else ""
    return [*parts, f"{97 - int(century + ''.join(parts)) % 97:02}"]


@given(
    born=dates(date(1900, 1, 1), date(2099, 12, 31)),
    counter=integers(1, 998),
    more=sampled_from((0, 20, 40)),
    separators=sampled_from(("", "....", "..-.", "    ", "////", "\N{EN DASH}" * 4)),
    around=sampled_from(("{}", "Her number: {}.", "RR{}", "({})\nCalls in May.")),
)
def test_a_national_register_number_is_found_however_it_is_written(
    born: date, counter: int, more: int, separators: str, around: str
) -> None:
    year, month, day, number, check = register_number(born, counter, more)
    signs = separators or [""] * 4
    written = f"{year}{signs[0]}{month}{signs[1]}{day}{signs[2]}{number}{signs[3]}{check}"
    assert holds_register_number(around.format(written))


@given(born=dates(date(1900, 1, 1), date(2099, 12, 31)), counter=integers(1, 998), check=integers(0, 99))
def test_digits_with_other_check_digits_are_no_national_register_number(born: date, counter: int, check: int) -> None:
    *digits, _ = register_number(born, counter)
    right = {97 - int(century + "".join(digits)) % 97 for century in ("", "2")}
    assert holds_register_number("".join(digits) + f"{check:02}") == (check in right)


@pytest.mark.parametrize(
    "text",
    [
        "Calls in May.",
        "85.07.30-033.29",
        "85.07.32-033.65",
        "85.13.30-033.70",
        "8507300332",
        "1850730033280",
        "+85073003328",
        "BE0207201797",
    ],
)
def test_what_is_no_national_register_number_may_be_written(text: str) -> None:
    assert not holds_register_number(text)
