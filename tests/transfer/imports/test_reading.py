"""Cells as the API would be sent them, however Belgians and spreadsheets write them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stedenband.core.words import say
from stedenband.projects.schemas.figures import Dimensions, Disaggregation
from stedenband.transfer.imports.headings import headings_of, label_of
from stedenband.transfer.imports.mapping import ADDED
from stedenband.transfer.imports.reading import Unfit, plain, value_of
from stedenband.transfer.sheets import Cell, Unreadable
from stedenband.web import fields
from stedenband.web.catalogs import LANGUAGES
from stedenband.web.formats.columns import all_columns
from stedenband.web.formats.formulas import defused
from tests.transfer.imports.sending import BY_NAME, VOCABULARY, WRITABLE

NUMBER, INTEGER = fields.Number("A number.", -180, 180), fields.Integer("A number.", 0, 9)
AMOUNT, FIGURE, FLAG = fields.Amount("Money."), fields.Figure("A figure.", 100), fields.Flag("A flag.")
DAY, MOMENT, TEXT = fields.Date("A day."), fields.Instant("A moment."), fields.Text("A text.", 100)
COUNTRY, CATEGORY = fields.CountryCode("A country."), fields.ListedCode("A kind.", "organisationTypes", form="[0-9]{2}")
THEMES = BY_NAME["cityLinks"].schema._declared_fields["themes"]  # noqa: SLF001 (as in web.schema)


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        (NUMBER, 50.9667, 50.9667), (NUMBER, "50,9667", 50.9667), (NUMBER, "-21.17", -21.17), (NUMBER, "5", 5),
        (NUMBER, "x", "x"), (NUMBER, "1" * 50, "1" * 50), (INTEGER, 3.0, 3), (INTEGER, "7", 7), (INTEGER, "1.5", 1.5),
        (INTEGER, "1.234,5", 1234.5), (INTEGER, "1,234,567.25", 1_234_567.25), (INTEGER, True, True),
        (AMOUNT, 2500, "2500"), (AMOUNT, 2500.5, "2500.5"), (AMOUNT, "2500,50", "2500.50"), (AMOUNT, "2.500,00", "2500.00"),
        (AMOUNT, "EUR 5", "EUR 5"), (FIGURE, "12,50", "12.50"), (FIGURE, 12.5, "12.5"), (FIGURE, "low, rising", "low, rising"),
        (FLAG, True, True), (FLAG, "Ja", True), (FLAG, "ONWAAR", False), (FLAG, "oui", True), (FLAG, "maybe", "maybe"), (FLAG, 1, 1),
        (DAY, date(2004, 6, 24), "2004-06-24"), (DAY, "2004-06-24", "2004-06-24"), (DAY, "24/06/2004", "2004-06-24"),
        (DAY, "3.4.2026", "2026-04-03"), (DAY, "4/4/2026", "2026-04-04"), (DAY, "24-6-04", "24-6-04"), (DAY, "31/31/2004", "2004-31-31"),
        (DAY, datetime(2004, 6, 24, tzinfo=UTC), "2004-06-24"), (DAY, 38162, "38162"),
        (DAY, datetime(2004, 6, 24, 12, tzinfo=UTC), "2004-06-24T12:00:00+00:00"),
        (MOMENT, datetime(2004, 6, 24, 12, tzinfo=UTC), "2004-06-24T12:00:00Z"), (MOMENT, "2004-06-24T12:00:00Z", "2004-06-24T12:00:00Z"),
        (MOMENT, date(2004, 6, 24), "2004-06-24"),
        (TEXT, 71016, "71016"), (TEXT, 1.5, "1.5"), (TEXT, True, "true"), (TEXT, False, "false"), (TEXT, 1e20, "100000000000000000000"),
        (COUNTRY, "BE", "BE"), (COUNTRY, "België", "BE"), (COUNTRY, "belgique", "BE"), (COUNTRY, "Nowhere", "Nowhere"),
        (CATEGORY, 22, "22"), (CATEGORY, "Nationale ngo", "22"),
        (THEMES, "waste|youth", ["waste", "youth"]), (THEMES, "waste; youth", ["waste", "youth"]), (THEMES, "waste", ["waste"]),
        (Dimensions("Words."), "ageGroup|sex", ["ageGroup", "sex"]),
        (Disaggregation(), '[{"dimension":"sex"}]', [{"dimension": "sex"}]),
    ],
)  # fmt: skip
def test_a_cell_is_read_for_its_field(field: Any, cell: Cell, value: Any) -> None:
    found = value_of(cell, field, VOCABULARY)
    assert found == value
    assert type(found) is type(value)


def test_codes_of_an_item_stand_between_spaces() -> None:
    assert value_of("nl fr", fields.Codes("Languages.", fields.LanguageCode("A language.")), VOCABULARY, within=True) == [
        "nl", "fr",
    ]  # fmt: skip


def test_what_may_be_two_days_is_refused_unless_somebody_says_which() -> None:
    for text in ("3/4/2026", "3-4-2026"):
        with pytest.raises(Unfit):
            value_of(text, DAY, VOCABULARY)
        assert value_of(text, DAY, VOCABULARY, day_first=True) == "2026-04-03"


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(Unfit):
        value_of("{", Disaggregation(), VOCABULARY)


def test_a_cell_that_cannot_be_read_is_refused_with_its_reason() -> None:
    with pytest.raises(Unfit) as caught:
        plain(Unreadable(say("Why.")), marked=False)
    assert caught.value.reason == "Why."


@given(st.text(max_size=40))
def test_the_mark_of_a_text_is_taken_off_as_it_was_put_on(text: str) -> None:
    assert plain(defused(text), marked=True) == (text.strip() or None)


@pytest.mark.parametrize("name", WRITABLE)
def test_every_column_of_an_export_has_a_heading_in_every_language(name: str) -> None:
    headings = headings_of(BY_NAME[name])
    assert {each.name for each in headings if each.in_exports} >= {
        column.name for column in all_columns(BY_NAME[name].schema, whole=True)
    }
    for language in LANGUAGES:
        labels = [each.label(language) for each in headings if each.read]
        assert len(set(labels)) == len(labels)


def test_what_is_added_to_rows_to_put_right_is_named_in_every_language() -> None:
    assert all(label_of(name, language) for name in ADDED for language in LANGUAGES)
