"""Callers with a token get the answers of the access table, like callers with a key of the same city and role."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from time import monotonic

import pytest

from tests.access.issuers import Issuer, person, world_of
from tests.builders import OWN, PARTNER, STRANGER, Api, world_in
from tests.contracts.access_records import MAKERS, Stage, Subject, kind_of
from tests.contracts.access_requests import Asking
from tests.contracts.access_rules import RULES, Caller, Rule, expected
from tests.databases import TestServer

pytestmark = pytest.mark.no_cover
"""What these ask for is counted elsewhere, one by one; here it would take twice as long again."""
CALLERS = (
    Caller("coordinator", OWN),
    Caller("admin", OWN),
    Caller("partner", PARTNER),
    Caller("editor", PARTNER),
    Caller("auditor", STRANGER),
)
STANDINGS = 3
FRESH = 60.0
"""Seconds for which a token of five minutes is used; asking the issuer for one takes as long as a request."""


@dataclass
class TokenStage(Stage):
    """The stage of the matrix, for callers with tokens."""

    issuer: Issuer | None = None
    persons: dict[Caller, tuple[float, Api]] = field(default_factory=dict)

    def api(self, caller: Caller) -> Api:
        """Return the API as this caller sees it, with a token that holds for some minutes more."""
        assert self.issuer
        assert caller.city
        began, api = self.persons.get(caller, (0.0, None))
        if api is None or monotonic() > began + FRESH:
            api = person(self.world, self.issuer, "a", caller.city, caller.role)
            self.persons[caller] = (monotonic(), api)
        return api

    def subject(self, kind: str, name: str) -> Subject:
        """Return a record; what the client with a key keeps for itself is not of the person with the same role."""
        made = super().subject(kind, name)
        if made.facts and made.facts.visibility in {"client", "holder"}:
            return replace(made, facts=replace(made.facts, holder=None, maker=None))
        return made


@pytest.fixture(scope="module")
def stage(server: TestServer, worker_id: str, issuer: Issuer) -> Iterator[TokenStage]:
    """The records in a world of their own."""
    with (
        server.copy(worker_id) as database,
        world_in(database) as world,
        world_of(world, issuer.address) as made,
        closing(TokenStage(made, issuer=issuer)) as stage,
    ):
        yield stage


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_caller_with_a_token_gets_the_answer_of_the_table(stage: TokenStage, rule: Rule) -> None:
    kind = kind_of(rule.path)
    wrong, changed = [], set()
    for name in [*MAKERS[kind]][:STANDINGS]:
        for caller in CALLERS:
            subject = stage.subject(kind, name)
            status = Asking(stage, rule, caller, subject).send().status_code
            if status != expected(
                rule, caller, subject.facts, names_record=kind not in {"", "name", "codeList", "itemCode", "collection"}
            ):
                wrong.append(f"{caller} asks {rule} of {name!r}: {status}")
            if rule.method != "GET" and not rule.path.endswith("/dryRun") and status < 300:
                changed.add(name)
                if not rule.repeatable:
                    stage.use_up(kind, name)
    for name in changed:
        stage.use_up(kind, name)
    assert wrong == []
