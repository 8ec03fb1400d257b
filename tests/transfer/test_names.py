"""What may name a city, and how alike names are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stedenband.transfer.names import Resemblance, UnfitNameError, clean, has_forbidden, resemblance, words


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Écaussinnes", "ecaussinnes", Resemblance.EQUAL),
        ("Sint-Denijs-Westrem", "Sint Denijs Westrem", Resemblance.EQUAL),
        ("Łódź", "Lodz", Resemblance.EQUAL),
        ("Großostheim", "Grossostheim", Resemblance.EQUAL),
        ("Braine-l'Alleud", "Braine-l\u2019Alleud", Resemblance.EQUAL),
        ("Offenbach am Main", "Offenbach", Resemblance.QUALIFIED),
        ("Tryavna", "Tryavna Municipality", Resemblance.QUALIFIED),
        ("Ghent", "Gent", Resemblance.ALIKE),
        ("Bruges", "Brugge", Resemblance.ALIKE),
        ("Ypres", "Ieper", Resemblance.OTHER),
        ("Woluwe-Saint-Pierre", "Woluwe-Saint-Lambert", Resemblance.OTHER),
    ],
)
def test_names_are_compared_without_accents_case_and_punctuation(one: str, other: str, expected: Resemblance) -> None:
    assert resemblance(one, other) is resemblance(other, one) is expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("  ", "blank"),
        ("x" * 201, "longer"),
        ("Ge\x00nk", "control"),
        ("Ge\u202enk", "bidirectional"),
        ("Ge\u2028nk", "control"),
        ("Genk\u0378", "control"),  # a code point that nobody assigned: the database may normalize it otherwise
        ("- ?", "letter"),
        ("Q37003", "Wikidata"),
    ],
)
def test_a_text_that_cannot_name_a_city_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnfitNameError, match=reason):
        clean(text)


def test_a_name_is_trimmed_and_composed() -> None:
    assert clean(" Lie\u0300ge\u00a0") == "Li\u00e8ge"


def test_a_name_of_two_hundred_characters_is_kept() -> None:
    assert len(clean("x" * 200)) == 200


@given(st.text(max_size=250))
def test_every_text_is_a_clean_name_or_refused(text: str) -> None:
    try:
        name = clean(text)
    except UnfitNameError:
        return
    assert name == clean(name)
    assert name == name.strip()
    assert not has_forbidden(name)
    assert words(name)
    assert resemblance(name, name) is Resemblance.EQUAL
