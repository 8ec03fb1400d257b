"""Generated bad input, over the whole contract: at least 5,000 in every run, 100,000 in a soak."""

import json
from collections import Counter
from collections.abc import Callable
from math import ceil

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.contracts.attacks import Attack
from tests.contracts.generated import Generated
from tests.contracts.operations import Operation, Request, operations
from tests.contracts.target import AUDIENCES, Target, check_lists, clean_up, fault
from tests.contracts.verdicts import STRICT, fits
from tests.soak import soaking

pytestmark = pytest.mark.no_cover
"""What these send is counted elsewhere, one by one; here it would take half as long again."""
FEWEST = 100_000 if soaking() else 5_000
REFUSED = 0.61
"""The part of the inputs that is refused; the others are what the contract allows after all."""
EXAMPLES = ceil(FEWEST / REFUSED / len(operations()))
"""Inputs per operation."""


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_generated_input_is_refused_in_words_or_is_what_the_contract_documents(
    operation: Operation, target: Target, record_property: Callable[[str, object], None]
) -> None:
    key = target.key_for(operation)
    counts: Counter[str] = Counter()
    before = [target.state()]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not soaking(),
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(attack=Generated(operation, target.ids, target.cities).strategy())
    def send(attack: Attack) -> None:
        answer = target.send(attack.request, key)
        counts["sent"] += 1
        counts["refused"] += answer.status_code >= 400
        faults = fault(operation, target, attack, answer, key)
        if operation.method != "GET" and answer.status_code < 400:
            clean_up(target, operation, answer)
            before[0] = target.state()
        assert not faults, "\n".join(faults)
        if answer.status_code < 400 and attack.place == "body" and attack.schema is None and operation.body:
            document = json.loads(attack.request.body or b"", **STRICT)
            assert fits(operation.body, document, patch=operation.method == "PATCH"), f"taken silently: {attack}"

    send()
    assert target.state() == before[0], "a refused request left a trace"
    if operation.method != "GET":
        check_lists(target, AUDIENCES, *operation.spec["tags"])
    record_property("generated inputs", counts["sent"])
    record_property("of them refused", counts["refused"])


def test_what_is_generated_begins_with_a_good_request() -> None:
    assert isinstance(Generated(operations()[0], {}, []).good, Request)
