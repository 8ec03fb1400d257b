"""Bad input, over the whole contract: never a 500, never a poison row, nothing taken silently.

The corpus is put at every place that the contract documents, so a new field or parameter is covered without a line here:
some of it at each in every run, all of it at each in `make corpus`.
"""

import pytest

from tests.contracts.attacks import Attacks
from tests.contracts.operations import Operation, operations
from tests.contracts.target import AUDIENCES, Target, check_lists, clean_up, fault
from tests.soak import soaking

pytestmark = pytest.mark.no_cover
"""What these send is counted elsewhere, one by one; here it would take half as long again."""
FEWEST_INPUTS = 150_000 if soaking() else 15_000


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_bad_input_is_refused_in_words_and_leaves_no_trace(operation: Operation, target: Target) -> None:
    key = target.key_for(operation)
    before = target.state()
    faults = []
    for attack in Attacks(operation, target.ids, target.cities):
        answer = target.send(attack.request, key)
        faults += fault(operation, target, attack, answer, key)
        if operation.method != "GET" and answer.status_code < 400:
            clean_up(target, operation, answer)
            before = target.state()
    assert not faults, f"{len(faults)} faults, among them\n" + "\n".join(faults[:40])
    assert target.state() == before
    if operation.method != "GET":
        check_lists(target, AUDIENCES, *operation.spec["tags"])


def test_the_corpus_is_as_large_as_we_say(target: Target) -> None:
    counted = sum(len(Attacks(operation, target.ids, target.cities)) for operation in operations())
    print(f"{counted:,} bad inputs")  # noqa: T201 (the closing note gives this number)
    assert counted >= FEWEST_INPUTS
