"""What of a record its reader is shown, and which records a list holds: per caller, standing and field."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.access_records import CALLERS, MAKERS, Stage, Subject, cells
from tests.contracts.access_requests import Asking
from tests.contracts.access_rules import RULES, Caller, Facts, Rule, is_side, is_staff, sees


def is_mover(caller: Caller, record: Facts) -> bool:
    """Tell whether the caller is told which moves are open to it."""
    return is_staff(caller, record) and caller.role in {"editor", "coordinator"}


def is_publisher(caller: Caller, record: Facts) -> bool:
    """Tell whether the caller is told which moves of a plan are open to it."""
    return is_staff(caller, record) and caller.role == "coordinator"


def is_reporter(caller: Caller, record: Facts) -> bool:
    """Tell whether the caller is told which moves of a report are open to it."""
    return is_side(caller, record) and caller.role in {"partner", "editor", "coordinator"}


pytestmark = pytest.mark.no_cover
"""What these ask for is counted elsewhere, one by one; here it would take twice as long again."""
AUDIENCES = {
    "cityLinkId": {
        ".internalNote": is_staff,
        ".mergeConfirmations": is_side,
        ".transitions": is_mover,
        "moves.reason": is_side,
    },
    "agreementId": {".internalNote": is_staff, "signatories.name": is_side},
    "organizationId": {".internalNote": is_staff},
    "contactId": {
        **dict.fromkeys((".lawfulBasis", ".purpose", ".source", ".reviewOn", ".note"), is_staff),
        **dict.fromkeys((".displayName", ".givenName", ".familyName", ".honorific", ".languages"), is_side),
        **dict.fromkeys((".cityLink", "emails.address", "phones.number", "roles.role", ".possibleDuplicates"), is_side),
    },
    "policyPlanId": {".internalNote": is_staff, ".transitions": is_publisher},
    "decisionId": {".internalNote": is_staff},
    "resultId": {".internalNote": is_staff},
    "indicatorId": {".internalNote": is_staff},
    "periodId": {
        ".internalNote": is_staff,
        ".transitions": is_reporter,
        **dict.fromkeys((".locked", ".status", ".report", ".targetReason", ".decisionReason"), is_side),
        **dict.fromkeys((".reportedBy", ".reportedAt"), is_side),
    },
    "delegationId": {
        ".internalNote": is_staff,
        ".transitions": is_mover,
        "participants.checklist": is_staff,
        **dict.fromkeys((".report", ".reportPublishable", "participants.contact", "participants.payer"), is_side),
        **dict.fromkeys((".followUps", ".meetings", "gifts.giver", "gifts.receiver"), is_side),
        "moves.reason": is_side,
    },
    "programItemId": {".internalNote": is_staff, ".hostContact": is_side},
    "exchangeProjectId": {
        ".internalNote": is_staff,
        ".transitions": is_mover,
        "jury.name": is_staff,
        **dict.fromkeys(("jury.contact", "moves.reason", "nominations.motivation"), is_side),
    },
}
"""The fields that not everybody is shown, each with whom it is for; a name follows that of what holds it."""

ON_SINGLE = {"transitions", "possibleDuplicates"}
"""What stands on the single resource only."""

READERS = [caller for caller in CALLERS if not caller.refused]


def reading(kind: str, what: str = "") -> Rule:
    """Return the rule that reads one record of a kind, or something below it."""
    (rule,) = (rule for rule in RULES if rule.method == "GET" and rule.path.endswith(f"/<{kind}>{what}"))
    return rule


def seen(stage: Stage, kind: str) -> Iterator[tuple[Caller, Subject]]:
    """Give every record with every caller who sees it."""
    for name, caller in cells(reading(kind)):
        subject = stage.subject(kind, name)
        if subject.facts and not caller.refused and sees(caller, subject.facts):
            yield caller, subject


def told(document: Any, above: str = "") -> Iterator[str]:
    """Give the name of every property of a document, after the name of the property that holds it."""
    for item in document if isinstance(document, list) else ():
        yield from told(item, above)
    for name, value in document.items() if isinstance(document, dict) else ():
        yield f"{above}.{name}"
        yield from told(value, name)


@pytest.mark.parametrize("kind", AUDIENCES)
def test_a_field_is_shown_to_its_audience_alone(stage: Stage, kind: str) -> None:
    for caller, subject in seen(stage, kind):
        assert subject.facts
        shown = set(told(Asking(stage, reading(kind), caller, subject).send().json)) & set(AUDIENCES[kind])
        assert shown == {name for name, is_for in AUDIENCES[kind].items() if is_for(caller, subject.facts)}, str(caller)


@pytest.mark.parametrize("kind", AUDIENCES)
def test_history_shows_a_field_to_its_audience_alone(stage: Stage, kind: str) -> None:
    for caller, subject in seen(stage, kind):
        assert subject.facts
        shown = set(told(Asking(stage, reading(kind, "/history"), caller, subject).send().json))
        note = "changes.purpose" if kind == "contactId" else "changes.internalNote"
        assert (note in shown) == is_staff(caller, subject.facts), str(caller)
        moved = kind in {"cityLinkId", "exchangeProjectId", "delegationId"}
        assert ("new.reason" in shown) == (moved and is_side(caller, subject.facts)), str(caller)
        named = kind == "exchangeProjectId" and "changes.nominations" in shown
        assert ("new.name" in shown) == named, "the names of signatories and jurors are personal data"


@pytest.mark.parametrize("kind", ["partnerCityId", *AUDIENCES, "policyGoalId", "policyActionId"])
def test_a_list_holds_what_its_caller_sees_as_the_caller_reads_it(stage: Stage, kind: str) -> None:
    subjects = {name: stage.subject(kind, name) for name in MAKERS[kind]}
    for caller in READERS:
        lists: dict[str, dict[str, Any]] = {}
        for name, subject in subjects.items():
            if subject.facts:
                path = Asking(stage, reading(kind), caller, subject).path
                collection = path.rpartition("/")[0]
                if collection not in lists:
                    lists[collection] = everything(stage, caller, collection)
                item = lists[collection].get(str(subject.ids[kind]))
                assert (item is not None) == sees(caller, subject.facts), f"{caller} lists {name!r}"
                single = stage.api(caller).get(path).json
                assert item in (None, {name: value for name, value in single.items() if name not in ON_SINGLE})


def everything(stage: Stage, caller: Caller, path: str) -> dict[str, Any]:
    """Return all items of a list by id, page by page; none of a list that the caller does not see."""
    found: dict[str, Any] = {}
    following: str | None = f"{path}?pageSize=200"
    while following:
        page = stage.api(caller).get(following).json
        found |= {item["id"]: item for item in page.get("items", ())}
        following = page.get("next")
    return found


@pytest.mark.parametrize("kind", [kind for kind, fields in AUDIENCES.items() if ".internalNote" in fields])
def test_who_is_not_shown_a_note_is_not_told_what_it_says_by_writing_it(stage: Stage, kind: str) -> None:
    stored: dict[str, Any] = {}
    guesses: dict[str, set[tuple[int, str]]] = {}
    for caller, subject in seen(stage, kind):
        assert subject.facts
        asking = Asking(stage, reading(kind), caller, subject)
        if is_staff(caller, subject.facts):
            stored[asking.path] = asking.send().json.get("internalNote")
    for caller, subject in seen(stage, kind):
        path = Asking(stage, reading(kind), caller, subject).path
        if subject.facts and path in stored and not is_staff(caller, subject.facts):
            for note in (stored[path], "Guessed."):
                answer = stage.api(caller).call("PATCH", path, json={"internalNote": note}, headers={"If-Match": "*"})
                guesses.setdefault(f"{caller} {path}", set()).add((answer.status_code, str(answer.json.get("detail"))))
    assert guesses
    assert {len(each) for each in guesses.values()} == {1}, guesses
    assert {status for each in guesses.values() for status, _ in each} <= {401, 403}
