"""Every operation, asked by every kind of caller, of a record of every standing: the answer is the one in the table."""

from collections.abc import Callable
from typing import Any

import pytest

from stedenband.web.guard import declared
from tests.builders import Reply, World
from tests.contracts.access_records import CALLERS, Stage, cells, kind_of
from tests.contracts.access_requests import Asking
from tests.contracts.access_rules import RULES, Caller, Rule, expected

pytestmark = pytest.mark.no_cover
"""What these ask for is counted elsewhere, one by one; here it would take twice as long again."""
FEWEST_CELLS = 4_800
"""Each is a request; of the table alone, without lists and fields."""


def without_traces(response: Reply) -> tuple[int, list[tuple[str, str]], Any]:
    """Return a reply without what is made anew for each."""
    headers = [pair for pair in response.headers if pair[0] != "BelGov-Trace-Id"]
    return response.status_code, headers, {**response.json, "instance": ""}


def test_every_route_is_in_the_table_and_no_other(world: World) -> None:
    routes = {
        f"{method} {rule.rule.replace('<uuid:', '<')}"
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {rule.operation for rule in RULES}
    assert all(declared(world.app, rule.endpoint) for rule in world.app.url_map.iter_rules())


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_caller_gets_the_answer_of_the_table_and_cannot_tell_hidden_from_missing(
    stage: Stage, rule: Rule
) -> None:
    wrong, changed = [], set()
    kind = kind_of(rule.path)
    not_found: dict[Caller, dict[str, Any]] = {caller: {} for caller in CALLERS}
    for name, caller in cells(rule):
        subject = stage.subject(kind, name)
        response = Asking(stage, rule, caller, subject).send()
        wanted = expected(
            rule, caller, subject.facts, names_record=kind not in {"", "name", "codeList", "itemCode", "collection"}
        )
        if response.status_code != wanted:
            wrong.append(f"{caller} asks {rule} of {name!r}: {response.status_code}, not {wanted}")
        if response.status_code == 404:
            not_found[caller][name] = without_traces(response)
        if rule.method != "GET" and not rule.path.endswith("/dryRun") and response.status_code < 300:
            changed.add(name)
            if not rule.repeatable:
                stage.use_up(kind, name)
    for name in changed:
        stage.use_up(kind, name)
    assert wrong == []
    for caller, answers in not_found.items():
        assert all(answer == answers["missing"] for answer in answers.values()), (str(caller), answers)


def test_the_matrix_is_large(record_property: Callable[[str, object], None]) -> None:
    count = sum(1 for rule in RULES for _ in cells(rule))
    record_property("cells", count)
    assert count > FEWEST_CELLS
