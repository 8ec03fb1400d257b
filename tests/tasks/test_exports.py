"""Exports that take long: the same bytes as a request for the collection gets, however many records match."""

from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from stedenband.tasks.jobs import Work
from tests.builders import OWN, PARTNER, Api
from tests.tasks.conftest import Rig

EXPORTS = "/v1/exports"


def fetched(rig: Rig, api: Api, **wanted: Any) -> bytes:
    """Ask for an export, have it made, and fetch it."""
    ended = rig.end(rig.asked(api.post(EXPORTS, wanted)), api)
    assert ended["status"]["state"] == "done", ended
    return bytes(api.get(ended["result"]).data)


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("organizations", ""),
        ("organizations", "q=school&sort=-name"),
        ("contacts", "select=(givenName,organization(title))"),
        ("cityLinks", "lang=fr&sort=title"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "csvComma", "ndjson", "xlsx"])
def test_it_is_what_a_request_gets(rig: Rig, collection: str, query: str, form: str) -> None:
    for city, role in ((OWN, "coordinator"), (PARTNER, "partner")):
        api = rig.api(city, role)
        whole = fetched(rig, api, collection=collection, format=form, **({"query": query} if query else {}))
        at_once = api.get(f"/v1/{collection}?{query}&format={form}".replace("?&", "?")).data
        if form == "xlsx":
            assert cells(whole) == cells(at_once)
        else:
            assert whole == at_once


def cells(book: bytes) -> list[Any]:
    return CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()


def test_a_file_has_a_name_and_is_fetched_in_parts(rig: Rig) -> None:
    ended = rig.end(rig.asked(rig.api().post(EXPORTS, {"collection": "organizations", "format": "ndjson"})))
    assert ended["kind"] == "export"
    assert ended["progress"]["rows"] == ended["progress"]["ofRows"] > 0
    whole = rig.api().get(ended["result"])
    assert whole.headers["Content-Disposition"].startswith('attachment; filename="organizations-2')
    assert whole.content_type == "application/x-ndjson"
    part = rig.api().get(ended["result"], headers={"Range": "bytes=5-", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.data) == (206, whole.data[5:])
    known = rig.api().get(ended["result"], headers={"If-None-Match": whole.headers["ETag"]})
    assert known.status_code == 304
    assert rig.api(role="editor").get(ended["result"]).status_code == 404


def test_more_records_than_a_request_gets_are_named_a_way_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.web.exports.MOST_ROWS", 1)
    refused = rig.api().get("/v1/organizations?format=csv")
    assert "POST /v1/exports" in refused.json["issues"][0]["detail"]
    assert fetched(rig, rig.api(), collection="organizations", format="csv").count(b"\r\n") > 2


def test_what_stands_below_a_record(rig: Rig) -> None:
    link = str(rig.world.links["city"])
    whole = fetched(rig, rig.api(), collection="agreements", parent=link, format="ndjson")
    assert whole == rig.api().get(f"/v1/cityLinks/{link}/agreements?format=ndjson").data
    nobodys = "01900000-0000-7000-8000-000000000000"
    asked = rig.asked(rig.api().post(EXPORTS, {"collection": "agreements", "parent": nobodys, "format": "csv"}))
    assert rig.end(asked)["problem"]["status"] == 404


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ({"collection": "agreements"}, "parent"),
        ({"collection": "organizations", "parent": "01900000-0000-7000-8000-000000000000"}, "parent"),
        ({"collection": "organizations", "query": "colour=red"}, "query.colour"),
        ({"collection": "organizations", "query": "pageSize=3"}, "query.pageSize"),
        ({"collection": "organizations", "query": "q=%ff"}, "query"),
        ({"collection": "nothing"}, "collection"),
        ({}, "collection"),
        ({"collection": "everything"}, "format"),
        ({"collection": "organizations", "format": "zip"}, "format"),
    ],
)
def test_what_cannot_be_exported_is_refused_at_once(rig: Rig, wanted: dict[str, str], name: str) -> None:
    refused = rig.api().post(EXPORTS, {"format": "csv", **wanted})
    assert refused.status_code == 400
    assert [each["name"] for each in refused.json["issues"]] == [name]
    of_rule = refused.json["issues"][0]["type"].endswith(":rejectedInput")
    assert of_rule is name.startswith(("query", "parent", "format")), "the contract states what it can"


def test_a_collection_that_one_may_not_read_is_refused(rig: Rig) -> None:
    assert rig.api().post(EXPORTS, {"collection": "apiClients", "format": "csv"}).status_code == 403


def test_excel_takes_only_so_many_rows(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.transfer.exports.long.MOST_OF_EXCEL", 1)
    ended = rig.end(rig.asked(rig.api().post(EXPORTS, {"collection": "organizations", "format": "xlsx"})))
    assert (ended["problem"]["status"], ended["problem"]["issues"][0]["name"]) == (400, "format")


def test_an_export_is_canceled_on_the_way(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.tasks.jobs.running.OFTEN", 1)
    asked = rig.asked(rig.api().post(EXPORTS, {"collection": "organizations", "format": "csv"}))
    seen, tell = [], Work.tell

    def told(self: Work, rows: int, total: int | None = None) -> None:
        tell(self, rows, total)
        rig.execute("UPDATE task SET started_at = now() - interval '1 second', canceled_at = now()")
        seen.append(rig.api().get(asked).json["progress"])

    monkeypatch.setattr(Work, "tell", told)
    assert rig.end(asked)["canceled"] is True
    assert seen == [{"rows": 1, "rowsPerSecond": 1}]
