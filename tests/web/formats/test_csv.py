"""CSV: what Belgian Excel reads by double click, and what other tools read."""

import csv
from io import BytesIO, StringIO
from typing import Any

import orjson
import pytest

from stedenband.cities.routes import PARTNER_CITIES
from stedenband.projects.routes.exchange_projects import EXCHANGE_PROJECTS
from stedenband.projects.routes.results import PERIODS
from stedenband.web.formats.csv import BELGIAN, COMMAS, Dialect
from stedenband.web.formats.formulas import restored
from stedenband.web.formats.table import Subject

SUBJECT = Subject("partnerCities", PARTNER_CITIES.schema, "http://127.0.0.1:8000/v1/partnerCities")
CITY: dict[str, Any] = {
    "name": '=HYPERLINK("http://evil.example";"Genk")',
    "subdivision": 'Limburg; "B"\nsecond line',
    "location": {"latitude": -50.965, "longitude": 1e-7},
    "population": {"value": 65691, "year": 2017},
    "languages": ["fr", "nl"],
    "identifiers": {"nisCode": "00001"},
    "createdAt": "2026-02-01T09:30:00Z",
    "names": {"fr": "+Genk", "pt": "Genque"},
}


def written(dialect: Dialect, *documents: dict[str, Any]) -> str:
    """Return the file as text."""
    out = BytesIO()
    dialect.write(SUBJECT, map(orjson.dumps, documents), out)
    return out.getvalue().decode()


def rows(dialect: Dialect, text: str) -> list[dict[str, str]]:
    """Return the rows as another reader of CSV finds them."""
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=dialect.separator))


def test_a_file_for_excel_has_a_byte_order_mark_semicolons_and_crlf() -> None:
    text = written(BELGIAN, CITY, CITY)
    assert text.startswith("\ufeffid;createdAt;")
    assert text.count("\ufeff") == 1
    assert text.endswith("\r\n")
    assert text.count("\r\n") == 3


def test_a_file_for_tools_has_commas_points_and_no_byte_order_mark() -> None:
    assert written(COMMAS).startswith("id,createdAt,")
    assert rows(COMMAS, written(COMMAS, CITY))[0]["location.latitude"] == "-50.965"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("location.latitude", "-50,965"),
        ("location.longitude", "0,0000001"),
        ("population.value", "65691"),
        ("languages", "fr|nl"),
        ("identifiers.nisCode", "00001"),
        ("createdAt", "2026-02-01T09:30:00Z"),
        ("subdivision", 'Limburg; "B"\nsecond line'),
        ("name", '\'=HYPERLINK("http://evil.example";"Genk")'),
        ("names.fr", "'+Genk"),
        ("names.*", '{"pt":"Genque"}'),
        ("names.nl", ""),
        ("website", ""),
    ],
)
def test_cells_are_what_a_spreadsheet_in_belgium_takes_for_the_value(name: str, cell: str) -> None:
    assert rows(BELGIAN, written(BELGIAN, CITY))[0][name] == cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [("12.50", "12,50"), ("-0.5", "-0,5"), ("1500", "1500"), ("Half of them. 1.5", "Half of them. 1.5")],
)
def test_money_and_figures_have_the_decimal_sign_of_the_file(value: str, cell: str) -> None:
    subject = Subject("periods", PERIODS.schema, "http://127.0.0.1:8000/v1/periods")
    out = BytesIO()
    BELGIAN.write(subject, [orjson.dumps({"target": {"value": value}})], out)
    assert rows(BELGIAN, out.getvalue().decode())[0]["target.value"] == cell
    out = BytesIO()
    COMMAS.write(subject, [orjson.dumps({"target": {"value": value}})], out)
    assert rows(COMMAS, out.getvalue().decode())[0]["target.value"] == value
    subject = Subject("projects", EXCHANGE_PROJECTS.schema, "http://127.0.0.1:8000/v1/exchangeProjects")
    out = BytesIO()
    BELGIAN.write(subject, [orjson.dumps({"amount": {"value": "2500.00", "currency": "EUR"}})], out)
    assert rows(BELGIAN, out.getvalue().decode())[0]["amount.value"] == "2500,00"


def test_a_defused_text_comes_back() -> None:
    for dialect in (BELGIAN, COMMAS):
        assert restored(rows(dialect, written(dialect, CITY))[0]["name"]) == CITY["name"]


def test_flags_are_words() -> None:
    assert BELGIAN.cells([True, False, None, -5]) == ["true", "false", None, "-5"]
