"""From the label of a country to its code."""

import pytest

from stedenband.transfer.countries import TERRITORIES, country_codes


@pytest.mark.parametrize(
    ("label", "codes"),
    [
        ("Belgium", ("BE",)),
        ("the Netherlands", ("NL",)),
        ("Netherlands", ("NL",)),
        ("People's Republic of China", ("CN",)),
        ("Czech Republic", ("CZ",)),
        ("Democratic Republic of the Congo", ("CD",)),
        ("Republic of Macedonia", ("MK",)),
        ("United States of America", ("US",)),
        ("Côte d'Ivoire", ("CI",)),
        ("BE", ("BE",)),
        ("Czechoslovakia", ("CZ", "SK")),
        ("Atlantis", ()),
        ("", ()),
        ("ZZ", ()),
    ],
)
def test_a_label_gives_the_codes_of_today(label: str, codes: tuple[str, ...]) -> None:
    assert country_codes(label) == codes


def test_a_state_that_is_no_more_gives_the_countries_on_its_ground() -> None:
    assert {"AT", "HU", "RO"} < set(country_codes("Austria-Hungary"))


def test_every_territory_has_a_name_of_its_own() -> None:
    assert all(country_codes(part) == (part,) for parts in TERRITORIES.values() for part in parts)
