"""Rows that are made together come to what they come to one by one: the same report, the same records, the same entries."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from stedenband.core.db import PresentedKey
from stedenband.core.errors import ServiceUnavailable
from stedenband.transfer.imports.files import asked_for
from stedenband.transfer.imports.run import Import
from stedenband.web import fields
from stedenband.web.embedding import kind_of
from stedenband.web.resource import Resource
from tests.builders import OWN, PARTNER, World
from tests.transfer.imports.sending import BY_NAME, CSV, NDJSON, VOCABULARY, WRITABLE, csv_of, take_in
from tests.transfer.imports.test_edits import LEFT, faults

TABLES = {
    "organizations": ("organization",),
    "contacts": ("contact", "contact_email", "contact_phone", "contact_language", "contact_role"),
    "partnerCities": ("partner_city", "partner_city_language"),
    "goals": ("policy_goal",),
    "actions": ("policy_action", "policy_action_sdg_goal", "policy_action_sdg_target"),
}
TOGETHER = sorted(name for name in WRITABLE if BY_NAME[name].rules.together)
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+]00:00")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STORED = "SELECT to_jsonb(t) - '{created_at,updated_at,search}'::text[] FROM %s t ORDER BY %s"
SINCE = """
SELECT jsonb_build_array(operation, table_name, version, visibility, fields) FROM change
WHERE transaction_id = pg_current_xact_id_if_assigned()::text::bigint ORDER BY sequence
"""
NUMBERS = ("0400000086", "0400000185", "0400000284", "0400000000", "", "")
NAMES = ("School", "Club", "Schoöl ", "", "Bad\u200e", "x" * 201)


def cells(**columns: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({name.replace("_", "."): st.sampled_from(cells) for name, cells in columns.items()})


ROWS: Mapping[str, Callable[[World], st.SearchStrategy[dict[str, str]]]] = {
    "organizations": lambda world: cells(
        id=("", "", "", "", str(world.organizations["city"]), str(world.organizations["link"]), "7"),
        version=("", "1", "*"),
        name=NAMES, kind=("21", "22", "Nationale ngo", "99"), city=(OWN, PARTNER, "Nowhere", ""),
        identifiers_enterpriseNumber=NUMBERS, visibility=("", "city", "link", "public"),
        community=("", "North", "South"), names_fr=("", "École"),
    ),
    "contacts": lambda world: cells(
        id=(*[""] * 8, str(world.contacts["city"])), version=("1", "*"),
        familyName=("Peeters", "Janssens", "Maes", ""), function=("", "Mayor"), lawfulBasis=(*["publicTask"] * 9, "no"),
        purpose=(*["Work."] * 9, ""), organization=(*[""] * 5, "Nowhere", world_name(world)),
        reviewOn=(*[""] * 6, "2001-01-01", "2100-01-01"), visibility=(*[""] * 8, "link"), cityLink=("", link_name(world)),
        languages=("", "nl", "nl|fr", "nl|nl"),
    ).flatmap(with_emails),
    "partnerCities": lambda _world: cells(
        name=NAMES, countryCode=("BE", "BW", "XX"), languages=("", "nl", "nl|fr"), timezone=("", "Europe/Brussels", "Mars"),
        identifiers_nisCode=("", "71016", "71017"), identifiers_wikidataId=("", "Q1", "Q2"),
    ),
    "goals": lambda world: cells(
        plan_id=(str(world.plans["city"]), "x", str(world.plans["public"])), code=("G1", "G2", "G3", ""), title_nl=("Doel", ""),
    ),
    "actions": lambda world: cells(
        plan_id=(str(world.plans["city"]), str(world.plans["public"])), code=("A1", "A2", "A3"), title_nl=("Actie", ""),
        goal=(*[goal_code(world)] * 6, "G9", ""), sdgGoals=("", "1", "1|2", "1|2", "99"),
    ),
}  # fmt: skip


def with_emails(row: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    emails = st.sampled_from(("", "", "a@x.example", "a@x.example|b@x.example", "a@x.example|A@x.example", "no"))
    return emails.map(
        lambda them: (
            row | {"emails[].address": them, "emails[].kind": "|".join("work" for _ in them.split("|")) if them else ""}
        )
    )


def goal_code(world: World) -> str:
    goal = {"code": "G7", "title": {"nl": "Doel"}}
    return str(world.api(OWN).post(f"/v1/policyPlans/{world.plans['city']}/goals", goal).json["code"])


def world_name(world: World) -> str:
    return str(world.api(OWN).get(f"/v1/organizations/{world.organizations['city']}").json["name"])


def link_name(world: World) -> str:
    return str(world.api(OWN).get(f"/v1/cityLinks/{world.links['link']}").json["title"])


def came_to(world: World, name: str, data: bytes, *, together: bool) -> dict[str, Any]:
    """Return what an import comes to, with ids and instants left out, and leave nothing of it."""
    resource = BY_NAME[name]
    into = replace(resource, rules=replace(resource.rules, together=together))

    def work(session: Session) -> dict[str, Any]:
        asked = asked_for(into, VOCABULARY, BytesIO(data), CSV)
        report = Import(session, actor, into, BY_NAME, read=asked.read).run(asked.rows)
        numbers = {str(each.key): f"row {each.row}" for each in report.records if each.done == "created"}

        def shown(value: object) -> str:
            return ID.sub(lambda key: numbers.get(key[0], "id"), MOMENT.sub("then", repr(value)))

        stored = {
            table: sorted(shown(row) for row in session.scalars(text(STORED % (table, "1")))) for table in TABLES[name]
        }
        made = [shown(row) for (row,) in session.execute(text(SINCE))]
        hashes = session.scalars(text("SELECT hash FROM imported_row ORDER BY hash")).all()
        return {
            "counts": report.counts,
            "records": [(each.row, each.done, each.properties) for each in report.records],
            "findings": [(each.row, each.fault.steps, str(each.fault.reason), each.fault.value, each.fault.severity) for each in report.findings],
            "refused": report.refused,
            "stored": stored,
            "changes": sorted(made),
            "hashes": hashes,
        }  # fmt: skip

    with world.app.extensions["stedenband.database"].visit(
        PresentedKey(*world.credential(OWN, "coordinator"))
    ) as visit:
        actor = visit.actor
        found: dict[str, Any] = visit.rehearse(work)
        return found


@pytest.mark.parametrize("name", TOGETHER)
def test_rows_come_to_the_same_together_and_one_by_one(name: str, fresh_world: World) -> None:
    made, seen = ROWS[name](fresh_world), Counter[str]()

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(made, min_size=8, max_size=40))
    def come_to_the_same(rows: list[dict[str, str]]) -> None:
        data = csv_of(rows)
        found = came_to(fresh_world, name, data, together=True)
        assert found == came_to(fresh_world, name, data, together=False)
        seen.update(found["counts"])

    come_to_the_same()
    assert min(seen[done] for done in ("created", "left", "refused")) > 0, seen


def test_what_is_made_together_refers_to_no_record_of_its_own_kind() -> None:
    assert sorted(TABLES) == TOGETHER
    for name in TOGETHER:
        assert name not in set(kinds(BY_NAME[name].schema))


def kinds(schema: Any) -> list[str]:
    """Return the collections that what a client writes refers to."""
    found = []
    for each in schema._declared_fields.values():  # noqa: SLF001 (as in web.schema)
        match each:
            case fields.Part():
                found += kinds(each.part)
            case fields.Items():
                found += kinds(each.item)
            case fields.Reference() if not each.dump_only:
                found.append(kind_of(each))
    return found


def many(count: int) -> list[dict[str, str]]:
    return [{"name": f"School {number}", "kind": "21", "identifiers.enterpriseNumber": ""} for number in range(count)]


def test_one_row_that_the_database_refuses_is_found_among_many(fresh_world: World) -> None:
    rows = many(60)
    for number in (7, 41):
        rows[number]["identifiers.enterpriseNumber"] = NUMBERS[0]
    rows[59]["identifiers.enterpriseNumber"] = NUMBERS[1]
    report = take_in(fresh_world, "organizations", csv_of(rows))
    assert report.counts == LEFT | {"created": 59, "refused": 1}
    assert faults(report) == [
        (43, "identifiers.enterpriseNumber", "Another organization of yours has this identifier.")
    ]
    assert [each.row for each in report.records] == [number for number in range(2, 62) if number != 43]
    assert take_in(fresh_world, "organizations", csv_of(rows)).counts == LEFT | {"left": 59, "refused": 1}


def ruled_by(create: Any) -> Resource:
    """Return organizations with another rule for new ones."""
    resource = BY_NAME["organizations"]
    return replace(resource, rules=replace(resource.rules, create=create))


def test_a_statement_that_took_too_long_is_tried_in_pieces(fresh_world: World) -> None:
    rule: Any = BY_NAME["organizations"].rules.create
    calls = []

    def slow_at_first(session: Session, actor: Any, data: Any) -> Any:
        calls.append(data["name"])
        if len(calls) == 30:
            session.execute(text("SET LOCAL statement_timeout = '10ms'"))
            session.execute(text("SELECT pg_sleep(5)"))
        return rule(session, actor, data)

    report = take_in(fresh_world, "organizations", csv_of(many(40)), resource=ruled_by(slow_at_first))
    assert report.counts == LEFT | {"created": 40}
    assert len(calls) == 70


def test_a_database_that_cannot_answer_ends_the_import_of_new_rows(fresh_world: World) -> None:
    def busy(*_: Any) -> None:
        raise ServiceUnavailable

    with pytest.raises(ServiceUnavailable):
        take_in(fresh_world, "organizations", csv_of(many(3)), resource=ruled_by(busy))


def test_a_new_row_below_a_record_that_is_not_there_is_refused_among_others(fresh_world: World) -> None:
    nobody = UUID("01a221f1-ef38-7853-974c-cfef749ae356")
    plans = [str(fresh_world.plans["city"]), str(nobody), str(fresh_world.plans["city"])]
    rows = [{"plan.id": plan, "code": f"G9{number}", "title.nl": "Doel"} for number, plan in enumerate(plans)]
    report = take_in(fresh_world, "goals", csv_of(rows))
    assert report.counts == LEFT | {"created": 2, "refused": 1}
    assert faults(report) == [(3, "", "There is no such record, or you may not see it.")]


@pytest.mark.parametrize("said", ["Twice", "Nowhere", "\u200e"])
def test_a_name_of_nobody_or_of_several_is_looked_for_once(fresh_world: World, said: str) -> None:
    api = fresh_world.api(OWN)
    for _ in range(2):
        api.post("/v1/organizations", {"name": "Twice", "kind": "21"})
    row = {"familyName": "Example", "organization": said, "lawfulBasis": "publicTask", "purpose": "Work."}
    report = take_in(fresh_world, "contacts", csv_of([row, row | {"familyName": "Other"}]))
    reason = {
        "Twice": "Several records are called so. Give the id of one, or its code."
    }.get(said, "There is no such record, or you may not see it.")  # fmt: skip
    assert faults(report) == [(2, "organization", reason), (3, "organization", reason)]
    change = {"id": str(fresh_world.contacts["city"]), "version": "*", "organization": said}
    assert faults(take_in(fresh_world, "contacts", csv_of([change]))) == [(2, "organization", reason)]


def test_a_list_of_what_is_no_object_is_refused_among_other_rows(fresh_world: World) -> None:
    line = b'{"familyName":"%s","lawfulBasis":"publicTask","purpose":"Work.","emails":%s}\n'
    lines = line % (b"One", b'["x"]') + line % (b"Other", b'[{"address":"a@x.example","kind":"work"}]')
    report = take_in(fresh_world, "contacts", lines, NDJSON)
    assert report.counts == LEFT | {"created": 1, "refused": 1}
    assert {row for row, _, _ in faults(report)} == {1}


def test_a_record_that_goes_while_the_import_runs_is_missed_alone(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    made = [api.post("/v1/organizations", {"name": name, "kind": "21"}).json["id"] for name in ("Stays", "Goes")]
    rule: Any = BY_NAME["organizations"].rules.create

    def meddling(session: Session, actor: Any, data: Any) -> Any:
        api.delete(f"/v1/organizations/{made[1]}")
        return rule(session, actor, data)

    rows = [{"id": "", "version": "", "name": "New", "kind": "21", "community": ""}]
    rows += [{"id": key, "version": "1", "name": "Changed", "kind": "21", "community": "x"} for key in made]
    report = take_in(fresh_world, "organizations", csv_of(rows), resource=ruled_by(meddling))
    assert report.counts == LEFT | {"created": 1, "changed": 1, "refused": 1}
    assert faults(report) == [(4, "", "There is no such record, or you may not see it.")]
