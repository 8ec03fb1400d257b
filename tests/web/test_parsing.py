"""JSON is read strictly, and every fault of a body or query is named."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stedenband.core.errors import BadRequest
from stedenband.web.parsing import DEEPEST, strict_json
from tests.builders import OWN, World

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=12,
)


@given(value=JSON)
def test_json_is_read_as_it_was_written(value: Any) -> None:
    assert strict_json(json.dumps(value).encode()) == value


@given(body=st.binary(max_size=60))
def test_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        strict_json(body)
    except BadRequest as problem:
        assert problem.issues


@pytest.mark.parametrize(
    ("body", "reason"),
    [ (b"", "not valid JSON"), (b"\xef\xbb\xbf{}", "not valid JSON"), (b"{} {}", "not valid JSON"), (b'{"a":01}', "not valid JSON"), (b'"\xff"', "not valid UTF-8"), (b'"\xed\xa0\x80"', "not valid UTF-8"), (b"NaN", "NaN is not"), (b"-Infinity", "-Infinity is not"), (b'{"a":1,"a":1}', "twice"), (b'[{"a":{"b":1,"b":2}}]', "twice"), (b"1" * 4301, "not valid JSON"), (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "more than 20 deep"), (b"[" * 100_000, "not valid JSON"), (b'{"a":' * 30 + b"1" + b"}" * 30, "more than 20 deep") ],
)  # fmt: skip
def test_what_is_not_strict_json_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        strict_json(body)
    assert reason in refused.value.issues[0].detail


def test_twenty_levels_are_read() -> None:
    assert strict_json(b"[" * DEEPEST + b"]" * DEEPEST)


def test_two_hundred_properties_are_read_and_one_more_is_not() -> None:
    wide = {f"k{number}": number for number in range(200)}
    assert strict_json(json.dumps(wide).encode()) == wide
    with pytest.raises(BadRequest) as refused:
        strict_json(json.dumps([{"a": {**wide, "one more": 1}}]).encode())
    assert "more than 200 properties" in refused.value.issues[0].detail


def issues(world: World, body: Any) -> list[dict[str, Any]]:
    answer = world.api(OWN).post("/v1/partnerCities", body)
    assert answer.status_code == 400
    return list(answer.json["issues"])


def test_every_fault_is_named_where_it_stands(world: World) -> None:
    found = issues(
        world,
        {
            "countryCode": "be",
            "names": {"nl": 7},
            "location": {"latitude": 91, "up": 1},
            "languages": ["nl", "NL"],
            "x": 1,
        },
    )
    assert {(each["name"], each["type"].rpartition(":")[2]) for each in found} == {
        ("name", "requiredInput"), ("countryCode", "schemaViolation"), ("names", "schemaViolation"),
        ("location.latitude", "schemaViolation"), ("location.longitude", "requiredInput"),
        ("location.up", "rejectedInput"), ("languages[1]", "schemaViolation"), ("x", "rejectedInput"),
    }  # fmt: skip
    assert next(each["value"] for each in found if each["name"] == "languages[1]") == "NL"


@pytest.mark.parametrize(
    ("name", "wrong", "against_a_rule"),
    [
        ("name", "", "\x07Genk"),
        ("name", "x" * 201, " " * 9),
        ("countryCode", "be", "XQ"),
        ("languages[0]", ["dutch"], ["qx"]),
        ("names", {}, {"qx": "Genk"}),
        ("website", "genk.be", None),
        ("timezone", 1, "Europe/Genk"),
        ("identifiers.enterpriseNumber", {"enterpriseNumber": "2"}, {"enterpriseNumber": "0207201798"}),
        ("location.latitude", {"latitude": 91, "longitude": 1}, {"latitude": 1e-20, "longitude": 1}),
    ],
)
def test_an_issue_tells_what_the_contract_forbids_from_what_a_rule_forbids(
    world: World, name: str, wrong: Any, against_a_rule: Any
) -> None:
    for value, kind in ((wrong, "schemaViolation"), (against_a_rule, "rejectedInput")):
        if value is not None:
            body = {"name": "Genk", "countryCode": "BE"} | {re.split(r"\W", name)[0]: value}
            assert [(each["name"], each["type"].rpartition(":")[2]) for each in issues(world, body)] == [(name, kind)]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("lang=dutch", "schemaViolation"),
        ("lang=qx", "rejectedInput"),
        ("select=title", "schemaViolation"),
        ("select=(a(b(c)))", "rejectedInput"),
        ("select=(colour)", "rejectedInput"),
        ("select=(title,title)", "rejectedInput"),
        ("near=here", "schemaViolation"),
        ("near=91,0,5", "rejectedInput"),
        ("startDateFrom=today", "schemaViolation"),
        ("startDateFrom=1492-10-12", "rejectedInput"),
        ("after=x", "rejectedInput"),
        ("format=csv&pageSize=5", "rejectedInput"),
        ("format=paper", "schemaViolation"),
    ],
)
def test_so_it_is_in_a_query(world: World, query: str, kind: str) -> None:
    answer = world.api().get(f"/v1/cityLinks?{query}")
    assert [each["type"].rpartition(":")[2] for each in answer.json["issues"]] == [kind]


def test_null_and_a_scalar_in_place_of_an_object_are_refused_in_words(world: World) -> None:
    assert issues(world, {"name": None, "countryCode": "BE"})[0]["detail"] == "This property cannot be null."
    assert issues(world, [1, 2])[0]["detail"] == "Give a JSON object."


def test_many_faults_are_answered_with_fifty(world: World) -> None:
    assert len(issues(world, {f"k{number}": number for number in range(200)})) == 50
    link = {"kind": "twinning", "members": [{"city": 1}] * 200, "themes": ["x"] * 50}
    assert len(world.api(OWN).post("/v1/cityLinks", link).json["issues"]) == 50


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("pageSize=1&pageSize=2", "pageSize"),
        ("q=%FF", "query"),
        ("%FF=1", "query"),
        ("sort=__class__", "sort"),
        ("total=1", "total"),
    ],
)
def test_a_query_is_read_as_strictly(world: World, query: str, name: str) -> None:
    answer = world.api().get(f"/v1/cityLinks?{query}")
    assert answer.status_code == 400
    assert [(each["in"], each["name"]) for each in answer.json["issues"]] == [("query", name)]


def test_wildcards_are_plain_characters(world: World) -> None:
    assert world.api(OWN).get("/v1/partnerCities?q=gen").json["items"]
    for wildcard in ("%25", "_", "*", "%5C", "gen%25k", "'", "g_nk", ":*"):
        assert world.api(OWN).get(f"/v1/partnerCities?q={wildcard}").json["items"] == []
