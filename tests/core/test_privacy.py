"""Every column says whether it holds personal data."""

import pytest
from sqlalchemy import Column, MetaData, Table, Text

import stedenband.app
import stedenband.people.models
from stedenband.core.privacy import IMPERSONAL, NOTE, personal_columns, processing, untagged
from stedenband.core.records import Record

TABLES = Record.metadata.tables


def a_table(impersonal: str, *columns: Column[str]) -> Table:
    """Return a table whose info names the columns that hold no personal data."""
    return Table("note", MetaData(), *columns, info={"impersonal": impersonal})


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_column_says_whether_it_holds_personal_data(table: str) -> None:
    assert stedenband.app.RESOURCES
    assert untagged(TABLES[table]) == set(), "tag it: see stedenband.core.privacy"


@pytest.mark.parametrize(
    ("impersonal", "forgotten"),
    [("title", set()), ("", {"title"}), ("title body", {"body"}), ("title gone", {"gone"})],
    ids=["all said", "one forgotten", "one said twice", "one that is none"],
)
def test_a_column_that_says_nothing_is_found(impersonal: str, forgotten: set[str]) -> None:
    columns = (Column("id", Text, info=IMPERSONAL), Column("title", Text), Column("body", Text, info=NOTE.tag))
    table = a_table(impersonal, *columns)
    assert untagged(table) == forgotten
    assert [column.name for column, _ in personal_columns(table)] == ["body"]


def test_the_same_processing_is_named_once_with_all_that_it_holds() -> None:
    found = processing(TABLES)[NOTE]
    assert found.items() >= {"agreement": ["internal_note"], "city_link": ["internal_note"]}.items()
