"""Rows without an id: each makes a record once, by the rules of its collection."""

from typing import Any

import pytest

from stedenband.transfer.imports.files import Manner
from tests.builders import OWN, PARTNER, STRANGER, World
from tests.transfer.imports.sending import CSV, NDJSON, XLSX, csv_of, exports, rows_of, take_in, workbook_of
from tests.transfer.imports.test_edits import LEFT, faults

NEW = {"name": "School of the north", "kind": "21"}


def one(world: World, name: str, report: Any) -> dict[str, Any]:
    """Return the one record that was made."""
    [told] = report.records
    assert told.done == "created"
    return dict(world.api(OWN).get(f"/v1/{name}/{told.key}").json)


def test_a_row_makes_a_record_once_however_often_it_is_sent(fresh_world: World) -> None:
    data = csv_of([NEW, {"name": "Other", "kind": "22"}, NEW])
    assert take_in(fresh_world, "organizations", data).counts == LEFT | {"created": 2, "left": 1}
    assert take_in(fresh_world, "organizations", data).counts == LEFT | {"left": 3}
    found = fresh_world.api(OWN).get("/v1/organizations?q=north").json["items"]
    assert [each["name"] for each in found] == [NEW["name"]]


def test_what_was_deleted_meanwhile_is_made_again(fresh_world: World) -> None:
    [told] = take_in(fresh_world, "organizations", csv_of([NEW])).records
    assert fresh_world.api(OWN).delete(f"/v1/organizations/{told.key}").status_code == 204
    for counts in ({"created": 1}, {"left": 1}):
        assert take_in(fresh_world, "organizations", csv_of([NEW])).counts == LEFT | counts


def test_another_city_makes_its_own(fresh_world: World) -> None:
    for city in (OWN, STRANGER):
        assert take_in(fresh_world, "organizations", csv_of([NEW]), city=city).counts == LEFT | {"created": 1}


def test_a_dry_run_says_what_would_be_and_leaves_nothing(fresh_world: World) -> None:
    data = csv_of([NEW, {"name": "Bad", "kind": "999"}])
    assert take_in(fresh_world, "organizations", data, dry=True).counts == LEFT | {"created": 1, "refused": 1}
    assert fresh_world.api(OWN).get("/v1/organizations?q=north").json["items"] == []
    assert take_in(fresh_world, "organizations", data).counts == LEFT | {"created": 1, "refused": 1}


def test_good_rows_are_taken_and_bad_ones_listed_each_with_its_reasons(fresh_world: World) -> None:
    rows = [
        NEW | {"website": "", "phone": ""},
        {"name": "", "kind": "21", "website": "ftp://x", "phone": "1"},
        {"name": "Last", "kind": "21", "website": "", "phone": "+3222110000"},
    ]
    report = take_in(fresh_world, "organizations", csv_of(rows))
    assert report.counts == LEFT | {"created": 2, "refused": 1}
    assert {(row, column) for row, column, _ in faults(report)} == {(3, "name"), (3, "website"), (3, "phone")}
    assert {each.fault.value for each in report.findings} == {None, "ftp://x", "1"}
    assert report.refused == {3}


def test_a_row_broken_by_a_rule_of_the_database_leaves_the_others_whole(fresh_world: World) -> None:
    rows = [
        {"cityLink": "", "title": title, "kind": "renewal", "validFrom": begin, "validTo": end, "themes": "waste|youth"}
        for title, begin, end in (("A", "2040-01-01", "2044-12-31"), ("B", "2042-01-01", "2046-12-31"), ("C", "2050-01-01", "2054-12-31"))
    ]  # fmt: skip
    report = take_in(fresh_world, "agreements", csv_of(rows), parent=fresh_world.links["public"])
    assert report.counts == LEFT | {"created": 2, "refused": 1}
    [(row, _, reason)] = faults(report)
    assert (row, "period" in reason) == (3, True)


def test_labels_in_any_of_the_languages_name_columns_and_codes(fresh_world: World) -> None:
    rows = [
        {"Naam": "School", "Soort": "Nationale ngo", "Stad": OWN},
        {"Nom": "École", "Type": "21", "Ville: id": str(fresh_world.cities[PARTNER])},
        {"NAME": "Schools", "kind": "22", "city": "francistown"},
    ]
    kinds = set()
    for row in rows:
        report = take_in(fresh_world, "organizations", csv_of([row]))
        assert [each for each in report.findings if each.fault.severity == "error"] == []
        kinds.add(one(fresh_world, "organizations", report)["city"]["title"])
    assert kinds == {OWN, PARTNER}


@pytest.mark.parametrize("said", ["id", "nis", "name", "case"])
def test_a_reference_is_an_id_a_code_or_a_name_that_only_one_has(fresh_world: World, said: str) -> None:
    fresh_world.api(OWN).patch(f"/v1/partnerCities/{fresh_world.cities[OWN]}", {"identifiers": {"nisCode": "71016"}})
    means = {"id": str(fresh_world.cities[OWN]), "nis": 71016, "name": OWN, "case": " géNK "}
    report = take_in(
        fresh_world, "organizations", workbook_of([["name", "kind", "city"], ["X", 21, means[said]]]), XLSX
    )
    assert faults(report) == []
    assert one(fresh_world, "organizations", report)["city"]["id"] == str(fresh_world.cities[OWN])


def test_a_name_in_another_language_is_one_too(fresh_world: World) -> None:
    fresh_world.api(OWN).patch(f"/v1/partnerCities/{fresh_world.cities[OWN]}", {"names": {"fr": "Gênes-en-Limbourg"}})
    report = take_in(fresh_world, "organizations", csv_of([NEW | {"city": "genes-en-limbourg"}]))
    assert one(fresh_world, "organizations", report)["city"]["title"] == OWN


def test_a_name_that_several_have_or_nobody_whom_the_caller_sees_is_refused(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    for country in ("BE", "NL"):
        made = api.post("/v1/partnerCities", {"name": "Twice", "countryCode": country})
        assert made.status_code == 201
    report = take_in(fresh_world, "organizations", csv_of([NEW | {"city": "Twice"}]))
    assert faults(report) == [(2, "city", "Several records are called so. Give the id of one, or its code.")]
    assert report.findings[0].fault.value == "Twice"
    hidden = api.get(f"/v1/organizations/{fresh_world.organizations['city']}").json["name"]
    rows = [{"familyName": "Example", "organization": hidden, "lawfulBasis": "publicTask", "purpose": "Work."}]
    assert take_in(fresh_world, "contacts", csv_of(rows)).counts["created"] == 1
    strange = take_in(fresh_world, "contacts", csv_of(rows), city=STRANGER)
    assert faults(strange) == [(2, "organization", "There is no such record, or you may not see it.")]


def test_an_id_and_a_title_of_two_records_are_not_both_true(fresh_world: World) -> None:
    two = {"city.id": str(fresh_world.cities[OWN]), "city.title": PARTNER}
    report = take_in(fresh_world, "organizations", csv_of([NEW | two]))
    assert faults(report)[0][1:] == (
        "city", "The id and the title are those of two records. Empty the one that is wrong.",
    )  # fmt: skip
    old = two | {"city.title": "What it was called before"}
    assert take_in(fresh_world, "organizations", csv_of([NEW | old])).counts == LEFT | {"created": 1}
    only = {"city.id": "", "city.title": PARTNER, "name": "Only", "kind": "21"}
    made = one(fresh_world, "organizations", take_in(fresh_world, "organizations", csv_of([only])))
    assert made["city"]["title"] == PARTNER
    none = {"city.id": "x", "city.title": "y", "name": "None", "kind": "21"}
    assert faults(take_in(fresh_world, "organizations", csv_of([none])))[0][1] == "city"


def test_lists_and_nested_properties_are_made_of_columns(fresh_world: World) -> None:
    row = {
        "title": "New link", "kind": "sdg partnerschap", "members[].city": f"{OWN}|{PARTNER}", "members[].role": "|partner",
        "themes": "Afval; jeugd", "summary.en": "Said.", "summary.*": '{"de":"Gesagt."}', "startDate": "24/06/2004",
        "status": "active", "decision.date": "2004-06-24", "decision.body": "Council", "decision.reference": "1",
    }  # fmt: skip
    report = take_in(fresh_world, "cityLinks", csv_of([row]))
    assert faults(report) == []
    link = one(fresh_world, "cityLinks", report)
    assert [each["city"]["title"] for each in link["members"]] == [OWN, PARTNER]
    assert link["summary"] == {"en": "Said.", "de": "Gesagt."}
    assert (link["kind"], link["status"], link["startDate"]) == ("sdgPartnership", "active", "2004-06-24")
    assert len(link["themes"]) == 2


def test_values_of_a_list_that_do_not_belong_together_are_refused(fresh_world: World) -> None:
    row = {"title": "x", "kind": "friendship", "members[].city": f"{OWN}|{PARTNER}|{STRANGER}", "members[].role": "a|b"}
    assert "as many values" in faults(take_in(fresh_world, "cityLinks", csv_of([row])))[0][2]


@pytest.mark.parametrize("way", ["id", "name", "option"])
def test_a_row_below_another_record_says_below_which(fresh_world: World, way: str) -> None:
    plan = fresh_world.plans["city"]
    title = fresh_world.api(OWN).get(f"/v1/policyPlans/{plan}").json["title"]
    below = {"id": {"plan.id": str(plan)}, "name": {"plan": title}, "option": {}}[way]
    row = {"code": "G9", "title.nl": "Doel", **below}
    report = take_in(fresh_world, "goals", csv_of([row]), parent=plan if way == "option" else None)
    assert report.counts == LEFT | {"created": 1}
    [told] = report.records
    assert fresh_world.api(OWN).get(f"/v1/policyPlans/{plan}/goals/{told.key}").json["code"] == "G9"
    action = {"code": "A9", "title.nl": "Actie", "goal": "G9", **below}
    report = take_in(fresh_world, "actions", csv_of([action]), parent=plan if way == "option" else None)
    assert faults(report) == []


@pytest.mark.parametrize(
    "below", [{}, {"plan": "Nowhere"}, {"plan.id": "x"}, {"plan.id": "01a221f1-ef38-7853-974c-cfef749ae356"}]
)
def test_a_row_below_no_record_is_refused(fresh_world: World, below: dict[str, str]) -> None:
    report = take_in(fresh_world, "goals", csv_of([{"code": "G9", "title.nl": "Doel", **below}]))
    assert report.counts == LEFT | {"refused": 1}


def test_only_who_may_adds_below_a_record(fresh_world: World) -> None:
    row = {
        "title": "Visit",
        "start": "2026-03-03T09:00:00Z",
        "end": "2026-03-03T10:00:00Z",
        "timezone": "Europe/Brussels",
    }
    for city, role, counts in ((PARTNER, "coordinator", {"created": 1}), (STRANGER, "coordinator", {"refused": 1})):
        report = take_in(
            fresh_world, "programItems", csv_of([row]), city=city, role=role, parent=fresh_world.delegations["link"]
        )
        assert report.counts == LEFT | counts, faults(report)


def test_documents_of_ndjson_are_made_as_they_would_be_sent(fresh_world: World) -> None:
    lines = (
        b'{"name":"A","kind":"21","city":"Genk","owner":{"id":"x"},"identifiers":{"iatiIdentifier":null}}\n'
        b'{"name":"B","kind":"21","city":{"title":"Genk"},"nonsense\\u0007":1}\n'
        b'{"name":"C","kind":"21","city":7}\n[]\n'
        b'{"name":"D","kind":"21","city":{"href":"x"}}\n'
    )
    report = take_in(fresh_world, "organizations", lines, NDJSON)
    assert report.counts == LEFT | {"created": 1, "refused": 4}
    assert [row for row, _, _ in faults(report)] == [2, 3, 4, 5]


def test_members_of_a_list_of_ndjson_refer_by_name_too(fresh_world: World) -> None:
    line = b'{"title":"N","kind":"network","members":[{"city":"Genk"},{"city":{"title":"Francistown"},"role":"partner"}]}\n'
    report = take_in(fresh_world, "cityLinks", line, NDJSON)
    assert [each["city"]["title"] for each in one(fresh_world, "cityLinks", report)["members"]] == [OWN, PARTNER]


def test_collections_whose_records_are_not_made_so_say_so(fresh_world: World) -> None:
    report = take_in(fresh_world, "documents", csv_of([{"title.nl": "x"}]))
    assert faults(report)[0][2].startswith("Records of this collection are not made by an import.")
    report = take_in(fresh_world, "organizations", csv_of([NEW]), role="auditor")
    assert faults(report)[0][2] == "Your role does not allow this operation."


def test_a_person_who_was_erased_is_forgotten_by_the_ledger_of_imports(fresh_world: World) -> None:
    row = {"familyName": "Gone", "lawfulBasis": "publicTask", "purpose": "Work."}
    [told] = take_in(fresh_world, "contacts", csv_of([row])).records
    api = fresh_world.api(OWN)
    erased = api.call(
        "POST",
        f"/v1/contacts/{told.key}/erasure",
        json={"reason": "subjectRequest", "fileNumber": "1"},
        headers={"If-Match": "*"},
    )
    assert erased.status_code < 300, erased.json
    [again] = take_in(fresh_world, "contacts", csv_of([row])).records
    assert again.key != told.key


def test_columns_that_nobody_knows_are_told_and_not_read(fresh_world: World) -> None:
    report = take_in(fresh_world, "organizations", csv_of([NEW | {"Favorite color": "red", "importReason": "x"}]))
    assert report.counts == LEFT | {"created": 1}
    assert [(each.row, each.fault.steps, each.fault.severity) for each in report.findings] == [
        (2, ("Favorite color",), "warning")
    ]


def test_the_caller_says_which_column_is_which(fresh_world: World) -> None:
    row = {"Hoe het heet": "School", "Wat het is": "21", "Stad": "Nergens"}
    manner = Manner("csv", columns={"hoe het heet": "name", "Wat het is": "kind", "Stad": ""})
    report = take_in(fresh_world, "organizations", csv_of([row]), manner)
    assert faults(report) == []
    made = one(fresh_world, "organizations", report)
    assert (made["name"], made["kind"], "city" in made) == ("School", "21", False)


def test_an_export_of_another_city_makes_no_copies(fresh_world: World) -> None:
    [data] = exports(fresh_world, "organizations", "csv")
    report = take_in(fresh_world, "organizations", data, city=STRANGER)
    assert report.counts == LEFT | {"refused": len(rows_of(data))}


def test_days_are_read_as_belgians_write_them_where_that_is_sure(fresh_world: World) -> None:
    plan = {"title": "Plan", "startDate": "3/4/2026", "endDate": "31-12-2030"}
    report = take_in(fresh_world, "policyPlans", csv_of([plan]), CSV)
    assert faults(report)[0][1] == "startDate"
    assert report.findings[0].fault.value == "3/4/2026"
    report = take_in(fresh_world, "policyPlans", csv_of([plan]), Manner("csv", day_first=True))
    assert one(fresh_world, "policyPlans", report)["startDate"] == "2026-04-03"
