"""What the worker may do by itself: its jobs, and over all cities seal, sweep and apply retention."""

from collections.abc import Callable

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

WORKER = "stedenband_worker"

COUNT_JOBS = """
CREATE OR REPLACE FUNCTION count_jobs() RETURNS TABLE (task text, state text, jobs bigint, seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT job.task_name::text,
        CASE job.status::text WHEN 'todo' THEN 'waiting' WHEN 'doing' THEN 'running' ELSE job.status::text END,
        count(*), max(extract(epoch FROM now() - greatest(job.scheduled_at, told.since)))::double precision
    FROM jobs.procrastinate_jobs job, LATERAL (
        SELECT max(event.at) AS since FROM jobs.procrastinate_events event WHERE event.job_id = job.id
    ) told
    WHERE job.scheduled_at IS NULL OR job.scheduled_at <= now()
    GROUP BY 1, 2
    UNION ALL
    SELECT NULL, 'workers', count(*), NULL FROM jobs.procrastinate_workers
    WHERE last_heartbeat > now() - interval '30 seconds';
END
"""
"""How many jobs of each task are in each state, and for how many seconds the first of them; and who does them."""

RETENTION = (
    "agreement",
    "agreement_signatory",
    "city_link",
    "contact",
    "decision",
    "delegation",
    "delegation_follow_up",
    "delegation_gift",
    "delegation_meeting",
    "delegation_participant",
    "exchange_project",
    "exchange_project_juror",
    "indicator",
    "organization",
    "period",
    "policy_plan",
    "program_item",
    "result",
)
"""Tables of which a person, or what names one, is taken away; what is kept of a person besides is deleted."""

MAY = {
    **dict.fromkeys(RETENTION, ("SELECT", "UPDATE")),
    "contact_email": ("SELECT", "DELETE"),
    "contact_language": ("SELECT", "DELETE"),
    "contact_phone": ("SELECT", "DELETE"),
    "contact_role": ("SELECT",),
    "privacy_act": ("SELECT", "INSERT"),
    "idempotency_key": ("SELECT", "DELETE"),
    "document": ("SELECT", "UPDATE", "DELETE"),
    "stored_file": ("SELECT", "DELETE"),
    "upload": ("SELECT", "DELETE"),
    "change": ("SELECT",),
    "change_seal": ("SELECT", "INSERT"),
    "sealed_change": ("SELECT", "INSERT"),
}
"""Table -> what the worker does with all of its rows, whoever they belong to."""
LIMIT = {"SELECT": "USING (true)", "DELETE": "USING (true)", "INSERT": "WITH CHECK (true)", "UPDATE": "USING (true)"}

GRANTED = (
    "INSERT ON change_seal",
    "SELECT, INSERT ON sealed_change",
    "SELECT, DELETE ON stored_file",
    "USAGE ON SCHEMA jobs",
    "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs",
    "USAGE ON ALL SEQUENCES IN SCHEMA jobs",
    "EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs",
    "EXECUTE ON FUNCTION tell_transfers(uuid, uuid)",
    "EXECUTE ON FUNCTION forget_travel_documents()",
    "EXECUTE ON FUNCTION purge_replies(uuid, uuid[], text[])",
)
"""What the worker alone is granted; for the rest it has the grants of the API."""

IS_BOUND = """
CREATE OR REPLACE FUNCTION is_bound(relation oid) RETURNS boolean LANGUAGE sql STABLE
RETURN row_security_active(relation) AND current_user <> 'stedenband_worker'
"""
"""Whether what a caller may change in a table depends on its city and role; not so for the owner and the worker."""
GUARDS = """
DO $$
DECLARE
    guard record;
BEGIN
    FOR guard IN
        SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosrc LIKE '%{before}(TG_RELID)%'
    LOOP
        EXECUTE replace(pg_get_functiondef(guard.oid), '{before}(TG_RELID)', '{after}(TG_RELID)');
    END LOOP;
END $$
"""
"""Have the triggers that guard records ask another function."""


def upgrade() -> None:
    """Add a policy per table and verb, each in a transaction of its own, so that callers wait for one table at most.

    Where it could not get a table in time it is run again, and goes on from there.
    """
    op.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC")
    op.execute(COUNT_JOBS)
    op.execute("REVOKE ALL ON FUNCTION count_jobs() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION count_jobs() TO stedenband_api, {WORKER}")
    op.execute(IS_BOUND)
    op.execute(GUARDS.format(before="row_security_active", after="is_bound"))
    for granted in GRANTED:
        op.execute(f"GRANT {granted} TO {WORKER}")
    _table_by_table(_policy)


def downgrade() -> None:
    """Take all that away."""
    op.execute("DROP FUNCTION IF EXISTS count_jobs()")
    op.execute(GUARDS.format(before="is_bound", after="row_security_active"))
    op.execute("DROP FUNCTION IF EXISTS is_bound(oid)")
    for granted in GRANTED:
        op.execute(f"REVOKE {granted} FROM {WORKER}")
    _table_by_table(_no_policy)


def _table_by_table(statement: Callable[[str, str], str]) -> None:
    with op.get_context().autocommit_block():
        for table, verbs in MAY.items():
            statements = "".join(statement(table, verb) for verb in verbs)
            op.execute(f"DO $$ BEGIN {statements} END $$")


def _policy(table: str, verb: str) -> str:
    created = f"CREATE POLICY {_name(verb)} ON {table} FOR {verb} TO {WORKER} {LIMIT[verb]}"
    return f"IF NOT {_there(table, verb)} THEN {created}; END IF; "


def _no_policy(table: str, verb: str) -> str:
    return f"IF {_there(table, verb)} THEN DROP POLICY {_name(verb)} ON {table}; END IF; "


def _there(table: str, verb: str) -> str:
    """Return the condition that a policy is there; to ask it locks nothing."""
    return f"EXISTS (SELECT FROM pg_policies WHERE tablename = '{table}' AND policyname = '{_name(verb)}')"


def _name(verb: str) -> str:
    return f"work_{verb.lower()}"
