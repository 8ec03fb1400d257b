"""Every operation, asked by every kind of caller, of a record of every standing: the answer is the one in the table."""

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from stedenband.web.guard import declared
from tests.builders import OWN, World
from tests.contracts.access_records import CALLERS, MAKERS, MISSING, Stage, Subject, kind_of, next_days
from tests.contracts.access_rules import RULES, Caller, Rule, expected, is_side, is_staff, sees

DECISION = {"date": "2026-01-15", "body": "City council", "reference": "GR/2026/1"}
FEWEST_CELLS = 4000


@pytest.fixture(scope="session")
def stage(world: World) -> Stage:
    """The records of the matrix in this worker's world."""
    return Stage(world)


def body_of(stage: Stage, rule: Rule, caller: Caller, subject: Subject) -> Any:
    """Return a body that is right in form, so that only access can refuse it."""
    cities = stage.world.cities
    home = str(cities[caller.city or OWN])
    others = [str(key) for name, key in cities.items() if str(key) != home]
    is_public = subject.facts is not None and subject.facts.visibility == "public"
    match rule.method, rule.last, rule.act:
        case ("GET" | "DELETE", _, _) | (_, "claim", _):
            return None
        case "POST", "merge", _:
            return {"into": {"id": str(subject.into or MISSING)}}
        case "POST", "partnerCities", act:
            return {"name": "A new city", "countryCode": "BE"} | ({"visibility": "public"} if act else {})
        case "POST", "cityLinks", act:
            ended = {"status": "ended", "decision": DECISION, "reason": "Both sides agreed."}
            members = [{"city": {"id": home}}, {"city": {"id": others[0]}}]
            return {"kind": "network", "members": members, **ended} | ({"visibility": "public"} if act else {})
        case "POST", "transitions", _:
            return {"to": "exploring"}
        case "POST", "agreements", _:
            return {"title": "A new agreement", "kind": "workProgram", **next_days()}
        case "POST", "apiClients", _:
            return {"name": "A new system", "role": "editor", "city": {"id": home}}
        case "POST", "keys", _:
            return {}
        case "PATCH", "<partnerCityId>", "":
            return {"subdivision": next_days()["validFrom"]}
        case "PATCH", "<cityLinkId>", "":
            return {"summary": {"en": next_days()["validFrom"]}}
        case "PATCH", "<agreementId>" | "<apiClientId>", "":
            return {"title" if "agreement" in rule.path else "name": next_days()["validFrom"]}
        case "PATCH", _, "rename":
            return {"title": next_days()["validFrom"]}
        case "PATCH", _, "annotate":
            return {"internalNote": next_days()["validFrom"]}
        case "PATCH", _, "appoint":
            return {"members": [{"city": {"id": str(key)}, "role": "observer"} for key in subject.members or cities.values()]}
        case "PATCH", _, "extend":
            return {"validTo": "2030-12-31"}
        case "PATCH", _, "publish":
            return {"visibility": "city" if is_public else "public"}
    raise AssertionError(f"{rule}: say what a right request is")


def asked(stage: Stage, rule: Rule, caller: Caller, subject: Subject) -> TestResponse:
    """Send the request of a rule."""
    path = rule.path
    for name, key in subject.ids.items():
        path = path.replace(f"<{name}>", str(key))
    body = body_of(stage, rule, caller, subject)
    return stage.api(caller).call(rule.method, path, json=body, headers={"If-Match": "*"})


def cells(rule: Rule) -> Iterator[tuple[str, Caller]]:
    """Give every standing of a record with every caller."""
    for name in MAKERS[kind_of(rule.path)]:
        for caller in CALLERS:
            yield name, caller


def without_traces(response: TestResponse) -> tuple[int, list[tuple[str, str]], Any]:
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
def test_every_caller_gets_the_answer_of_the_table_and_cannot_tell_hidden_from_missing(stage: Stage, rule: Rule) -> None:
    wrong = []
    kind = kind_of(rule.path)
    not_found: dict[Caller, dict[str, Any]] = {caller: {} for caller in CALLERS}
    for name, caller in cells(rule):
        subject = stage.subject(kind, name)
        response = asked(stage, rule, caller, subject)
        wanted = expected(rule, caller, subject.facts, names_record=kind not in {"", "name"})
        if response.status_code != wanted:
            wrong.append(f"{caller} asks {rule} of {name!r}: {response.status_code}, not {wanted}")
        if response.status_code == 404:
            not_found[caller][name] = without_traces(response)
        if rule.method != "GET" and response.status_code < 300:
            stage.use_up(kind, name)
    assert wrong == []
    for caller, answers in not_found.items():
        assert all(answer == answers["missing"] for answer in answers.values()), (str(caller), answers)


def told(document: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Give every property of a document with the name of the property that holds it."""
    if isinstance(document, list):
        for item in document:
            yield from told(item, above)
    if isinstance(document, dict):
        for name, value in document.items():
            yield f"{above}.{name}", value
            yield from told(value, name)


@pytest.mark.parametrize("kind", ["cityLinkId", "agreementId"])
def test_a_field_is_shown_to_its_audience_alone(stage: Stage, kind: str) -> None:
    audiences = {".internalNote": is_staff, "moves.reason": is_side, "signatories.name": is_side}
    (rule,) = (rule for rule in RULES if kind_of(rule.path) == kind and str(rule).startswith("GET") and
               rule.path.endswith(f"<{kind}>"))
    there = {".internalNote", "moves.reason" if kind == "cityLinkId" else "signatories.name"}
    for name, caller in cells(rule):
        facts = stage.subject(kind, name).facts
        if facts and not caller.refused and sees(caller, facts):
            response = asked(stage, rule, caller, stage.subject(kind, name))
            shown = {path for path, _ in told(response.json)} & set(audiences)
            assert shown == {path for path in there if audiences[path](caller, facts)}, f"{caller} reads {name!r}"


@pytest.mark.parametrize("kind", ["cityLinkId", "agreementId"])
def test_history_and_feed_name_a_field_to_its_audience_alone(stage: Stage, kind: str) -> None:
    (rule,) = (rule for rule in RULES if kind_of(rule.path) == kind and rule.path.endswith(f"<{kind}>/history"))
    for name, caller in cells(rule):
        subject = stage.subject(kind, name)
        if subject.facts and not caller.refused and sees(caller, subject.facts):
            history = asked(stage, rule, caller, subject).json
            paths = dict(told(history))
            assert ("changes.internalNote" in paths) == is_staff(caller, subject.facts)
            assert ("new.reason" in paths) == (kind == "cityLinkId" and is_side(caller, subject.facts))
            assert "new.name" not in paths, "the name of a signatory is personal data"


def everything(stage: Stage, caller: Caller, path: str) -> dict[str, Any]:
    """Return all items of a list by id, page by page."""
    found: dict[str, Any] = {}
    following: str | None = f"{path}?pageSize=200"
    while following:
        page = stage.api(caller).get(following).json
        found |= {item["id"]: item for item in page["items"]}
        following = page.get("next")
    return found


@pytest.mark.parametrize("kind", ["partnerCityId", "cityLinkId", "agreementId"])
def test_a_list_holds_what_its_caller_sees_and_no_more(stage: Stage, kind: str) -> None:
    (rule,) = (rule for rule in RULES if kind_of(rule.path) == kind and str(rule).endswith(f"GET {rule.path}") and
               rule.path.endswith(f"<{kind}>"))
    for caller in CALLERS:
        if caller.refused:
            continue
        for name in MAKERS[kind]:
            subject = stage.subject(kind, name)
            if subject.facts:
                collection = rule.path.rpartition("/")[0]
                for key, value in subject.ids.items():
                    collection = collection.replace(f"<{key}>", str(value))
                key = str(subject.ids[kind])
                item = everything(stage, caller, collection).get(key) if parent_seen(stage, caller, subject) else None
                assert (item is not None) == sees(caller, subject.facts), f"{caller} lists {name!r}"
                if item:
                    read = stage.api(caller).get(item["href"]).json
                    assert {**read, "self": None} == {**item, "self": None}


def parent_seen(stage: Stage, caller: Caller, subject: Subject) -> bool:
    """Tell whether the caller sees the collection at all."""
    if "agreementId" not in subject.ids:
        return True
    return stage.api(caller).get(f"/v1/cityLinks/{subject.ids['cityLinkId']}").status_code == 200


def test_the_matrix_is_large(record_property: Any, capsys: pytest.CaptureFixture[str]) -> None:
    count = sum(1 for rule in RULES for _ in cells(rule))
    record_property("cells", count)
    with capsys.disabled():
        print(f"\naccess matrix: {count} cells")
    assert count > FEWEST_CELLS
