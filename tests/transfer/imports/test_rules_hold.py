"""What goes wrong while a row is taken stays with the row, but for what is nobody's fault in it."""

from dataclasses import replace
from typing import Any

import pytest

from stedenband.core.errors import ServiceUnavailable
from stedenband.web.resource import Resource, Rules
from tests.builders import OWN, World
from tests.transfer.imports.sending import BY_NAME, NDJSON, csv_of, take_in, workbook_of
from tests.transfer.imports.test_edits import LEFT, faults

ORGANIZATIONS = BY_NAME["organizations"]
CHANGE: Any = ORGANIZATIONS.rules.change


def ruled_by(change: Any) -> Resource:
    """Return organizations with another rule of changes."""
    return replace(ORGANIZATIONS, rules=Rules(ORGANIZATIONS.rules.create, change))


def test_who_changes_a_record_while_the_import_runs_is_not_overwritten(fresh_world: World) -> None:
    keys = [str(fresh_world.organizations[each]) for each in ("city", "link")]
    api = fresh_world.api(OWN, "editor")

    def meddling(session: Any, actor: Any, row: Any, data: Any) -> None:
        api.patch(f"/v1/organizations/{keys[1]}", {"community": "Theirs"})
        CHANGE(session, actor, row, data)

    rows = [{"id": key, "version": "1", "community": "Ours"} for key in keys]
    report = take_in(fresh_world, "organizations", csv_of(rows), resource=ruled_by(meddling))
    assert report.counts == LEFT | {"changed": 1, "refused": 1}
    assert faults(report)[0][2].startswith("The record has changed since you read it.")
    assert api.get(f"/v1/organizations/{keys[1]}").json["community"] == "Theirs"


def test_a_database_that_cannot_answer_ends_the_import(fresh_world: World) -> None:
    def busy(*_: Any) -> None:
        raise ServiceUnavailable

    row = {"id": str(fresh_world.organizations["city"]), "version": "1", "community": "Ours"}
    with pytest.raises(ServiceUnavailable):
        take_in(fresh_world, "organizations", csv_of([row]), resource=ruled_by(busy))


def test_collections_that_do_not_change_say_so(fresh_world: World) -> None:
    row = {"id": str(fresh_world.organizations["city"]), "version": "1", "community": "Ours"}
    report = take_in(fresh_world, "organizations", csv_of([row]), resource=ruled_by(None))
    assert faults(report) == [(2, "", "Records of this collection are not changed by an import.")]


def test_a_key_looks_up_only_what_it_may_read(fresh_world: World) -> None:
    row = {"name": "X", "kind": "21", "city": OWN}
    scopes = frozenset({"organizations:create"})
    report = take_in(fresh_world, "organizations", csv_of([row]), scopes=scopes)
    assert faults(report) == [(2, "city", "Your key may not look such records up by name. Give the id.")]
    row["city"] = str(fresh_world.cities[OWN])
    assert take_in(fresh_world, "organizations", csv_of([row, row]), scopes=scopes).counts == LEFT | {
        "created": 1, "left": 1,
    }  # fmt: skip


def test_a_person_is_found_by_name(fresh_world: World) -> None:
    contact = fresh_world.api(OWN).get(f"/v1/contacts/{fresh_world.contacts['link']}").json
    row = {
        "title": "Visit", "start": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:00:00Z", "timezone": "Europe/Brussels",
        "hostContact": contact["displayName"],
    }  # fmt: skip
    rows = [row, row | {"title": "Another"}]
    report = take_in(fresh_world, "programItems", csv_of(rows), parent=fresh_world.delegations["link"])
    assert faults(report) == []


def test_a_list_whose_parts_have_parts_is_replaced_with_all_its_columns(fresh_world: World) -> None:
    key = str(fresh_world.delegations["public"])
    row = {
        "id": key, "version": "*", "gifts[].direction": "given", "gifts[].description": "Another",
        "travelLegs[].mode": "train", "travelLegs[].date": "2026-03-01",
    }  # fmt: skip
    report = take_in(fresh_world, "delegations", csv_of([row]))
    columns = {reason.split("its column ")[1].split(" is")[0] for _, _, reason in faults(report)}
    assert {"gifts[].giver", "travelLegs[].from.name", "travelLegs[].toCity", "travelLegs[].km"} <= columns


@pytest.mark.parametrize("cell", ["x", "[1]", '{"nl":"x"}'])
def test_other_languages_are_json_without_ours(fresh_world: World, cell: str) -> None:
    row = {"id": str(fresh_world.cities[OWN]), "version": "*", "names.*": cell}
    assert faults(take_in(fresh_world, "partnerCities", csv_of([row])))[0][1:] == (
        "names", "Write this as JSON, as the export does.",
    )  # fmt: skip


def test_a_formula_that_was_never_computed_is_a_fault_of_its_row(fresh_world: World) -> None:
    rows: list[list[Any]] = [["name", "kind", "community"], ["A" * 40_000, 21, "x"], ["B", 21]]
    report = take_in(fresh_world, "organizations", workbook_of(rows), replace(NDJSON, format="xlsx"))
    assert report.counts == LEFT | {"created": 1, "refused": 1}


def test_a_document_with_a_subject_keeps_it(fresh_world: World) -> None:
    key = str(fresh_world.documents["public"])
    row = {"id": key, "version": "*", "subject.type": "delegation", "subject.id": key, "title.nl": "x"}
    [(_, column, reason)] = faults(take_in(fresh_world, "documents", csv_of([row])))
    assert (column, reason[:36]) == ("subject", "This is said when a record is made, ")
