"""The catalogue of the migrated database: alembic sees no policy, grant, trigger, function or CHECK; this does."""

from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from stedenband import migrations
from stedenband.app import RESOURCES
from stedenband.core.privacy import personal
from stedenband.core.records import Record
from stedenband.people.rules.places import mirrors, notes, parts, signatures
from tests.databases import TestDatabase

JOBS = import_module("stedenband.migrations.versions.0039_jobs")
Connection = psycopg.Connection[tuple[Any, ...]]

WITHOUT_HISTORY = {
    "change": "is the record of change itself",
    "change_epoch": "is the record of change itself",
    "change_seal": "seals the record of change",
    "sealed_change": "seals the record of change",
    "period_figure": "keeps what a period shows, as a record of its own",
    "idempotency_key": "is a reply, kept for a day",
    "protected_country": "is written by migrations only",
    "emission_factor": "is written by migrations only",
    "stored_file": "is named by documents, which have a history",
    "stopped_transfer": "is written when the record of change is",
    "imported_row": "tells rows of files apart, not records",
    "import_heading": "is about files, not records",
    "upload": "is under way for a day, and then a document or nothing",
    "webhook_delivery": "is the log of a webhook, kept for a month",
    "task": "is under way, and then forgotten within a month",
    "webhook_reminder": "tells what a webhook was told",
}
LEFT_OUT = {
    "api_key": {"hash", "last_used_at"},
    "calendar_subscription": {"hash"},
    "digest_subscription": {"secret", "hash", "told"},
    "webhook": {"secret", "previous_secret"},
}
"""Columns that no history names besides the personal ones: a secret, and what every request moves."""

DEFINER = {
    "agreement_candidates", "api_client_candidates", "check_agreement", "check_link", "check_transfer", "city_link_candidates",
    "claim_city_link", "contact_candidates", "count_jobs", "count_replies", "enter", "enter_as", "enqueue_task", "enter_calendar", "enter_digest", "enter_task", "enter_webhook", "follow_ground", "follow_link", "follow_merged_link", "forget_imported_rows", "forget_results", "forget_link", "forget_replies",
    "has_client",
    "check_award", "check_delegation", "check_dimensions", "check_document", "check_period", "check_program_item", "check_project", "decision_candidates", "delegation_candidates", "document_candidates", "enter_by_link", "exchange_project_candidates", "follow_decisions", "follow_delegations", "follow_documents", "follow_projects", "follow_subject", "follow_traveler", "indicator_candidates", "inherit", "join_delegations", "keep_documents", "keep_figures", "keep_file", "keep_own", "keep_own_delegations", "keep_period", "leave_delegations", "leave_documents", "leave_link", "leave_people", "leave_projects", "leave_results", "may_send", "merge_city_links", "my_links", "my_name", "my_senders", "narrow_delegations", "narrow_projects", "organization_candidates", "partner_city_candidates", "pass_on", "pass_on_delegation", "policy_action_candidates", "policy_goal_candidates", "policy_plan_candidates", "privacy_act_candidates", "program_item_candidates", "purge_replies", "record_change", "record_parts", "replies_about", "result_candidates", "sectors_are_whole", "spare_joiners", "tell_joiner", "tell_leavers", "tell_transfers", "transfer_ground_candidates", "unshare", "unsubscribe_digest", "write_change",
}  # fmt: skip
"""The functions that run with the owner's rights: trigger functions, and those for callers below."""

FOR_CALLERS = {
    "decision_candidates", "delegation_candidates", "program_item_candidates", "exchange_project_candidates", "policy_action_candidates", "policy_goal_candidates",
    "policy_plan_candidates",
    "agreement_candidates", "api_client_candidates", "city_link_candidates", "claim_city_link", "contact_candidates",
    "count_jobs", "count_replies", "document_candidates", "enter", "enter_as", "enter_by_link", "enter_calendar", "forget_replies", "has_client", "indicator_candidates", "keep_file", "merge_city_links", "my_links", "my_name", "my_senders", "organization_candidates", "partner_city_candidates", "privacy_act_candidates", "result_candidates", "transfer_ground_candidates", "unsubscribe_digest",
}  # fmt: skip

FOR_THE_WORKER = {"enter_digest", "enter_task", "enter_webhook", "purge_replies", "tell_transfers"}
"""The functions that the worker may call besides: they apply retention in all cities."""

WORK = {
    "change": {"SELECT"},
    "change_seal": {"SELECT", "INSERT"},
    "sealed_change": {"SELECT", "INSERT"},
    "document": {"SELECT", "UPDATE", "DELETE"},
    "stored_file": {"SELECT", "DELETE"},
    "upload": {"SELECT", "DELETE"},
    "idempotency_key": {"SELECT", "DELETE"},
    "privacy_act": {"SELECT", "INSERT"},
    "contact_role": {"SELECT"},
    "contact": {"SELECT", "UPDATE"},
    "webhook": {"SELECT", "UPDATE"},
    "webhook_delivery": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "task": {"SELECT", "UPDATE", "DELETE"},
    "webhook_reminder": {"SELECT", "INSERT"},
    "digest_subscription": {"SELECT", "UPDATE"},
}
"""What the worker does with all rows, whoever they belong to; besides it takes persons out of whatever names them."""

FIXED = {
    "id",
    "city_id",
    "city_link_id",
    "created_at",
    "published_at",
    "agreement_id",
    "api_client_id",
    "policy_plan_id",
    "decision_id",
    "delegation_id",
    "exchange_project_id",
    "hash",
    "prefix",
}
"""Columns that the API never updates."""

LATER = {table: {"city_link_id"} for table in ("organization", "contact", "exchange_project")} | {
    "delegation_follow_up": {"exchange_project_id"},
    "webhook": {"city_link_id"},
}
"""Records that may be shared in a link, or become part of a project, after they were made."""

VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
OWN_FUNCTIONS = """
    SELECT p.oid, p.proname, p.prosecdef, p.proconfig, pg_get_userbyid(p.proowner) FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
GRANTS = """
    SELECT DISTINCT table_name, privilege_type, NULL FROM information_schema.role_table_grants
    WHERE grantee = %(role)s AND table_schema = 'public'
    UNION SELECT table_name, privilege_type, column_name FROM information_schema.column_privileges
    WHERE grantee = %(role)s AND table_schema = 'public'
"""
TRIGGERS = """
    SELECT c.relname, p.proname, t.tgtype, array_remove(string_to_array(encode(t.tgargs, 'escape'), '\\000'), '')
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal
"""
SHAPE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity,
            pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'n', 'p', 'u', 'x')
    """,
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "functions": """
        SELECT 'public', oid::regprocedure::text, pg_get_functiondef(oid) || coalesce(proacl::text, '') FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
    """,
    "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "policies": "SELECT tablename, policyname, cmd, roles::text, qual, with_check FROM pg_policies",
    "security": """
        SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text,
            ARRAY(SELECT attacl::text FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL ORDER BY attnum)
        FROM pg_class c WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace
    """,
}
"""Queries that together tell everything a migration may make; the first column is the table."""

TABLES_ALONE = ("columns", "constraints", "indexes")


@pytest.fixture
def catalogue(database: TestDatabase) -> Iterator[Connection]:
    """A connection that reads the catalogue."""
    with psycopg.connect(database.superuser_url) as connection:
        yield connection


def shape(database: TestDatabase, parts: tuple[str, ...] = tuple(SHAPE)) -> dict[str, list[tuple[Any, ...]]]:
    """Return what is in a database, but for alembic's own table."""
    with psycopg.connect(database.superuser_url) as connection:
        return {
            part: sorted((row for row in connection.execute(SHAPE[part]) if row[0] != "alembic_version"), key=repr)
            for part in parts
        }


def grants(connection: Connection, role: str) -> dict[tuple[str, str], set[str | None]]:
    """Return the columns that a role may use, by table and verb; None among them: every column."""
    found: dict[tuple[str, str], set[str | None]] = {}
    for table, verb, column in connection.execute(GRANTS, {"role": role}):
        found.setdefault((table, verb), set()).add(column)
    return found


def test_every_table_has_row_security_that_does_not_bind_its_owner(catalogue: Connection) -> None:
    tables = catalogue.execute(SHAPE["security"].replace("('r', 'S')", "('r')")).fetchall()
    assert {row[0] for row in tables} == {*Record.metadata.tables, "alembic_version"}
    assert {row[0] for row in tables if row[1:3] != (True, False)} == {"alembic_version"}


def test_a_verb_is_granted_exactly_where_a_policy_limits_it(catalogue: Connection) -> None:
    policies = set(catalogue.execute("SELECT tablename, cmd FROM pg_policies WHERE roles = '{public}'").fetchall())
    granted = set(grants(catalogue, "stedenband_api"))
    assert policies == granted
    assert {verb for _, verb in granted} == VERBS
    assert catalogue.execute("SELECT count(*) FROM pg_policies WHERE permissive <> 'PERMISSIVE'").fetchone() == (0,)


def test_every_policy_limits_something(catalogue: Connection) -> None:
    unlimited = "coalesce(qual, 'true') = 'true' AND coalesce(with_check, 'true') = 'true'"
    for_all = f"SELECT tablename FROM pg_policies WHERE roles = '{{public}}' AND {unlimited}"
    assert catalogue.execute(for_all).fetchall() == [
        ("change_epoch",),
        ("protected_country",),
        ("emission_factor",),
        ("change_seal",),
    ]


def test_the_worker_has_the_grants_of_the_api_and_what_its_own_work_takes(catalogue: Connection) -> None:
    more = {("change_seal", "INSERT"), ("sealed_change", "SELECT"), ("sealed_change", "INSERT"),
            ("stored_file", "SELECT"), ("stored_file", "DELETE"),
            ("webhook_delivery", "UPDATE"), ("webhook_delivery", "DELETE"), ("webhook_reminder", "INSERT"),
            ("digest_subscription", "UPDATE"), ("task", "UPDATE"), ("task", "DELETE")}  # fmt: skip
    of_worker, of_api = grants(catalogue, "stedenband_worker"), grants(catalogue, "stedenband_api")
    secrets = of_worker["webhook", "SELECT"] - of_api["webhook", "SELECT"]
    assert secrets == {"secret", "previous_secret"}
    of_worker["webhook", "SELECT"] -= secrets
    assert of_api.pop(("task", "UPDATE")) == {"canceled_at"}
    assert of_worker["digest_subscription", "SELECT"] - of_api["digest_subscription", "SELECT"] == {"secret", "told"}
    of_worker["digest_subscription", "SELECT"] -= {"secret", "told"}
    assert {name: columns for name, columns in of_worker.items() if name not in more} == of_api
    assert set(of_worker) == {*of_api, *more}


def test_the_worker_does_with_all_rows_what_its_work_takes_and_no_more(catalogue: Connection) -> None:
    found: dict[str, set[str]] = {}
    told = "SELECT tablename, cmd, roles::text FROM pg_policies WHERE roles <> '{public}'"
    for table, verb, roles in catalogue.execute(told):
        assert roles == "{stedenband_worker}"
        found.setdefault(table, set()).add(verb)
    named = [place.model.__tablename__ for place in (*signatures(), *notes(), *(place for place, _ in mirrors()))]
    expected = {table: {"SELECT", "UPDATE"} for table in named}
    expected |= {model.__tablename__: {"SELECT", "DELETE"} for model, _ in parts()}
    assert found == {table: expected.get(table, set()) | WORK.get(table, set()) for table in {*expected, *WORK}}


def test_only_the_owner_and_the_api_and_the_worker_have_grants(catalogue: Connection) -> None:
    grantees = "SELECT DISTINCT grantee FROM information_schema.column_privileges WHERE table_schema = 'public'"
    assert {row[0] for row in catalogue.execute(grantees)} == {
        "stedenband_api",
        "stedenband_owner",
        "stedenband_worker",
    }


def test_nobody_updates_what_says_whose_a_record_is_and_since_when(catalogue: Connection) -> None:
    for (table, verb), columns in grants(catalogue, "stedenband_api").items():
        if verb == "UPDATE":
            assert not columns & FIXED - LATER.get(table, set()), table


@pytest.mark.parametrize("table", ["api_key", "calendar_subscription", "digest_subscription", "webhook"])
def test_nobody_reads_a_secret_or_its_hash(catalogue: Connection, table: str) -> None:
    readable = grants(catalogue, "stedenband_api")[table, "SELECT"]
    secrets = {"hash", "secret", "previous_secret", "told"}
    assert readable == {column.name for column in Record.metadata.tables[table].c} - secrets


def test_every_change_of_a_record_is_recorded_with_the_record_it_is_part_of(catalogue: Connection) -> None:
    insert, delete, update = 4, 8, 16
    recorded: dict[str, int] = {}
    for table, function, kind, _ in catalogue.execute(TRIGGERS):
        if function in {"record_change", "record_parts"}:
            recorded[table] = recorded.get(table, 0) | kind & (insert | delete | update)
    assert set(recorded.values()) == {insert | delete | update}
    assert set(recorded) == set(Record.metadata.tables) - set(WITHOUT_HISTORY)


def test_records_with_an_address_are_recorded_for_themselves(catalogue: Connection) -> None:
    alone = {table for table, function, _, _ in catalogue.execute(TRIGGERS) if function == "record_change"}
    assert alone == {resource.model.__tablename__ for resource in RESOURCES}


def test_the_trigger_leaves_out_exactly_the_personal_columns(catalogue: Connection) -> None:
    left_out: dict[str, set[str]] = {}
    for table, function, _, arguments in catalogue.execute(TRIGGERS):
        if function in {"record_change", "record_parts"}:
            named = (
                arguments
                if function == "record_change"
                else [name for part in arguments[3:] for name in part.split(",")]
            )
            left_out.setdefault(table, set()).update(named)
    for table in (each for each in Record.metadata.tables.values() if each.name not in WITHOUT_HISTORY):
        identifying = {column.name for column in table.c if (tag := personal(column)) and tag.identifying}
        assert left_out.get(table.name, set()) == identifying | LEFT_OUT.get(table.name, set()), table.name


def test_the_functions_with_the_rights_of_the_owner_are_these(catalogue: Connection) -> None:
    functions = catalogue.execute(OWN_FUNCTIONS).fetchall()
    assert {owner for *_, owner in functions} == {"stedenband_owner"}
    definers = {name: settings or [] for _, name, definer, settings, _ in functions if definer}
    assert set(definers) == DEFINER
    jobs = "search_path=pg_catalog, public, jobs, pg_temp"
    assert definers.pop("enqueue_task") == [jobs], "it calls a function of procrastinate, which names its own tables"
    assert {tuple(settings) for settings in definers.values()} == {("search_path=pg_catalog, public, pg_temp",)}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("public", set()), ("stedenband_api", FOR_CALLERS), ("stedenband_worker", FOR_CALLERS | FOR_THE_WORKER)],
)
def test_the_functions_with_the_rights_of_the_owner_are_called_by_few(
    catalogue: Connection, role: str, allowed: set[str]
) -> None:
    may = f"SELECT proname FROM ({OWN_FUNCTIONS}) own WHERE prosecdef AND has_function_privilege(%s, oid, 'EXECUTE')"
    assert {row[0] for row in catalogue.execute(may, (role,))} == allowed


def test_every_guard_of_records_lets_the_worker_do_its_work(catalogue: Connection) -> None:
    asking = f"SELECT proname FROM ({OWN_FUNCTIONS}) own JOIN pg_proc USING (oid, proname) WHERE prosrc LIKE %s"
    assert catalogue.execute(asking, ["%row_security_active(TG_RELID)%"]).fetchall() == []
    assert len(catalogue.execute(asking, ["%is_bound(TG_RELID)%"]).fetchall()) > 1


def test_the_jobs_are_kept_as_the_installed_library_expects(catalogue: Connection) -> None:
    history = sorted(file.name for file in files("procrastinate.sql.migrations").iterdir())
    assert [name for name in history if name.endswith(".sql")][-1] == JOBS.UP_TO, "a new version needs a new migration"
    of_worker = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace AND has_function_privilege(%s, oid, 'EXECUTE')"
    assert catalogue.execute(of_worker, ["stedenband_api"]).fetchone() == (0,)
    assert catalogue.execute("SELECT has_schema_privilege('stedenband_api', 'jobs', 'USAGE')").fetchone() == (False,)


def test_models_and_migrations_make_the_same_tables(fresh_database: TestDatabase) -> None:
    migrated = shape(fresh_database, TABLES_ALONE)
    with psycopg.connect(fresh_database.owner_url) as owner:
        owner.execute(f"DROP TABLE {', '.join(Record.metadata.tables)} CASCADE")
    engine = create_engine(fresh_database.owner_url)
    Record.metadata.create_all(engine)
    engine.dispose()
    declared = shape(fresh_database, TABLES_ALONE)
    for part in TABLES_ALONE:
        assert declared[part] == migrated[part], part


def test_alembic_finds_no_difference(database: TestDatabase) -> None:
    engine = create_engine(database.owner_url)
    with engine.connect() as connection:
        command.check(migrations.configuration(connection))
    engine.dispose()


def test_migrations_go_down_to_nothing_and_up_again_to_the_same(fresh_database: TestDatabase) -> None:
    before = shape(fresh_database)
    migrations.downgrade(fresh_database.owner_url, "base")
    assert {part: rows for part, rows in shape(fresh_database).items() if rows} == {}
    migrations.upgrade(fresh_database.owner_url)
    assert shape(fresh_database) == before


@pytest.mark.no_cover  # the test above runs every line of them
def test_each_migration_can_be_undone_and_done_again(fresh_database: TestDatabase, database: TestDatabase) -> None:
    line = ["base", *revisions(database)]
    for below, revision in reversed(list(pairwise(line))):
        migrations.downgrade(fresh_database.owner_url, below)
        undone = shape(fresh_database)
        migrations.upgrade(fresh_database.owner_url, revision)
        migrations.downgrade(fresh_database.owner_url, below)
        assert shape(fresh_database) == undone, revision


def test_migrations_are_numbered_in_one_line(database: TestDatabase) -> None:
    assert revisions(database) == [f"{number:04}" for number in range(1, len(revisions(database)) + 1)]


def revisions(database: TestDatabase) -> list[str]:
    """Return the revisions from the first to the last; there is one last."""
    engine = create_engine(database.owner_url)
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(migrations.configuration(connection))
    engine.dispose()
    assert scripts.get_current_head()
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]
