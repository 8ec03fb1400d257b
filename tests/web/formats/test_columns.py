"""The columns of a table: made of the schema, in its order, whatever the rows hold."""

import json
from typing import Any

import pytest

from stedenband.app import RESOURCES
from stedenband.changes.schemas import ChangeSchema, HistoryEntrySchema
from stedenband.cities.routes import CITY_LINKS
from stedenband.web.formats.columns import Column, all_columns, row_reader
from stedenband.web.resource import Resource

LINK = {
    "id": "1",
    "version": 3,
    "owner": {"href": "http://x", "id": "7", "title": "Genk"},
    "title": "A",
    "members": [
        {"city": {"href": "h", "id": "7", "title": "Genk|North\\South"}, "role": "lead"},
        {"role": "partner"},
    ],
    "themes": ["waste", "youth"],
    "summary": {"en": "Yes", "pt": "Sim", "es": "Sí"},
    "renewalDue": False,
    "moves": [],
}


def values(document: dict[str, Any], columns: tuple[Column, ...]) -> dict[str, Any]:
    """Return the values by the name of their column, as far as there are any."""
    row = row_reader(columns)(document)
    return {column.name: value for column, value in zip(columns, row, strict=True) if value is not None}


def test_a_document_is_spread_over_its_columns() -> None:
    assert values(LINK, all_columns(CITY_LINKS.schema)) == {
        "id": "1",
        "version": 3,
        "owner.id": "7",
        "owner.title": "Genk",
        "title": "A",
        "members[].city.id": "7|",
        "members[].city.title": "Genk\\|North\\\\South|",
        "members[].role": "lead|partner",
        "themes": "waste|youth",
        "summary.en": "Yes",
        "summary.*": '{"pt":"Sim","es":"Sí"}',
        "renewalDue": False,
    }


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.name)
def test_every_column_has_a_name_of_its_own_and_the_key_and_version_are_there(resource: Resource) -> None:
    names = [column.name for column in all_columns(resource.schema)]
    assert len(names) == len(set(names))
    assert {"id", "version", "href"} <= set(names)
    assert not {"possibleDuplicates", "decision", "transitions"} & set(names)


def test_the_columns_stand_in_the_order_of_the_schema() -> None:
    names = [column.name for column in all_columns(CITY_LINKS.schema)]
    assert names[:5] == ["id", "createdAt", "updatedAt", "publishedAt", "version"]
    assert names.index("title") < names.index("members[].city.id") < names.index("themes") < names.index("visibility")


def test_values_of_a_kind_are_known() -> None:
    kinds = {column.name: column.kind for column in all_columns(CITY_LINKS.schema)}
    assert (kinds["startDate"], kinds["updatedAt"], kinds["version"]) == ("date", "instant", "integer")
    assert (kinds["renewalDue"], kinds["moves[].movedAt"], kinds["title"]) == ("flag", "text", "text")


def test_codes_of_items_are_joined_with_a_space_and_flags_are_written_as_in_json() -> None:
    column = Column(("keys", "[]", "scopes"))
    assert column.name == "keys[].scopes"
    read = row_reader((column, Column(("keys", "[]", "on"))))
    assert read({"keys": [{"scopes": ["a:b", "c:d"], "on": True}, {}, {"scopes": []}]}) == ["a:b c:d||", "true||"]
    assert read({"keys": []}) == read({}) == [None, None]


def test_the_record_of_change_fits_a_table() -> None:
    assert values({"fields": ["title", "kind"]}, all_columns(ChangeSchema)) == {"fields": "title|kind"}
    changes = {"title": {"old": "A", "new": "B"}}
    cell = values({"changes": changes}, all_columns(HistoryEntrySchema))["changes"]
    assert json.loads(cell) == changes
