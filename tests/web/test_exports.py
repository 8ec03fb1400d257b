"""Exports: all that a caller sees in one file, whose download may break off and go on."""

import json
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stedenband.cities.models import CityLink, PartnerCity
from stedenband.core.address import owner_session
from stedenband.core.db import Database, now
from stedenband.core.errors import ServiceUnavailable
from stedenband.web import exports
from tests.builders import OWN, PARTNER, STRANGER, Api, World, a_city, a_link, world_in
from tests.databases import TestServer

CALLERS = [(None, ""), (OWN, "coordinator"), (OWN, "admin"), (PARTNER, "partner"), (STRANGER, "auditor")]
HOSTILE = "O'Neill \\ %(limit)s %% $1; DROP TABLE city_link; --"


@pytest.fixture(scope="module")
def filled(server: TestServer, worker_id: str) -> Iterator[World]:
    """A world with more than a page of links, and names that quoting could break."""
    with server.copy(worker_id) as database, world_in(database) as world, owner_session(database.owner_url) as session:
        session.add(a_city(name=HOSTILE, latitude=50.9, longitude=5.5, country_code="BE", city_id=world.cities[OWN]))
        for number in range(55):
            session.add(
                a_link(
                    world, title=f"{HOSTILE} {number % 7}", visibility="public", city_id=world.cities[OWN], status="ended",
                    kind="friendship", internal_note="Own staff only.", start_date=date(2000 + number % 3, 1, 1),
                )
            )  # fmt: skip
        session.commit()
        yield world


def paths(world: World, api: Api) -> list[str]:
    """Return the collections that the caller may list."""
    every = (
        "/v1/partnerCities",
        "/v1/cityLinks",
        f"/v1/cityLinks/{world.links['public']}/agreements",
        "/v1/apiClients",
    )
    return [path for path in every if api.get(path).status_code == 200]


def walked(api: Api, path: str) -> list[Any]:
    """Return the items of all pages."""
    page = api.get(path).json
    items = list(page["items"])
    while "next" in page:
        page = api.get(page["next"]).json
        items += page["items"]
    return items


def lines(api: Api, path: str) -> list[Any]:
    """Return the documents of an NDJSON export."""
    answer = api.get(path, headers={"Accept": "application/x-ndjson"})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize("who", CALLERS, ids=str)
def test_an_export_is_what_all_pages_hold_for_every_caller(filled: World, who: tuple[str | None, str]) -> None:
    city, role = who
    api = filled.api(city, role) if city else filled.api()
    found = paths(filled, api)
    assert len(found) == (4 if role == "admin" else 3)
    for path in found:
        assert lines(api, path) == walked(api, path)


@pytest.mark.parametrize(
    "query",
    [
        "sort=-startDate&sort=kind",
        "sort=title&kind=friendship&kind=twinning",
        "q=O%27Neill",
        "q=%25",
        "q=%5C%27",
        "q=%25(limit)s",
        "q=nothing-like-this",
        "country=BE&country=BW",
        "near=50.9,5.5,100",
        "startDateFrom=2001-01-01&startDateTo=2001-12-31",
        "renewalDue=false",
        "theme=waste",
        f"memberCity={'0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37'}",
    ],
)
def test_filters_and_sorts_hold_for_exports_too(filled: World, query: str) -> None:
    api = filled.api(OWN)
    assert lines(api, f"/v1/cityLinks?{query}") == walked(api, f"/v1/cityLinks?{query}")


def test_a_field_of_another_audience_is_in_no_format(filled: World) -> None:
    for name in ("csv", "csvComma", "ndjson", "geojson"):
        for city, seen in ((OWN, True), (PARTNER, False), (None, False)):
            assert ("Own staff only." in filled.api(city).get(f"/v1/cityLinks?format={name}").text) is seen


@pytest.mark.parametrize("name", ["csv", "xlsx", "ndjson", "geojson"])
@pytest.mark.parametrize("paging", ["pageSize=5", "after=abc", "total=true", "total=false"])
def test_an_export_takes_no_paging(filled: World, name: str, paging: str) -> None:
    answer = filled.api().get(f"/v1/cityLinks?format={name}&{paging}")
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, paging.partition("=")[0])


@pytest.mark.parametrize("name", ["csv", "ndjson"])
def test_an_export_below_a_hidden_parent_is_missing_as_below_a_missing_one(filled: World, name: str) -> None:
    hidden, missing = filled.links["city"], "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
    for parent in (hidden, missing):
        assert filled.api().get(f"/v1/cityLinks/{parent}/agreements?format={name}").status_code == 404
    empty = filled.links["register"]
    answer = filled.api().get(f"/v1/cityLinks/{empty}/agreements?format={name}")
    assert (answer.status_code, len(answer.text.splitlines())) == (200, 1 if name == "csv" else 0)


@pytest.mark.parametrize("name", ["csv", "csvComma", "xlsx", "ndjson", "geojson"])
def test_the_same_data_gives_the_same_bytes(filled: World, name: str) -> None:
    first, second = (filled.api().get(f"/v1/cityLinks?format={name}") for _ in range(2))
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.content_length == len(first.data)
    extension = name.removesuffix("Comma")
    assert first.headers["Content-Disposition"] == f'attachment; filename="cityLinks-{now():%Y-%m-%d}.{extension}"'


def test_who_has_an_export_already_gets_304_and_head_gets_its_headers(filled: World) -> None:
    path = "/v1/cityLinks?format=csv"
    whole = filled.api().get(path)
    etag = whole.headers["ETag"]
    for method in ("GET", "HEAD"):
        answer = filled.api().call(method, path, headers={"If-None-Match": etag})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)
        assert "Content-Type" not in answer.headers
    head = filled.api().call("HEAD", path, headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(whole.data))
    assert head.headers["ETag"] == etag


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=5-9", slice(5, 10)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-20", slice(-20, None)),
        ("bytes=-99999999", slice(None)),
        ("bytes=7-99999999", slice(7, None)),
        ("Bytes=0-3", slice(0, 4)),
    ],
)
def test_a_part_is_sent_alone(filled: World, asked: str, part: slice) -> None:
    path = "/v1/cityLinks?format=ndjson"
    whole = filled.api().get(path)
    for headers in ({}, {"If-Range": whole.headers["ETag"]}):
        answer = filled.api().get(path, headers={"Range": asked, **headers})
        assert (answer.status_code, answer.data) == (206, whole.data[part])
        start, stop, _ = part.indices(len(whole.data))
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole.data)}"
        assert answer.headers["ETag"] == whole.headers["ETag"]
        assert answer.mimetype == "application/x-ndjson"


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1,3-4"},
        {"Range": "bytes=5-2"},
        {"Range": "bytes=-"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=\xb2-"},
        {"Range": "bytes=0-5", "If-Range": '"another"'},
        {"Range": "bytes=0-5", "If-Range": "Tue, 24 Nov 2026 00:00:00 GMT"},
    ],
)
def test_a_range_that_cannot_be_served_alone_gets_the_whole(filled: World, headers: dict[str, str]) -> None:
    path = "/v1/cityLinks?format=ndjson"
    answer = filled.api().get(path, headers=headers)
    assert (answer.status_code, answer.data) == (200, filled.api().get(path).data)
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_behind_the_end_is_refused_with_the_size(filled: World, asked: str) -> None:
    answer = filled.api().get("/v1/cityLinks?format=ndjson", headers={"Range": asked})
    size = len(filled.api().get("/v1/cityLinks?format=ndjson").data)
    assert (answer.status_code, answer.mimetype) == (416, "application/problem+json")
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_a_broken_download_goes_on_where_it_was_until_something_changes(fresh_world: World) -> None:
    api, path = fresh_world.api(OWN), "/v1/partnerCities?format=csv"
    whole = api.get(path)
    rest = {"Range": "bytes=100-", "If-Range": whole.headers["ETag"]}
    assert whole.data[:100] + api.get(path, headers=rest).data == whole.data
    api.post("/v1/partnerCities", {"name": "Heist", "countryCode": "BE"})
    again = api.get(path, headers=rest)
    assert (again.status_code, again.data[:4]) == (200, b"\xef\xbb\xbfi")


def test_a_slow_reader_holds_no_connection(filled: World) -> None:
    pool = filled.app.extensions["stedenband.database"].engine.pool
    answer = filled.api(OWN).get("/v1/cityLinks?format=csv", buffered=False)
    assert pool.checkedout() == 0
    assert len(answer.data) == answer.content_length


def test_more_records_than_an_export_holds_are_refused_in_words(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 54)
    answer = filled.api().get("/v1/cityLinks?format=csv")
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, "format")
    assert "narrow the export" in answer.json["issues"][0]["detail"]
    assert filled.api().get("/v1/cityLinks?format=csv&kind=twinning").status_code == 200


def test_who_comes_while_enough_exports_are_made_is_asked_to_come_back(filled: World) -> None:
    for _ in range(exports.AT_ONCE):
        assert exports.TURNS.acquire(blocking=False)
    try:
        answer = filled.api().get("/v1/cityLinks?format=csv")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(exports.RETRY_AFTER))
        assert filled.api().get("/v1/cityLinks").status_code == 200
    finally:
        for _ in range(exports.AT_ONCE):
            exports.TURNS.release()
    assert filled.api().get("/v1/cityLinks?format=csv").status_code == 200


def test_without_room_for_a_file_the_caller_is_asked_to_come_back(
    filled: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "missing"))
    for path in ("/v1/cityLinks?format=csv", "/v1/changes?format=xlsx"):
        assert filled.api(OWN).get(path).status_code == 503
    assert filled.api(OWN).get("/v1/cityLinks").status_code == 200


def test_an_export_that_takes_too_long_is_cut_off_and_the_connection_serves_on(filled: World) -> None:
    database: Database = filled.app.extensions["stedenband.database"]
    with (
        database.visit() as visit,
        pytest.raises(ServiceUnavailable),
        visit.copied("SELECT pg_sleep(%(long)s)", {"long": 30}, 1) as rows,
    ):
        list(rows)
    with database.visit() as visit:
        assert visit.rows("SHOW statement_timeout", {})[0][0] == "3s"


def test_the_record_of_change_has_pages_in_every_format(filled: World) -> None:
    api = filled.api(OWN)
    page = api.get("/v1/changes?pageSize=3").json
    answer = api.get("/v1/changes?pageSize=3&format=ndjson")
    assert [json.loads(line) for line in answer.text.splitlines()] == page["items"]
    following = answer.headers["Link"].removeprefix("<").partition(">")[0]
    assert "format=ndjson" in following
    assert [json.loads(line) for line in api.get(following).text.splitlines()] == api.get(page["next"]).json["items"]
    assert api.get("/v1/changes?format=csv").text.splitlines()[0].endswith("resource;fields")
    history = api.get(f"/v1/cityLinks/{filled.links['public']}/history?format=ndjson")
    assert history.status_code == 200
    assert "Link" not in history.headers


def test_models_have_rows_enough_for_these_tests(filled: World) -> None:
    with owner_session(filled.database.owner_url) as session:
        assert session.query(CityLink).count() > 50
        assert session.query(PartnerCity).count() == 4
