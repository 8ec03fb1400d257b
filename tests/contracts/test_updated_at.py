"""A record that changed says when: `updatedAt` moves whenever `version` does, whatever changed it."""

import re
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from stedenband.core.records import Record
from tests.contracts.access_records import Stage, Subject, cells, kind_of
from tests.contracts.access_requests import Asking
from tests.contracts.access_rules import RULES, Rule, expected

pytestmark = pytest.mark.no_cover
"""What these ask for is counted elsewhere, one by one; here it would take twice as long again."""
LONG_AGO = "UPDATE {} SET version = version + 1, updated_at = '2020-01-01' WHERE id = %s RETURNING version"
STATE = "SELECT version, updated_at > '2020-01-02' FROM {} WHERE id = %s"


def table_of(rule: Rule) -> tuple[str, str]:
    """Return the name in its path of the record that a rule is about, and the table of that."""
    name = re.findall("<(.*?)>", rule.path)[-1]
    return name, re.sub("([A-Z])", r"_\1", name.removesuffix("Id")).lower()


CHANGING = [
    rule
    for rule in RULES
    if rule.method in {"PATCH", "POST"}
    and rule.done == 200
    and "dryRun" not in rule.path
    and rule.path.count("<")
    and "version" in Record.metadata.tables[table_of(rule)[1]].c
]


def a_change(stage: Stage, rule: Rule) -> tuple[Subject, Any]:
    """Return a record that a rule lets somebody change, and the request."""
    kind = kind_of(rule.path)
    for name, caller in cells(rule):
        subject = stage.subject(kind, name)
        if expected(rule, caller, subject.facts, names_record=True) == rule.done:
            stage.use_up(kind, name)
            return subject, Asking(stage, rule, caller, subject)
    raise AssertionError(rule)


@pytest.mark.parametrize("rule", CHANGING, ids=str)
def test_updated_at_moves_whenever_the_version_does(stage: Stage, rule: Rule) -> None:
    subject, asking = a_change(stage, rule)
    name, table = table_of(rule)
    key = subject.ids[name]
    with psycopg.connect(stage.world.database.owner_url, autocommit=True) as owner:
        (before,) = owner.execute(SQL(LONG_AGO).format(Identifier(table)), [key]).fetchone() or (0,)
        assert asking.send().status_code == rule.done
        version, moved = owner.execute(SQL(STATE).format(Identifier(table)), [key]).fetchone() or (0, False)
    assert moved == (version > before)
