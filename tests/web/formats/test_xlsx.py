"""XLSX, read back by another library: texts are texts, days are days, nothing computes."""

from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
from python_calamine import CalamineWorkbook

from stedenband.cities.routes import CITY_LINKS, PARTNER_CITIES
from stedenband.projects.routes.results import PERIODS
from stedenband.web.formats.table import Subject
from stedenband.web.formats.xlsx import LONGEST_CELL, write
from stedenband.web.resource import Resource

LINK: dict[str, Any] = {
    "title": "=1+1",
    "kind": "+32 89",
    "status": "@SUM(A1)",
    "startDate": "2004-06-24",
    "updatedAt": "2026-02-01T23:59:59Z",
    "version": 3,
    "renewalDue": True,
    "summary": {"nl": "_x0041_ & <b>", "fr": "https://www.genk.be", "en": " \N{WAVING HAND SIGN}\n second "},
    "internalNote": "x" * (LONGEST_CELL + 1),
    "members": [{"role": "lead"}, {"role": "-1"}],
}


def book(resource: Resource, *documents: dict[str, Any]) -> bytes:
    """Return the file."""
    out = BytesIO()
    subject = Subject(resource.name, resource.schema, f"http://127.0.0.1:8000/v1/{resource.name}?kind=twinning")
    write(subject, map(orjson.dumps, documents), out)
    return out.getvalue()


def rows(data: bytes, sheet: str) -> list[list[Any]]:
    """Return the cells of a sheet."""
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(sheet).to_python()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "=1+1"),
        ("kind", "+32 89"),
        ("status", "@SUM(A1)"),
        ("startDate", date(2004, 6, 24)),
        ("updatedAt", datetime(2026, 2, 1, 23, 59, 59)),  # noqa: DTZ001 (as a spreadsheet has it)
        ("version", 3.0),
        ("renewalDue", True),
        ("summary.nl", "_x0041_ & <b>"),
        ("summary.fr", "https://www.genk.be"),
        ("summary.en", " \N{WAVING HAND SIGN}\n second "),
        ("internalNote", "x" * (LONGEST_CELL - 1) + "…"),
        ("members[].role", "lead|-1"),
        ("endDate", ""),
    ],
)
def test_cells_hold_the_value_in_its_own_kind(name: str, value: Any) -> None:
    head, row = rows(book(CITY_LINKS, LINK), "cityLinks")
    found = row[head.index(name)]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("2500.00", 2500.0),
        ("-0.5", -0.5),
        ("1500", 1500.0),
        ("123456789012345.123456", "123456789012345.123456"),
        ("0.1234567", "0.1234567"),
        ("About half", "About half"),
    ],
)
def test_money_and_figures_are_numbers_where_a_cell_holds_them_exactly(value: str, cell: Any) -> None:
    head, row = rows(book(PERIODS, {"target": {"value": value}}), "periods")
    assert row[head.index("target.value")] == cell


def test_no_cell_is_a_formula_or_a_link() -> None:
    with ZipFile(BytesIO(book(CITY_LINKS, LINK))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_places_are_numbers_and_identifiers_keep_their_zeros() -> None:
    city = {"location": {"latitude": 50.9667, "longitude": 5.5}, "identifiers": {"nisCode": "00001"}}
    head, row = rows(book(PARTNER_CITIES, city), "partnerCities")
    assert row[head.index("location.latitude")] == 50.9667
    assert row[head.index("identifiers.nisCode")] == "00001"


def test_the_second_sheet_says_where_the_first_comes_from() -> None:
    about = dict(rows(book(CITY_LINKS), "About"))
    assert about == {"Address": "http://127.0.0.1:8000/v1/cityLinks?kind=twinning", "Time zone": "UTC"}


def test_the_first_row_stays_and_filters_and_no_clock_goes_into_the_file() -> None:
    data = book(CITY_LINKS, LINK)
    with ZipFile(BytesIO(data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert all(part.date_time[0] == 1980 for part in parts.infolist())
        assert "2000-01-01T00:00:00Z" in parts.read("docProps/core.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<autoFilter" in sheet
