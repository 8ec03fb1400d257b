"""Formula injection: what a spreadsheet would compute leaves with an apostrophe, and comes back without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stedenband.web.formats.formulas import defused, restored

DANGEROUS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tx", "  =1", "\xa0=cmd|' /C calc'!A0", "\uff1d1+1",
    "\uff0b1", "\uff0d1", "\uff20A1", "\u22121", "'=1", "''@x", "' =1", '=HYPERLINK("http://evil.example";"x")',
    "+32 89 65 36 00", "-",
)  # fmt: skip


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert defused(text) == "'" + text


@pytest.mark.parametrize("text", ["Genk", "1-2", "a=b", "O'Neill", "'quoted'", "", "(1)", "Évreux", "\u2013 dash"])
def test_what_does_not_stays_as_it_is(text: str) -> None:
    assert defused(text) == restored(text) == text


@given(st.text() | st.text(alphabet="'=+-@\t\r\n \uff1da"))
def test_every_text_comes_back(text: str) -> None:
    assert restored(defused(text)) == text
    assert not defused(text).lstrip().startswith(("=", "+", "-", "@"))
