"""Plain text: what it is, and that Python and PostgreSQL say the same of it."""

import sys
import unicodedata
from collections.abc import Iterator
from time import process_time
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stedenband.web.text import cleaned, echo
from tests.databases import TestDatabase

LONGEST = 20
SPICE = "\x00\x07\t\n\r\x1b\x7f\x85\xa0\u0301\u0316\u061c\u200b\u200e\u2003\u2028\u202e\u2066\u2126\u3000\ud800\ufeff\U000e0041 aé"
ASSIGNED = st.characters(exclude_categories=("Cn", "Cs"))
"""Without what this Python's Unicode does not know: PostgreSQL's is newer, and refuses some of it by the check."""
TEXTS = st.text(st.one_of(st.sampled_from(SPICE.replace("\ud800", "")), ASSIGNED), max_size=LONGEST + 3)


@pytest.fixture(scope="module")
def postgres(database: TestDatabase) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield connection


def is_clean(text: str, *, lines: bool) -> bool:
    try:
        return cleaned(text, LONGEST, lines=lines) == text
    except ValueError:
        return False


def is_plain(postgres: "psycopg.Connection[Any]", text: str, *, lines: bool) -> bool:
    row = postgres.execute("SELECT plain_text(%s, %s, %s)", [text, LONGEST, lines]).fetchone()
    return bool(row and row[0])


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, lines=st.booleans())
def test_the_database_takes_the_text_that_comes_out_of_the_field_and_no_other(
    postgres: "psycopg.Connection[Any]", text: str, lines: bool
) -> None:
    if "\x00" in text:
        assert not is_clean(text, lines=lines)
        return
    plain = is_plain(postgres, text, lines=lines)
    shows = any(unicodedata.category(each)[0] not in "CZ" for each in text)
    assert is_clean(text, lines=lines) == (plain and shows)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.dictionaries(st.text(max_size=3), TEXTS.filter(lambda text: "\x00" not in text), max_size=3))
def test_the_database_takes_localized_text_in_two_letter_languages(
    postgres: "psycopg.Connection[Any]", texts: dict[str, str]
) -> None:
    if any("\x00" in key for key in texts):
        return
    row = postgres.execute(
        "SELECT localized_text(%s, %s, false)", [psycopg.types.json.Jsonb(texts), LONGEST]
    ).fetchone()
    keys = all(len(key) == 2 and key.isascii() and key.islower() and key.isalpha() for key in texts)
    values = all(is_plain(postgres, text, lines=False) for text in texts.values())
    assert row == (bool(texts) and keys and values,)


@given(text=TEXTS, lines=st.booleans())
def test_cleaning_twice_is_cleaning_once(text: str, lines: bool) -> None:
    try:
        once = cleaned(text, LONGEST, lines=lines)
    except ValueError:
        return
    assert cleaned(once, LONGEST, lines=lines) == once


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u2060\u2060", "\xa0", "\U000e0041"])
def test_a_text_in_which_nothing_shows_is_blank(text: str) -> None:
    with pytest.raises(ValueError, match="not blank"):
        cleaned(text, LONGEST)


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\u200f", "\u061c", "\ud800"]
)
def test_control_and_direction_characters_are_refused(character: str) -> None:
    with pytest.raises(ValueError, match="control characters"):
        cleaned(f"a{character}b", LONGEST, lines=True)


def test_line_breaks_stand_in_texts_of_several_lines_alone() -> None:
    assert cleaned("one\r\ntwo\tthree", LONGEST, lines=True) == "one\ntwo\tthree"
    with pytest.raises(ValueError, match="control characters"):
        cleaned("one\ntwo", LONGEST)
    with pytest.raises(ValueError, match="control characters"):
        cleaned("one\rtwo", LONGEST, lines=True)


def test_length_is_counted_in_code_points_of_the_normal_form() -> None:
    assert cleaned("e\u0301" * LONGEST, LONGEST) == "é" * LONGEST
    with pytest.raises(ValueError, match="at most 20"):
        cleaned("a" * (LONGEST + 1), LONGEST)


def test_no_text_makes_normalizing_slow() -> None:
    began = process_time()
    with pytest.raises(ValueError, match="accents"):
        cleaned("a" + "\u0301" * 300_000 + "\u0316" * 300_000, 4000)
    with pytest.raises(ValueError, match="accents"):
        cleaned("a" + "\u0301" * 4000 + "\u0316" * 4000, 4000)
    assert process_time() - began < 0.2


@pytest.mark.parametrize(
    ("received", "sent"),
    [ (True, True), (7, 7), (1.5, 1.5), (10**18, None), (sys.float_info.max * 10, None), (None, None), (["a"], None), ("a\x00\ud800\u202e", "a\N{REPLACEMENT CHARACTER}" + "\N{REPLACEMENT CHARACTER}" * 2), ("a" * 101, "a" * 99 + "…") ],
)  # fmt: skip
def test_what_is_sent_back_is_short_and_safe(received: object, sent: object) -> None:
    assert echo(received) == sent
