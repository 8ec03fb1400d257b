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
    "wanted", ["text/html", "application/json;q=0", "application/xml, image/*;q=0.5", "nonsense", "application/json+x"]
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


LINKS = "/v1/cityLinks"
CSV, NDJSON, GEOJSON = "text/csv", "application/x-ndjson", "application/geo+json"


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (CSV, CSV),
        ("text/*", CSV),
        ("text/csv; header=present", CSV),
        ("text/csv, */*", CSV),
        ("text/csv;q=0.5, application/json;q=0.4", CSV),
        ("text/csv;q=0.4, application/json;q=0.5", "application/json"),
        ("text/csv;q=0.4, */*;q=0.5", "application/json"),
        ("application/*", "application/json"),
        ("application/json;q=0, */*;q=0.1", CSV),
        ("application/json;q=0, application/*", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("Application/X-NDJSON", NDJSON),
        ("application/geo+json, application/json;q=0.9", GEOJSON),
    ],
)
def test_the_caller_gets_the_format_that_it_prefers(world: World, wanted: str, sent: str) -> None:
    for method in ("GET", "HEAD"):
        answer = world.api().call(method, LINKS, headers={"Accept": wanted})
        assert (answer.status_code, answer.mimetype) == (200, sent)
        assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("name", "sent"), [("json", "application/json"), ("csv", CSV), ("ndjson", NDJSON), ("geojson", GEOJSON)]
)
def test_format_wins_over_accept(world: World, name: str, sent: str) -> None:
    for accept in ({}, {"Accept": "text/html"}, {"Accept": "application/json"}):
        assert world.api().get(f"{LINKS}?format={name}", headers=accept).mimetype == sent


def test_a_page_keeps_the_format_in_its_links(world: World) -> None:
    assert "format=json" in world.api().get(f"{LINKS}?format=json&pageSize=1").json["next"]


@pytest.mark.parametrize("query", ["format=docx", "format=CSV", "format=", "format=csv&format=csv", "format=%00"])
def test_a_format_that_does_not_exist_is_a_fault_of_the_input(world: World, query: str) -> None:
    answer = world.api().get(f"{LINKS}?{query}")
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, "format")


def test_a_format_that_exists_elsewhere_is_not_acceptable_here(world: World) -> None:
    for path in (f"{LINKS}?format=vcard", f"{LINKS}/{world.links['public']}?format=csv", "/v1/health?format=xlsx"):
        answer = world.api().get(path)
        assert answer.status_code == 406
        assert "application/json (format=json)" in answer.json["detail"]


def test_every_operation_with_a_reply_takes_format_json(world: World) -> None:
    assert world.api().get("/v1/health?format=json").status_code == 200
    assert world.api().get(f"{LINKS}/{world.links['public']}?format=json").status_code == 200
    answer = world.api(OWN).patch(f"{LINKS}/{world.links['public']}?format=json", {})
    assert answer.status_code == 200
    answer = world.api(OWN).delete(f"{LINKS}/{world.links['public']}?format=json")
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, "format")
