"""Imports over HTTP: a file in, a report or a file out."""

import tempfile
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from stedenband.app import RESOURCES
from stedenband.transfer.routes import imports as routes
from stedenband.web import exports as exports_module
from tests.builders import OWN, PARTNER, Api, Reply, World
from tests.transfer.imports.sending import csv_of, exports, rows_of, sheet_of, workbook_of
from tests.transfer.sheets.books import HEADED, SPREADSHEET, a_book, a_sheet

CSV, NDJSON = "text/csv", "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEW = {"name": "School", "kind": "21"}
BAD = {"name": "", "kind": "99"}


def send(  # noqa: PLR0913 (as a request has it)
    api: Api,
    data: bytes,
    query: str = "",
    *,
    kind: str = CSV,
    path: str = "/v1/imports",
    resource: str = "organizations",
    **headers: str,
) -> Reply:
    """Send a file."""
    sent = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return api.call("POST", f"{path}?resource={resource}&{query}".rstrip("&"), data=data, headers=sent)


def counts(reply: Reply) -> tuple[int, ...]:
    """Return how many rows were created, changed, left and refused."""
    assert reply.status_code == 200, reply.json
    return tuple(reply.json[name] for name in ("created", "changed", "left", "refused"))


def test_a_file_becomes_records_and_a_report_says_which(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    reply = send(api, csv_of([NEW | {"Kleur": "x", "importReason": ""}, BAD | {"Kleur": "", "importReason": ""}]))
    assert counts(reply) == (1, 0, 0, 1)
    document = reply.json
    assert {name: document[name] for name in ("resource", "dryRun", "written", "rows", "guessed", "encoding", "delimiter")} == {
        "resource": "organizations", "dryRun": False, "written": True, "rows": 2, "guessed": [], "encoding": "utf8", "delimiter": ";",
    }  # fmt: skip
    assert document["columns"] == [
        {"heading": "name", "column": "name"}, {"heading": "kind", "column": "kind"}, {"heading": "Kleur"},
        {"heading": "importReason", "column": ""},
    ]  # fmt: skip
    [record] = document["records"]
    assert (record["row"], record["done"], record["properties"]) == (2, "created", ["name", "kind"])
    assert api.get(f"/v1/organizations/{record['id']}").json["name"] == "School"
    assert [(each["row"], each.get("column"), each["severity"]) for each in document["findings"]] == [
        (3, "name", "error"), (3, "kind", "error"), (2, "Kleur", "warning"),
    ]  # fmt: skip
    assert reply.headers["Content-Language"] == "en"


def test_reasons_are_in_the_language_of_the_caller(world: World) -> None:
    reply = send(world.api(OWN), csv_of([BAD]), "dryRun=true&lang=nl")
    assert reply.json["findings"][0]["reason"] == "Deze eigenschap is verplicht."
    assert reply.headers["Content-Language"] == "nl"


def test_a_dry_run_leaves_nothing_and_names_no_id_of_what_is_not_there(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    key = str(fresh_world.organizations["city"])
    rows = [NEW | {"id": "", "version": ""}, {"id": key, "version": "1", "name": "Other", "kind": "22"}]
    reply = send(api, csv_of(rows), "dryRun=true")
    assert counts(reply) == (1, 1, 0, 0)
    assert reply.json["written"] is False
    assert [each.get("id") for each in reply.json["records"]] == [None, key]
    assert counts(send(api, csv_of(rows))) == (1, 1, 0, 0)
    assert counts(send(api, csv_of(rows))) == (0, 0, 2, 0)


@pytest.mark.parametrize("dry", ["true", "false"])
def test_a_key_for_repeats_has_to_be_one_in_a_dry_run_too(world: World, dry: str) -> None:
    reply = send(world.api(OWN), csv_of([BAD]), f"dryRun={dry}", Idempotency_Key="a key with spaces")
    assert reply.status_code == 400
    assert reply.json["issues"][0]["name"] == "Idempotency-Key"


@pytest.mark.parametrize(("bad", "written"), [(True, False), (False, True)])
def test_all_or_nothing_is_asked_for(fresh_world: World, bad: bool, written: bool) -> None:
    api = fresh_world.api(OWN)
    reply = send(api, csv_of([NEW, *([BAD] if bad else [])]), "allOrNothing=true")
    assert counts(reply) == (1, 0, 0, int(bad))
    assert reply.json["written"] is written
    assert len(api.get("/v1/organizations?q=school").json["items"]) == int(written)


def test_what_is_guessed_is_confirmed_before_it_is_written(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    data = csv_of([NEW | {"name": "École"}]).decode().encode("cp1252")
    trial = send(api, data, "dryRun=true")
    assert (trial.json["encoding"], trial.json["guessed"]) == ("windows1252", ["encoding"])
    refused = send(api, data)
    assert refused.status_code == 400
    assert refused.json["issues"][0]["name"] == "encoding"
    assert counts(send(api, data, "encoding=windows1252")) == (1, 0, 0, 0)


def test_a_delimiter_is_said_and_told(world: World) -> None:
    reply = send(world.api(OWN), csv_of([NEW], "\t"), "dryRun=true&delimiter=tab")
    assert (counts(reply), reply.json["delimiter"]) == ((1, 0, 0, 0), "tab")
    assert counts(send(world.api(OWN), csv_of([NEW], "^"), "dryRun=true&delimiter=%5E")) == (1, 0, 0, 0)


def test_which_column_is_which_is_remembered_for_the_city(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    data = csv_of([{"Hoe het heet": "School", "Wat het is": "21", "Stad": "x"}])
    said = "column=Hoe+het+heet%3Dname&column=Wat+het+is%3Dkind&column=Stad%3D"
    assert counts(send(api, data, f"{said}&dryRun=true")) == (1, 0, 0, 0)
    assert counts(send(api, data, "dryRun=true")) == (0, 0, 0, 1)
    assert counts(send(api, data, said)) == (1, 0, 0, 0)
    assert counts(send(api, data)) == (0, 0, 1, 0)
    other = send(api, data, "column=Stad%3Dcity&dryRun=true")
    assert other.json["findings"][0]["column"] == "city"
    assert counts(send(fresh_world.api(PARTNER), data, "dryRun=true")) == (0, 0, 0, 1)


@pytest.mark.parametrize("column", ["x", "x=nonsense"])
def test_a_column_that_is_none_is_refused(world: World, column: str) -> None:
    reply = send(world.api(OWN), csv_of([NEW]), f"dryRun=true&column={column}")
    assert (reply.status_code, reply.json["issues"][0]["name"]) == (400, "column")


def test_the_same_key_repeats_the_report(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    first, again = (send(api, csv_of([NEW]), Idempotency_Key="k1") for _ in range(2))
    assert (first.data, counts(again)) == (again.data, (1, 0, 0, 0))
    assert send(api, csv_of([BAD]), Idempotency_Key="k1").status_code == 422


@pytest.mark.parametrize("kind", [CSV, NDJSON, XLSX])
def test_an_export_is_a_valid_import(world: World, kind: str) -> None:
    form = {CSV: "csv", NDJSON: "ndjson", XLSX: "xlsx"}[kind]
    [data] = exports(world, "organizations", form)
    created, changed, left, refused = counts(send(world.api(OWN), data, kind=kind))
    assert (created, changed, refused) == (0, 0, 0)
    assert left


def test_rows_below_a_record_name_it_or_the_request_does(fresh_world: World) -> None:
    api, link = fresh_world.api(OWN), fresh_world.links["public"]
    row = {"title": "New", "kind": "renewal", "validFrom": "2040-01-01", "validTo": "1/2/2044"}
    reply = send(api, csv_of([row]), f"parent={link}&dayFirst=true", resource="agreements")
    assert counts(reply) == (1, 0, 0, 0)
    key = reply.json["records"][0]["id"]
    assert api.get(f"/v1/cityLinks/{link}/agreements/{key}").json["validTo"] == "2044-02-01"


def test_too_many_bytes_are_refused_whole(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    api = fresh_world.api(OWN)
    monkeypatch.setattr(routes, "LARGEST", 0)
    assert send(api, csv_of([NEW])).status_code == 413


def test_who_comes_when_enough_files_are_under_way_is_asked_to_come_back(world: World) -> None:
    with exports_module.turn(), exports_module.turn():
        reply = send(world.api(OWN), csv_of([NEW]), "dryRun=true")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")


def test_without_room_for_a_file_the_caller_is_asked_to_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    assert send(world.api(OWN), csv_of([NEW]), "dryRun=true").status_code == 503


@pytest.mark.parametrize(
    ("data", "query", "status"),
    [
        (b"", "", 400),
        (b"x;y\n1;2\n", "", 400),
        (b'name;kind\n"', "", 400),
        (b"name;name\n1;2\n", "", 400),
        (b"name\n\xff\xfe\x81", "", 400),
        (b"name;kind", "nonsense=1", 400),
        (b"name;kind", "delimiter=a", 400),
        (b"name;kind", "encoding=ebcdic", 400),
        (b"name;kind", "parent=x", 400),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(world: World, data: bytes, query: str, status: int) -> None:
    reply = send(world.api(OWN), data, query)
    assert reply.status_code == status
    assert reply.json["issues"]


def test_who_may_import_and_what(world: World) -> None:
    data = csv_of([NEW])
    assert send(world.api(), data).status_code == 401
    assert send(world.api(OWN, "auditor"), data).status_code == 403
    assert counts(send(world.api(PARTNER, "partner"), data, "dryRun=true")) == (0, 0, 0, 1)
    assert send(world.api(OWN), data, kind="application/json").status_code == 415
    assert send(world.api(OWN), data, resource="privacyActs").status_code == 400
    assert send(world.api(OWN), data, Content_Encoding="gzip").status_code == 415


def test_what_was_refused_comes_back_as_a_file_to_put_right(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    rows = [NEW | {"community": ""}, BAD | {"community": "'=1+1"}, {"name": "Third", "kind": "21", "community": "Ward"}]
    assert counts(send(api, csv_of(rows))) == (2, 0, 0, 1)
    reply = send(api, csv_of(rows), "format=csv&lang=nl", path="/v1/imports/corrections")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/csv; charset=utf-8; header=present")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="organizations-corrections.csv"'
    [row] = rows_of(reply.data)
    assert (row["community"], row["Rij in het bestand"], row["Ernst"]) == ("'=1+1", "3", "error")
    assert row["Kolom met de fout"] == "name\nkind"
    assert row["Wat er mis is"].startswith("Deze eigenschap is verplicht.\n")
    put_right = csv_of([row | {"name": "Second", "kind": "22"}])
    assert counts(send(api, put_right)) == (1, 0, 0, 0)
    [made] = api.get("/v1/organizations?q=second").json["items"]
    assert made["community"] == "=1+1"


def test_corrections_of_a_workbook_are_a_workbook(fresh_world: World) -> None:
    rows: list[list[Any]] = [["title", "startDate", "endDate", "mission.nl"], ["", 1.5, True, "=1"], ["Plan"]]
    reply = send(
        fresh_world.api(OWN), workbook_of(rows), resource="policyPlans", kind=XLSX, path="/v1/imports/corrections"
    )
    assert reply.status_code == 200
    heading, *bad = sheet_of(reply.data) if reply.headers["Content-Type"] == XLSX else [[]]
    again = send(
        fresh_world.api(OWN),
        workbook_of(rows),
        "format=xlsx",
        resource="policyPlans",
        kind=XLSX,
        path="/v1/imports/corrections",
    )
    heading, first, second = sheet_of(again.data)
    assert heading[-4:] == ["Row of the file", "Column at fault", "What is wrong", "Severity"]
    assert (first[1:4], first[4]) == ([1.5, True, "=1"], 2)
    assert (second[0], second[4]) == ("Plan", 3)
    assert bad == []


def test_corrections_show_moments_and_errors_as_they_stood(world: World) -> None:
    styles = f'<styleSheet xmlns="{SPREADSHEET}"><cellXfs><xf numFmtId="22"/></cellXfs></styleSheet>'
    cells = '<c t="str"><v>x</v></c><c t="str"><v>kind</v></c><c t="str"><v>website</v></c>'
    rows = f'<row r="1">{cells.replace("x<", "name<")}</row><row r="2"><c s="0"><v>38162.5</v></c><c t="e"><v>#REF!</v></c></row>'
    data = a_book(a_sheet(rows).replace(HEADED, ""), {"xl/styles.xml": styles})
    reply = send(world.api(OWN), data, "format=xlsx", kind=XLSX, path="/v1/imports/corrections")
    [_, row] = sheet_of(reply.data)
    assert (f"{row[0]:%Y-%m-%d %H:%M}", row[1], row[3]) == ("2004-06-24 12:00", "#REF!", 2)
    told = send(world.api(OWN), data, "format=csv", kind=XLSX, path="/v1/imports/corrections")
    assert rows_of(told.data)[0]["name"] == "2004-06-24T12:00:00"


def test_corrections_of_ndjson_name_the_lines(world: World) -> None:
    reply = send(world.api(OWN), b'{"name":"x"}\n[]\n', "format=csv", kind=NDJSON, path="/v1/imports/corrections")
    assert [row["Row of the file"] for row in rows_of(reply.data)] == ["1", "2"]


@pytest.mark.parametrize("name", [each.name for each in RESOURCES if each.rules.create])
@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_a_template_is_a_valid_import(world: World, name: str, language: str) -> None:
    reply = world.api(OWN).get(f"/v1/imports/templates/{name}?lang={language}")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, XLSX)
    assert reply.data == world.api(OWN).get(f"/v1/imports/templates/{name}?lang={language}").data
    headings = sheet_of(reply.data)[0]
    trial = send(world.api(OWN), reply.data, "dryRun=true", resource=name, kind=XLSX)
    assert counts(trial) == (0, 0, 0, 0)
    assert [each["column"] for each in trial.json["columns"] if each.get("column")] != []
    assert len([each for each in trial.json["columns"] if each.get("column")]) == len(headings)


def test_a_template_offers_the_labels_of_codes(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    data = api.get("/v1/imports/templates/organizations?lang=nl").data
    assert b"dataValidation" in ZipFile(BytesIO(data)).read("xl/worksheets/sheet1.xml")
    headings = sheet_of(data)[0]
    row: list[Any] = [""] * len(headings)
    for heading, value in (("Naam *", "School"), ("Soort *", "Nationale ngo"), ("Stad", OWN)):
        row[headings.index(heading)] = value
    assert counts(send(api, workbook_of([headings, row]), kind=XLSX)) == (1, 0, 0, 0)


def test_there_is_no_template_of_what_is_not_written(world: World) -> None:
    for name in ("privacyActs", "nonsense"):
        assert world.api(OWN).get(f"/v1/imports/templates/{name}").status_code == 404


def test_the_contract_shows_what_a_file_to_put_right_looks_like(world: World) -> None:
    operation = world.api().get("/v1/doc/openapi.json").json["paths"]["/imports/corrections"]["post"]
    assert "importReason" in operation["responses"]["200"]["content"]["text/csv"]["example"]
