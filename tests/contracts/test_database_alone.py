"""What the database refuses by itself: a connection of the API that has entered, and no Python of ours in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from stedenband.access.models import ROLES
from stedenband.core.records import Record
from tests.builders import OWN, PARTNER, STRANGER, World, world_in
from tests.databases import TestServer

Connection = psycopg.Connection[tuple[Any, ...]]
Who = tuple[str, str] | None

PUBLIC: Who = None
OTHER_SIDE: tuple[Who, ...] = ((PARTNER, "partner"), (PARTNER, "editor"), (PARTNER, "coordinator"), (OWN, "partner"))
OUTSIDE: tuple[Who, ...] = (PUBLIC, (STRANGER, "coordinator"), (STRANGER, "admin"), (STRANGER, "partner"))
EVERYBODY: tuple[Who, ...] = (PUBLIC, *((city, role) for city in (OWN, PARTNER, STRANGER) for role in ROLES))

TAKE_OVER = (
    "UPDATE city_link SET city_id = %(partner)s WHERE id = %(shared)s",
    "UPDATE agreement SET city_id = %(partner)s WHERE id = %(shared_agreement)s",
    "UPDATE agreement SET city_link_id = %(public)s WHERE id = %(shared_agreement)s",
    "UPDATE city_link SET merged_into_id = %(public)s WHERE id = %(shared)s",
    "INSERT INTO city_link (title, kind, city_id) VALUES ('Ours', 'network', %(own)s)",
    (
        "INSERT INTO agreement (city_link_id, city_id, title, kind, valid_from, valid_to)"
        " VALUES (%(shared)s, %(own)s, 'Ours', 'workProgram', '2040-01-01', '2041-01-01')"
    ),
    (
        "INSERT INTO agreement (city_link_id, city_id, title, kind, valid_from, valid_to)"
        " VALUES (%(shared)s, %(partner)s, 'Ours', 'workProgram', '2040-01-01', '2041-01-01')"
    ),
    "INSERT INTO city_link_member (city_link_id, partner_city_id, position) VALUES (%(shared)s, %(stranger)s, 9)",
    "UPDATE city_link_member SET role = 'lead' WHERE city_link_id = %(shared)s",
    "DELETE FROM city_link_member WHERE city_link_id = %(shared)s AND partner_city_id = %(own)s",
    "INSERT INTO city_link_move (city_link_id, status, reason) VALUES (%(shared)s, 'ended', 'Enough.')",
    "DELETE FROM city_link_move WHERE city_link_id = %(shared)s",
    "INSERT INTO city_link_merge (city_link_id, into_id, partner_city_id) VALUES (%(shared)s, %(public)s, %(own)s)",
    "SELECT FROM merge_city_links(%(shared)s, %(public)s)",
    *(
        f"UPDATE {table} SET {column} = {column} WHERE id = %(shared_{table})s"
        for table, columns in {
            "result": "exchange_project_id city_id city_link_id visibility",
            "indicator": "exchange_project_id result_id city_id city_link_id visibility",
            "period": "exchange_project_id indicator_id measure city_id visibility actual_value approved_at reporter_id reported_by",
        }.items()
        for column in columns.split()
    ),
    "INSERT INTO result (exchange_project_id, type, title) VALUES (%(shared_project)s, '1', '{\"en\": \"Ours\"}')",
    (
        "INSERT INTO period (exchange_project_id, indicator_id, measure, start_date, end_date)"
        " SELECT %(shared_project)s, %(shared_indicator)s, '1', '2024-01-01', '2024-12-31'"
    ),
    "UPDATE period SET status = 'approved' WHERE id = %(shared_period)s",
    "UPDATE period SET status = 'returned', decision_reason = 'Ours.' WHERE id = %(shared_period)s",
    *(
        f"UPDATE document SET {column} = {column} WHERE id = %(shared_document)s"
        for column in ("city_id", "city_link_id", "sha256", "size", "media_type", "subject_link_id")
    ),
    (
        "INSERT INTO document (title, file_name, media_type, size, sha256, subject_link_id, city_id)"
        " SELECT title, file_name, media_type, size, sha256, subject_link_id, %(own)s FROM document"
    ),
    "INSERT INTO period_figure (period_id, kind, reach) VALUES (%(shared_period)s, 'approved', 'public')",
    "UPDATE period_figure SET value = '1'",
    "DELETE FROM period_figure",
    "UPDATE delegation SET city_id = %(partner)s WHERE id = %(shared_delegation)s",
    "UPDATE delegation SET city_link_id = %(register)s WHERE id = %(shared_delegation)s",
    "UPDATE program_item SET delegation_id = delegation_id WHERE id = %(shared_program_item)s",
    "INSERT INTO delegation_move (delegation_id, status) VALUES (%(shared_delegation)s, 'closed')",
    "DELETE FROM delegation_move WHERE delegation_id = %(shared_delegation)s",
    "DELETE FROM delegation_project WHERE delegation_id = %(shared_delegation)s",
    "DELETE FROM delegation_participant WHERE partner_city_id <> my_membership()",
    "UPDATE delegation_participant SET leader = false WHERE partner_city_id <> my_membership()",
    (
        "INSERT INTO delegation_participant (delegation_id, contact_id, partner_city_id, capacity, position)"
        " SELECT %(shared_delegation)s, id, %(stranger)s, 'staff', 1 FROM contact"
    ),
    "UPDATE exchange_project SET city_id = %(partner)s WHERE id = %(shared_project)s",
    "UPDATE exchange_project SET city_link_id = %(register)s WHERE id = %(shared_project)s",
    "INSERT INTO exchange_project (title, city_id) VALUES ('Ours', %(own)s)",
    "INSERT INTO exchange_project_decision SELECT %(shared_project)s, id FROM decision",
    "INSERT INTO exchange_project_move (exchange_project_id, status) VALUES (%(shared_project)s, 'closed')",
    "DELETE FROM exchange_project_move WHERE exchange_project_id = %(shared_project)s",
    "UPDATE exchange_project_nomination SET winner = NOT winner WHERE exchange_project_id = %(shared_project)s",
    "DELETE FROM exchange_project_nomination WHERE exchange_project_id = %(shared_project)s",
    "DELETE FROM exchange_project_juror WHERE exchange_project_id = %(shared_project)s",
)
OWNERS_COLUMNS = {
    "city_link": {
        "visibility": "public",
        "status": "ended",
        "kind": "network",
        "title": "Ours",
        "end_date": "2030-01-01",
        "internal_note": "Ours.",
    },
    "agreement": {
        "visibility": "public",
        "kind": "workProgram",
        "valid_from": "2001-01-01",
        "valid_to": "2049-01-01",
        "signed_on": "2020-01-01",
        "internal_note": "Ours.",
    },
    "result": {"type": "9", "position": "7", "internal_note": "Ours."},
    "indicator": {
        "measure": "2",
        "ascending": "false",
        "unit": "Ours",
        "dimensions": "{sex,place}",
        "position": "7",
        "baseline_year": "1999",
        "baseline_date": "2019-01-01",
        "baseline_value": "7",
        "internal_note": "Ours.",
        "baseline_comment": '{"en": "Ours."}',
    },
    "period": {
        "start_date": "2022-02-01",
        "end_date": "2022-11-30",
        "locked": "true",
        "target_value": "7",
        "target_reason": "Ours.",
        "decision_reason": "Ours.",
        "internal_note": "Ours.",
        "target_comment": '{"en": "Ours."}',
        "target_disaggregation": '[{"dimension": "sex", "category": "men", "value": "7"}]',
    },
    "delegation": {
        "visibility": "city",
        "status": "cancelled",
        "origin_city_id": "00000000-0000-0000-0000-000000000000",
        "host_city_id": "00000000-0000-0000-0000-000000000000",
        "estimated_cost_value": "1",
        "estimated_cost_currency": "BWP",
        "decision_date": "2020-01-01",
        "decision_body": "Ours",
        "decision_reference": "Ours",
        "returned_on": "2026-03-09",
        "report_publishable": "true",
        "internal_note": "Ours.",
    },
    "program_item": {"visibility": "city", "internal_note": "Ours."},
    "exchange_project": {
        "visibility": "city",
        "status": "closed",
        "kind": "project",
        "policy_action_id": "00000000-0000-0000-0000-000000000000",
        "call_opens_on": "2020-01-01",
        "call_closes_on": "2020-01-01",
        "amount_value": "1",
        "amount_currency": "BWP",
        "internal_note": "Ours.",
    },
    "document": {
        "visibility": "public",
        "category": "B01",
        "personal_data": "true",
        "keep_until": "2030-01-01",
    },
}
SHARED = {"city_link": "shared", "agreement": "shared_agreement", "exchange_project": "shared_project"} | {
    table: f"shared_{table}" for table in ("result", "indicator", "period", "delegation", "program_item", "document")
}
CHANGE_OWNERS_COLUMNS = tuple(
    f"UPDATE {table} SET {column} = '{value}' WHERE id = %({SHARED[table]})s"
    for table, columns in OWNERS_COLUMNS.items()
    for column, value in columns.items()
)
DELETE = (
    *(
        f"DELETE FROM {table} WHERE published_at IS NULL AND (id = %(private_city)s OR city_id = %(own)s)"
        for table in (
            "city_link",
            "agreement",
            "partner_city",
            "program_item",
            "period",
            "decision",
            "policy_action",
            "document",
        )
    ),
    (
        "WITH p AS (DELETE FROM period), i AS (DELETE FROM indicator), r AS (DELETE FROM result)"
        " DELETE FROM exchange_project WHERE published_at IS NULL AND city_id = %(own)s"
    ),
)
PUBLISH = (
    *(
        f"UPDATE {table} SET visibility = 'public' WHERE visibility <> 'public' AND city_id = %(own)s"
        for table in ("city_link", "agreement", "partner_city")
    ),
    *(
        f"UPDATE {table} SET visibility = 'city' WHERE visibility = 'public' AND city_id = %(own)s"
        for table in ("city_link", "agreement")
    ),
    "INSERT INTO city_link (title, kind, city_id, visibility) VALUES ('Ours', 'network', %(own)s, 'public')",
    "INSERT INTO partner_city (name, country_code, city_id, visibility) VALUES ('Ours', 'BE', %(own)s, 'public')",
    (
        "INSERT INTO agreement (city_link_id, city_id, title, kind, valid_from, valid_to, visibility)"
        " VALUES (%(public)s, %(own)s, 'Ours', 'workProgram', '2040-01-01', '2041-01-01', 'public')"
    ),
    *(
        f"UPDATE {table} SET visibility = '{visibility}' WHERE visibility <> '{visibility}' AND city_id = %(own)s"
        for table in ("exchange_project", "decision", "delegation", "document")
        for visibility in ("city", "public")
    ),
    "UPDATE policy_plan SET visibility = 'public', status = 'published' WHERE visibility = 'city' AND city_id = %(own)s",
    "UPDATE policy_plan SET visibility = 'city', status = 'draft' WHERE visibility = 'public' AND city_id = %(own)s",
    (
        "INSERT INTO policy_goal (policy_plan_id, code, title)"
        " SELECT id, 'ours', '{\"en\": \"Ours\"}' FROM policy_plan WHERE visibility = 'public' AND city_id = %(own)s"
    ),
    (
        "INSERT INTO decision (body, decided_on, reference, subject, city_id, visibility)"
        " VALUES ('Ours', '2020-01-01', '1', 'Ours', %(own)s, 'public')"
    ),
)
EDIT = (
    'UPDATE city_link SET summary = \'{"en": "Ours."}\'',
    "UPDATE agreement SET title = 'Ours'",
    "UPDATE partner_city SET subdivision = 'Ours' WHERE id <> %(private_city)s AND has_client(id)",
    "INSERT INTO city_link (title, kind, city_id) VALUES ('Ours', 'network', %(own)s)",
    "INSERT INTO city_link_theme (city_link_id, code) VALUES (%(shared)s, 'water')",
    "INSERT INTO agreement_theme (agreement_id, code) VALUES (%(shared_agreement)s, 'water')",
    (
        "INSERT INTO agreement_signatory (agreement_id, partner_city_id, function)"
        " VALUES (%(shared_agreement)s, %(own)s, 'Mayor')"
    ),
    "INSERT INTO partner_city_language (partner_city_id, code) VALUES (%(own)s, 'la')",
    "UPDATE exchange_project SET title = 'Ours'",
    'UPDATE result SET title = \'{"en": "Ours"}\'',
    'UPDATE indicator SET description = \'{"en": "Ours"}\'',
    "UPDATE period SET status = 'draft' WHERE status = 'pending'",
    "INSERT INTO exchange_project_theme (exchange_project_id, code) VALUES (%(shared_project)s, 'water')",
    "DELETE FROM exchange_project_organization",
    "UPDATE delegation SET title = 'Ours'",
    "UPDATE program_item SET title = 'Ours'",
    "UPDATE policy_plan SET title = 'Ours'",
    "UPDATE policy_goal SET code = 'ours'",
    "UPDATE decision SET subject = 'Ours'",
    "UPDATE document SET file_name = 'ours.png'",
    "SELECT keep_file(repeat('0', 64), 1)",
    "INSERT INTO upload (length) VALUES (1)",
    "DELETE FROM city_link_theme",
    "DELETE FROM agreement_signatory",
    "SELECT FROM claim_city_link(%(register)s) claimed WHERE claimed",
)
OPERATE = (
    "INSERT INTO api_client (city_id, name, role) VALUES (%(own)s, 'Mine', 'admin')",
    "UPDATE api_client SET role = 'admin'",
    "UPDATE api_key SET revoked_at = now()",
    "INSERT INTO api_key (api_client_id, prefix, hash) SELECT my_client(), 'mineminemine', 'x'",
)
NOBODY = (
    "SELECT hash FROM api_key",
    "SELECT * FROM api_key",
    "SELECT sha256 FROM stored_file",
    "INSERT INTO stored_file (sha256, size) VALUES (repeat('0', 64), 1)",
    "DELETE FROM stored_file",
    "UPDATE upload SET api_client_id = my_client()",
    "UPDATE api_key SET hash = 'x'",
    "DELETE FROM api_key",
    "DELETE FROM api_client",
    "SELECT hash FROM calendar_subscription",
    "UPDATE calendar_subscription SET label = 'Ours'",
    "INSERT INTO calendar_subscription (api_client_id, hash, label, language) VALUES (uuidv7(), 'x', 'Ours', 'nl')",
    (
        "INSERT INTO calendar_subscription (api_client_id, hash, label, language, person_id)"
        " VALUES (my_client(), 'x', 'Ours', 'nl', uuidv7())"
    ),
    "SELECT secret FROM digest_subscription",
    "SELECT hash FROM digest_subscription",
    "SELECT told FROM digest_subscription",
    "UPDATE digest_subscription SET label = 'Ours'",
    "SELECT enter_digest(uuidv7())",
    (
        "INSERT INTO digest_subscription (api_client_id, secret, hash, label, email, language)"
        " VALUES (uuidv7(), sha256(''), sha256(sha256('')), 'Ours', 'office@genk.example', 'nl')"
    ),
    (
        "INSERT INTO digest_subscription (api_client_id, secret, hash, label, email, language, person_id)"
        " VALUES (my_client(), sha256(''), sha256(sha256('')), 'Ours', 'office@genk.example', 'nl', uuidv7())"
    ),
    "SELECT secret FROM webhook",
    "SELECT previous_secret FROM webhook",
    "SELECT enter_webhook(uuidv7())",
    "UPDATE webhook SET previous_until = NULL",
    (
        "INSERT INTO webhook (api_client_id, label, url, secret, epoch, transaction_id, sequence)"
        " VALUES (uuidv7(), 'Ours', 'https://map.example.org/', sha256(''), uuidv7(), 0, 0)"
    ),
    "SELECT enter_task(uuidv7())",
    "UPDATE task SET state = 'done'",
    "UPDATE task SET scopes = NULL",
    "DELETE FROM task",
    "INSERT INTO task (api_client_id, kind, wanted, language) VALUES (uuidv7(), 'export', '{}', 'en')",
    (
        "INSERT INTO task (api_client_id, kind, wanted, language, person_id)"
        " VALUES (my_client(), 'export', '{}', 'en', uuidv7())"
    ),
    (
        "INSERT INTO task (api_client_id, kind, wanted, language, state, result, ended_at)"
        " VALUES (my_client(), 'export', '{}', 'en', 'done', '{}', now())"
    ),
    "UPDATE webhook_delivery SET state = 'delivered'",
    "INSERT INTO webhook_reminder VALUES (uuidv7(), 'planEnd', uuidv7(), current_date, true)",
    "DELETE FROM webhook_delivery",
    (
        "INSERT INTO webhook_delivery (webhook_id, record_id, type, subject, data)"
        " VALUES (uuidv7(), uuidv7(), 'org.stedenband.webhooks.test', 'x', '{}')"
    ),
    (
        "INSERT INTO change (transaction_id, operation, table_name, record_id, version, fields, visibility)"
        " VALUES (1, 'created', 'city_link', %(shared)s, 1, '{}', 'public')"
    ),
    "UPDATE change SET actor_name = 'Another'",
    "DELETE FROM change",
    "INSERT INTO change_epoch DEFAULT VALUES",
    "UPDATE change_epoch SET started_at = now()",
    "DELETE FROM change_epoch",
    "INSERT INTO change_seal (number, epoch, horizon, changes, digest) VALUES (1, uuidv7(), 1, 1, sha256(''))",
    "UPDATE change_seal SET changes = 1",
    "DELETE FROM change_seal",
    "SELECT digest FROM sealed_change",
    "INSERT INTO sealed_change (sequence, seal, digest) VALUES (1, 1, sha256(''))",
    "DELETE FROM sealed_change",
    "UPDATE idempotency_key SET body = 'Another'",
    "SELECT write_change('city_link', 'created', '{}', '{}', '{}')",
    "UPDATE city_link SET id = %(own)s",
    "UPDATE city_link SET created_at = now()",
    "UPDATE city_link SET published_at = NULL",
    "UPDATE partner_city SET city_id = %(stranger)s",
)
ALWAYS = (
    "SET ROLE stedenband_owner",
    "SET SESSION AUTHORIZATION stedenband_owner",
    "SET session_replication_role = replica",
    "ALTER TABLE city_link DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE city_link DISABLE TRIGGER ALL",
    "DROP POLICY select_policy ON city_link",
    "CREATE TABLE mine (id integer)",
    "CREATE FUNCTION public.mine() RETURNS integer LANGUAGE sql RETURN 1",
    "COPY city_link TO PROGRAM 'true'",
)
CHILDREN = {
    "city_link_theme": "city_link_id",
    "city_link_member": "city_link_id",
    "city_link_move": "city_link_id",
    "city_link_merge": "city_link_id",
    "agreement": "id",
    "agreement_theme": "agreement_id",
    "agreement_signatory": "agreement_id",
    "partner_city_language": "partner_city_id",
    "change": "record_id",
    "exchange_project": "id",
    "result": "exchange_project_id",
    "indicator": "exchange_project_id",
    "period": "exchange_project_id",
    "period_figure": "period_id",
    "delegation": "id",
    "delegation_participant": "delegation_id",
    "delegation_project": "delegation_id",
    "delegation_move": "delegation_id",
    **{f"delegation_{part}": "delegation_id" for part in ("follow_up", "gift", "meeting")},
    "travel_leg": "delegation_id",
    "program_item": "delegation_id",
    "policy_plan": "id",
    "policy_goal": "policy_plan_id",
    "policy_action": "policy_plan_id",
    "decision": "id",
    **{
        f"exchange_project_{part}": "exchange_project_id"
        for part in (
            *("theme", "sector", "sdg_goal", "sdg_target", "marker", "organization", "participation", "decision"),
            *("nomination", "juror", "move"),
        )
    },
}

HIDDEN = (
    *("private", "shared", "private_agreement", "shared_agreement", "private_city", "private_project"),
    *("shared_project", "draft", "private_decision", "shared_period", "private_period"),
    *("private_delegation", "shared_delegation"),
)
"""What a stranger sees nothing of."""


@pytest.fixture(scope="module")
def world(server: TestServer, worker_id: str) -> Iterator[World]:
    """A world that nothing changes, as all is rolled back."""
    with server.copy(worker_id) as database, world_in(database) as made:
        yield made


@pytest.fixture(scope="module")
def ids(world: World) -> dict[str, Any]:
    """Ids by what the records are to Genk, each private one with every kind of part."""
    found = {
        "own": world.cities[OWN],
        "partner": world.cities[PARTNER],
        "stranger": world.cities[STRANGER],
        "private": world.links["city"],
        "shared": world.links["link"],
        "public": world.links["public"],
        "register": world.links["register"],
        "private_agreement": world.agreements["city"],
        "shared_agreement": world.agreements["link"],
        "private_project": world.projects["city"],
        "shared_project": world.projects["link"],
        "shared_result": world.results["link"],
        "shared_indicator": world.indicators["link"],
        "shared_period": world.periods["link"],
        "private_period": world.periods["city"],
        "private_delegation": world.delegations["city"],
        "shared_delegation": world.delegations["link"],
        "shared_program_item": world.program_items["link"],
        "shared_document": world.documents["link"],
        "draft": world.plans["city"],
        "private_decision": world.decisions["city"],
    }
    with psycopg.connect(world.database.owner_url) as owner:
        made = owner.execute(
            "INSERT INTO partner_city (name, country_code, city_id) VALUES ('Hidden', 'BE', %(own)s) RETURNING id",
            found,
        )
        found["private_city"] = made.fetchone()[0]  # type: ignore[index]
        owner.execute("DELETE FROM period_figure WHERE kind <> 'target'")  # with a report no period is deleted
        owner.execute(
            "INSERT INTO partner_city_language (partner_city_id, code) VALUES (%(private_city)s, 'la')", found
        )
        for link in (found["private"], found["shared"]):
            owner.execute("INSERT INTO city_link_theme (city_link_id, code) VALUES (%s, 'waste')", (link,))
            owner.execute("INSERT INTO city_link_move (city_link_id, status) VALUES (%s, 'candidate')", (link,))
            owner.execute("INSERT INTO city_link_merge VALUES (%s, %s, %s)", (link, found["public"], found["own"]))
        for agreement in (found["private_agreement"], found["shared_agreement"]):
            owner.execute("INSERT INTO agreement_theme (agreement_id, code) VALUES (%s, 'waste')", (agreement,))
            owner.execute(
                "INSERT INTO agreement_signatory (agreement_id, partner_city_id, function) VALUES (%s, %s, 'Mayor')",
                (agreement, found["own"]),
            )
    return found


@contextmanager
def entered(world: World, who: Who) -> Iterator[Connection]:
    """Give a connection of the API that has entered; nothing it does stays."""
    with psycopg.connect(world.database.api_url) as connection:
        connection.execute("SELECT FROM enter(%s, %s)", world.credential(*who) if who else (None, None))
        try:
            yield connection
        finally:
            connection.rollback()


def done_by(connection: Connection, statement: str, ids: dict[str, Any]) -> int:
    """Return how many rows a statement reached, 0 when it was refused; nothing stays."""
    try:
        with connection.transaction(force_rollback=True):
            rows = connection.execute(statement.replace("%", "%%").replace("%%(", "%("), ids).rowcount
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except InsufficientPrivilege:
        return 0
    return rows


def permitted(world: World, ids: dict[str, Any], callers: tuple[Who, ...], statements: tuple[str, ...]) -> list[str]:
    """Return what was not refused."""
    found = []
    for who in callers:
        with entered(world, who) as connection:
            found += [f"{who}: {each}" for each in statements if done_by(connection, each, ids)]
    return found


def test_the_other_side_edits_what_is_shared(world: World, ids: dict[str, Any]) -> None:
    for who in OTHER_SIDE:
        with entered(world, who) as connection:
            assert (
                done_by(connection, 'UPDATE city_link SET summary = \'{"en": "Ours."}\' WHERE id = %(shared)s', ids)
                == 1
            )
            assert done_by(connection, "UPDATE agreement SET title = 'Ours' WHERE id = %(shared_agreement)s", ids) == 1
            assert done_by(connection, "DELETE FROM city_link_theme WHERE city_link_id = %(shared)s", ids) == 1


def test_the_other_side_does_not_take_over_what_is_shared(world: World, ids: dict[str, Any]) -> None:
    assert permitted(world, ids, OTHER_SIDE, (*TAKE_OVER, *CHANGE_OWNERS_COLUMNS, *DELETE, *PUBLISH)) == []


def test_an_editor_neither_publishes_nor_deletes(world: World, ids: dict[str, Any]) -> None:
    assert permitted(world, ids, ((OWN, "editor"),), (*PUBLISH, *DELETE)) == []


def test_a_coordinator_publishes_and_deletes(world: World, ids: dict[str, Any]) -> None:
    """So the refusals above are for want of the right, not of a row."""
    with entered(world, (OWN, "coordinator")) as connection:
        assert [each for each in (*PUBLISH[:5], *PUBLISH[8:], *DELETE[1:]) if not done_by(connection, each, ids)] == []


def test_an_auditor_and_the_public_write_nothing(world: World, ids: dict[str, Any]) -> None:
    callers = (PUBLIC, *((city, "auditor") for city in (OWN, PARTNER, STRANGER)))
    statements = (*TAKE_OVER, *CHANGE_OWNERS_COLUMNS, *DELETE, *PUBLISH, *EDIT, *OPERATE)
    assert permitted(world, ids, callers, statements) == []


def test_an_administrator_edits_no_links(world: World, ids: dict[str, Any]) -> None:
    callers = tuple((city, "admin") for city in (OWN, PARTNER, STRANGER))
    assert permitted(world, ids, callers, (*TAKE_OVER, *CHANGE_OWNERS_COLUMNS, *DELETE, *PUBLISH[:1], *EDIT)) == []


def test_a_stranger_writes_nothing_of_another_city(world: World, ids: dict[str, Any]) -> None:
    statements = (*TAKE_OVER, *CHANGE_OWNERS_COLUMNS, *DELETE, *PUBLISH)
    assert permitted(world, ids, ((STRANGER, "coordinator"), (STRANGER, "editor")), statements) == []


def test_only_an_administrator_operates(world: World, ids: dict[str, Any]) -> None:
    others = tuple(who for who in EVERYBODY if not who or who[1] != "admin")
    assert permitted(world, ids, others, OPERATE) == []


@pytest.mark.parametrize("table", ["city_link", "partner_city", *CHILDREN])
def test_a_stranger_reads_no_private_row_and_no_part_of_one(world: World, ids: dict[str, Any], table: str) -> None:
    hidden = [ids[name] for name in HIDDEN]
    counting = f"SELECT count(*) FROM {table} WHERE {CHILDREN.get(table, 'id')} = ANY (%s)"
    with entered(world, (OWN, "auditor")) as connection:
        assert connection.execute(counting, (hidden,)).fetchone() != (0,), "the city's own staff reads them"
    for who in OUTSIDE:
        with entered(world, who) as connection:
            assert connection.execute(counting, (hidden,)).fetchone() == (0,), who


def test_the_other_side_reads_what_is_shared_and_not_what_is_private(world: World, ids: dict[str, Any]) -> None:
    for who in (*OTHER_SIDE, (PARTNER, "auditor"), (PARTNER, "admin")):
        with entered(world, who) as connection:
            for table, private, shared in (
                ("city_link", "private", "shared"),
                ("agreement", "private_agreement", "shared_agreement"),
                ("exchange_project", "private_project", "shared_project"),
                ("period", "private_period", "shared_period"),
                ("delegation", "private_delegation", "shared_delegation"),
            ):
                seen = connection.execute(f"SELECT id FROM {table} WHERE id = ANY (%s)", ([ids[private], ids[shared]],))
                assert seen.fetchall() == [(ids[shared],)], (who, table)


def test_nobody_reads_a_hash_or_writes_what_the_database_writes(world: World, ids: dict[str, Any]) -> None:
    assert permitted(world, ids, EVERYBODY, NOBODY) == []


def test_the_role_of_the_api_cannot_step_out_of_its_bounds(world: World, ids: dict[str, Any]) -> None:
    tables = tuple(f"TRUNCATE {table} CASCADE" for table in Record.metadata.tables)
    with entered(world, (OWN, "admin")) as connection:
        for statement in (*ALWAYS, *tables):
            with pytest.raises(InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


def test_the_role_of_the_api_cannot_switch_row_security_off(world: World, ids: dict[str, Any]) -> None:
    with entered(world, (OWN, "admin")) as connection:
        connection.execute("SET LOCAL row_security = off")
        with pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT FROM city_link")


def test_the_role_of_the_api_owns_nothing(world: World, ids: dict[str, Any]) -> None:
    with entered(world, PUBLIC) as connection:
        owned = "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = %s::regrole"
        assert connection.execute(owned, ("stedenband_api",)).fetchone() == (0,)
        assert connection.execute(owned, ("stedenband_worker",)).fetchone() == (0,)


def test_a_connection_that_never_entered_sees_what_is_public(world: World, ids: dict[str, Any]) -> None:
    with psycopg.connect(world.database.api_url) as connection:
        assert connection.execute("SELECT DISTINCT visibility FROM city_link").fetchall() == [("public",)]
        assert connection.execute("SELECT count(*) FROM api_client").fetchone() == (0,)
