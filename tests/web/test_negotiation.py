"""Media types: what is offered, what is read, and what is said of the rest."""

import gzip

import pytest

from tests.builders import OWN, World

CITY = b'{"name":"Heist","countryCode":"BE"}'


@pytest.mark.parametrize(
    "wanted",
    [
        "application/json",
        "*/*",
        "application/*",
        "text/html, application/json;q=0.1",
        "text/html;q=0.9, */*;q=0.1",
        "APPLICATION/JSON",
    ],
)
def test_a_caller_who_takes_json_gets_it(world: World, wanted: str) -> None:
    answer = world.api().get("/v1/cityLinks", headers={"Accept": wanted})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "wanted", ["text/html", "application/json;q=0", "application/xml, text/*;q=0.5", "nonsense", "application/json+x"]
)
def test_a_caller_who_takes_no_json_is_told_what_there_is(world: World, wanted: str) -> None:
    answer = world.api().get("/v1/cityLinks", headers={"Accept": wanted})
    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")
    assert "application/json" in answer.json["detail"]


def test_what_answers_with_nothing_is_offered_as_anything(world: World) -> None:
    headers = {"Accept": "text/html", "If-Match": '"999-x"'}
    assert world.api(OWN).call("DELETE", f"/v1/cityLinks/{world.links['public']}", headers=headers).status_code == 412


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        'application/json; charset="UTF-8"',
        "Application/JSON;charset=utf8",
    ],
)
def test_json_in_utf8_is_read(fresh_world: World, kind: str) -> None:
    assert fresh_world.api(OWN).call("POST", "/v1/partnerCities", data=CITY, content_type=kind).status_code == 201


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/merge-patch+json",
        "application/json; charset=latin-1",
        "application/x-www-form-urlencoded",
    ],
)
def test_a_body_in_another_type_is_refused_with_the_types_that_are_read(world: World, kind: str | None) -> None:
    answer = world.api(OWN).call("POST", "/v1/partnerCities", data=CITY, content_type=kind)
    assert (answer.status_code, answer.headers["Accept"]) == (415, "application/json")


def test_a_patch_is_read_in_both_types(world: World) -> None:
    for kind in ("application/merge-patch+json", "application/json"):
        path = f"/v1/cityLinks/{world.links['public']}"
        answer = world.api(OWN).call("PATCH", path, data=b"{}", content_type=kind, headers={"If-Match": "*"})
        assert answer.status_code == 200


@pytest.mark.parametrize("body", [CITY, gzip.compress(CITY, mtime=0)])
def test_a_compressed_body_is_refused_in_words(world: World, body: bytes) -> None:
    headers = {"Content-Encoding": "gzip"}
    answer = world.api(OWN).call(
        "POST", "/v1/partnerCities", data=body, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")


def test_an_operation_without_parameters_takes_none(world: World) -> None:
    for path in ("/v1/health", f"/v1/cityLinks/{world.links['public']}"):
        answer = world.api().get(f"{path}?fields=title")
        assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, "fields")
        assert answer.json["issues"][0]["type"].endswith("unknownParameter")
