"""Exports that somebody edits: what differs is changed, and nothing that somebody else changed is overwritten."""

from typing import Any

import pytest

from stedenband.transfer.imports.files import Manner
from stedenband.transfer.imports.outcome import Report
from tests.builders import OWN, PARTNER, World
from tests.transfer.imports.sending import NDJSON, XLSX, csv_of, exports, rows_of, sheet_of, take_in, workbook_of

LEFT = {"created": 0, "changed": 0, "left": 0, "refused": 0}


def faults(report: Report) -> list[tuple[int, str, str]]:
    """Return row, column and reason of what was found."""
    return [(each.row, ".".join(each.fault.steps), str(each.fault.reason)) for each in report.findings]


def test_an_edited_cell_changes_one_record(fresh_world: World) -> None:
    rows = rows_of(exports(fresh_world, "organizations", "csv")[0])
    rows[1]["community"] = "Young people"
    report = take_in(fresh_world, "organizations", csv_of(rows))
    assert report.counts == LEFT | {"changed": 1, "left": len(rows) - 1}
    assert [(each.row, str(each.key), each.properties) for each in report.records] == [
        (3, rows[1]["id"], ("community",))
    ]
    assert fresh_world.api(OWN).get(f"/v1/organizations/{rows[1]['id']}").json["community"] == "Young people"


def test_an_edited_workbook_changes_one_record_though_a_spreadsheet_saved_it(fresh_world: World) -> None:
    sheet = sheet_of(exports(fresh_world, "exchangeProjects", "xlsx")[0])
    heading = sheet[0]
    sheet[1][heading.index("plannedEnd")] = "31/12/2025"
    sheet[1][heading.index("amount.value")] = 2750.5
    report = take_in(fresh_world, "exchangeProjects", workbook_of(sheet), XLSX)
    assert faults(report) == []
    assert report.counts == LEFT | {"changed": 1, "left": len(sheet) - 2}
    [told] = report.records
    project = fresh_world.api(OWN).get(f"/v1/exchangeProjects/{told.key}").json
    assert (project["plannedEnd"], project["amount"]["value"]) == ("2025-12-31", "2750.50")


def test_a_document_of_ndjson_is_a_merge_patch(fresh_world: World) -> None:
    key = fresh_world.organizations["city"]
    line = b'{"id":"%s","version":1,"community":"Ward","internalNote":null}\n' % str(key).encode()
    assert take_in(fresh_world, "organizations", line, NDJSON).counts == LEFT | {"changed": 1}
    organization = fresh_world.api(OWN).get(f"/v1/organizations/{key}").json
    assert organization["community"] == "Ward"
    assert "internalNote" not in organization


def test_what_somebody_else_changed_meanwhile_is_a_conflict_that_names_it(fresh_world: World) -> None:
    data = exports(fresh_world, "organizations", "csv")[0]
    rows = rows_of(data)
    api = fresh_world.api(OWN, "editor")
    api.patch(f"/v1/organizations/{rows[0]['id']}", {"community": "Theirs", "phone": "+3222110000"})
    report = take_in(fresh_world, "organizations", data)
    assert report.counts == LEFT | {"left": len(rows) - 1, "refused": 1}
    [(row, column, reason)] = faults(report)
    assert (row, column) == (2, "version")
    assert reason.startswith(f"editor of {OWN} has changed this record since it was exported, on ")
    assert ": community, phone. Export it again" in reason
    assert api.get(f"/v1/organizations/{rows[0]['id']}").json["community"] == "Theirs"


def test_a_conflict_does_not_tell_the_other_side_who_changed_what_it_may_not_see(fresh_world: World) -> None:
    key = fresh_world.organizations["link"]
    own = fresh_world.api(OWN)
    row = {"id": str(key), "version": "1", "community": "Ours"}
    own.patch(f"/v1/organizations/{key}", {"internalNote": "Secret."})
    report = take_in(fresh_world, "organizations", csv_of([row]), city=PARTNER, role="partner")
    [(_, _, reason)] = faults(report)
    assert reason == "The record has changed since this row was exported. Export it again and change that."
    own.patch(f"/v1/organizations/{key}", {"phone": "+3222110000"})
    report = take_in(fresh_world, "organizations", csv_of([row]), city=PARTNER, role="partner")
    [(_, _, reason)] = faults(report)
    assert ": phone. " in reason
    assert OWN not in reason


def test_the_same_change_made_by_somebody_else_is_no_conflict(fresh_world: World) -> None:
    rows = rows_of(exports(fresh_world, "organizations", "csv")[0])
    rows[0]["community"] = "Both"
    fresh_world.api(OWN).patch(f"/v1/organizations/{rows[0]['id']}", {"community": "Both"})
    assert take_in(fresh_world, "organizations", csv_of(rows)).counts == LEFT | {"left": len(rows)}


@pytest.mark.parametrize(
    ("version", "counts"),
    [("*", {"changed": 1}), ("", {"refused": 1}), ("x1", {"refused": 1}), ("9" * 12, {"refused": 1})],
)
def test_a_version_is_asked_for_and_a_star_is_any(fresh_world: World, version: str, counts: dict[str, int]) -> None:
    row = {"id": str(fresh_world.organizations["city"]), "version": version, "community": "Any"}
    assert take_in(fresh_world, "organizations", csv_of([row])).counts == LEFT | counts


def test_an_empty_cell_clears_and_an_absent_column_leaves_alone(fresh_world: World) -> None:
    key = fresh_world.cities[OWN]
    api = fresh_world.api(OWN)
    said = {
        "names": {"fr": "Gênes", "de": "Genk", "en": "Genk"}, "subdivision": "Limburg", "website": "https://genk.example",
        "location": {"latitude": 50.9, "longitude": 5.5}, "languages": ["nl"], "population": {"value": 10, "year": 2020},
    }  # fmt: skip
    assert api.patch(f"/v1/partnerCities/{key}", said).status_code == 200
    row = {
        "id": str(key), "version": "*", "names.fr": "", "names.*": "", "location.latitude": "", "location.longitude": "",
        "subdivision": "", "languages": "", "population.year": "",
    }  # fmt: skip
    report = take_in(fresh_world, "partnerCities", csv_of([row]))
    assert faults(report) == []
    city = api.get(f"/v1/partnerCities/{key}").json
    assert city["names"] == {"en": "Genk"}
    assert city["website"] == "https://genk.example"
    assert city["population"] == {"value": 10}
    assert not {"location", "subdivision"} & set(city)
    assert city["languages"] == []
    last = {"id": str(key), "version": "*", "names.en": ""}
    assert take_in(fresh_world, "partnerCities", csv_of([last])).counts == LEFT | {"changed": 1}
    assert "names" not in api.get(f"/v1/partnerCities/{key}").json


def test_what_only_a_new_record_says_is_not_changed_in_silence(fresh_world: World) -> None:
    rows = rows_of(exports(fresh_world, "cityLinks", "csv")[0])
    rows[0]["status"] = "ended"
    report = take_in(fresh_world, "cityLinks", csv_of(rows[:1]))
    assert faults(report) == [
        (2, "status", "This is said when a record is made, and not changed here. Take the value of the export again.")
    ]


def test_a_list_whose_columns_are_not_all_there_is_not_replaced(fresh_world: World) -> None:
    key = str(fresh_world.contacts["city"])
    row = {"id": key, "version": "1", "phones[].number": "+3289653600|+3289653601"}
    report = take_in(fresh_world, "contacts", csv_of([row]))
    [(_, column, reason)] = faults(report)
    assert column == "phones"
    assert "phones[].kind" in reason
    row["phones[].kind"] = "work|private"
    assert take_in(fresh_world, "contacts", csv_of([row])).counts == LEFT | {"changed": 1}
    phones = fresh_world.api(OWN).get(f"/v1/contacts/{key}").json["phones"]
    assert phones == [{"number": "+3289653600", "kind": "work"}, {"number": "+3289653601", "kind": "private"}]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ({"id": "7", "version": "1"}, "id", "Give the id of a record"),
        ({"id": "01a221f1-ef38-7853-974c-cfef749ae356", "version": "1"}, "id", "There is no such record"),
        ({"id": None, "version": "1", "kind": "99"}, "kind", "Give one of"),
        ({"id": None, "version": "1", "city": "Atlantis"}, "city", "There is no such record"),
        ({"id": None, "version": "2", "community": "x"}, "version", "The record has changed"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_says_why(fresh_world: World, row: dict[str, Any], column: str, said: str) -> None:
    row = row | {"id": row["id"] or str(fresh_world.organizations["city"])}
    report = take_in(fresh_world, "organizations", csv_of([row]))
    [(number, where, reason)] = faults(report)
    assert (number, where, report.counts["refused"]) == (2, column, 1)
    assert reason.startswith(said)


def test_two_rows_of_one_record_are_not_both_taken(fresh_world: World) -> None:
    key = str(fresh_world.organizations["city"])
    rows = [{"id": key, "version": "1", "community": name} for name in ("A", "B")]
    report = take_in(fresh_world, "organizations", csv_of(rows))
    assert report.counts == LEFT | {"changed": 1, "refused": 1}
    assert faults(report) == [(3, "id", "Row 2 is of the same record.")]


def test_a_record_stays_below_the_one_that_it_was_made_below(fresh_world: World) -> None:
    row = {
        "id": str(fresh_world.agreements["public"]), "version": "1", "cityLink.id": str(fresh_world.links["city"]),
        "title": "Moved",
    }  # fmt: skip
    report = take_in(fresh_world, "agreements", csv_of([row]))
    assert faults(report) == [(2, "", "A record stays below the one that it was made below.")]


def test_who_may_not_change_a_property_is_told_so_in_the_row(fresh_world: World) -> None:
    row = {"id": str(fresh_world.organizations["link"]), "version": "*", "internalNote": "Ours now."}
    report = take_in(fresh_world, "organizations", csv_of([row]), city=PARTNER, role="partner")
    assert report.counts == LEFT | {"refused": 1}
    [(_, _, reason)] = faults(report)
    assert reason == "Only the city that owns this record may change: internalNote."
    report = take_in(fresh_world, "organizations", csv_of([row]), role="auditor")
    assert faults(report)[0][2] == "Your role does not allow this operation."


def test_the_same_value_written_otherwise_changes_nothing(fresh_world: World) -> None:
    key = str(fresh_world.contacts["city"])
    version = fresh_world.api(OWN).get(f"/v1/contacts/{key}").json["version"]
    row = {
        "id": key,
        "version": str(version),
        "phones[].number": "+32 89 65 36 00",
        "phones[].kind": "work",
        "reviewOn": "1.1.2030",
    }
    assert take_in(fresh_world, "contacts", csv_of([row])).counts == LEFT | {"left": 1}


def test_the_markers_of_formulas_are_taken_off_again(fresh_world: World) -> None:
    key = str(fresh_world.organizations["city"])
    api = fresh_world.api(OWN)
    api.patch(f"/v1/organizations/{key}", {"community": "=1+1", "internalNote": "'@home"})
    [data] = exports(fresh_world, "organizations", "csv")
    assert b"'=1+1" in data
    report = take_in(fresh_world, "organizations", data)
    assert report.counts == LEFT | {"left": report.rows}
    rows = [row for row in rows_of(data) if row["id"] == key]
    assert take_in(fresh_world, "organizations", csv_of([rows[0] | {"community": "'-2"}])).counts["changed"] == 1
    assert api.get(f"/v1/organizations/{key}").json["community"] == "-2"


def test_a_text_that_a_workbook_cut_off_is_not_taken_for_the_whole(fresh_world: World) -> None:
    rows: list[list[Any]] = [
        ["id", "version", "internalNote"],
        [str(fresh_world.organizations["city"]), 1, "x" * 32_766 + "…"],
    ]
    report = take_in(fresh_world, "organizations", workbook_of(rows), Manner("xlsx"))
    assert faults(report)[0][2].startswith("This text was cut off")
