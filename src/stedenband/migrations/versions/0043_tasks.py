"""Tasks: long work that somebody asked for, which the worker does in the scope of whoever asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
API, WORKER = "stedenband_api", "stedenband_worker"
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")
KINDS = "'import', 'export', 'archive'"
STATES = "'waiting', 'running', 'done', 'failed', 'canceled'"
ENDED = "'done', 'failed', 'canceled'"

OWN = "api_client_id = (SELECT my_client()) AND person_id IS NOT DISTINCT FROM (SELECT setting('person')::uuid)"
OPERATE = "(SELECT may_operate())"
NEW = "state = 'waiting' AND rows_done = 0 AND kept = 0 AND canceled_at IS NULL AND started_at IS NULL"
SEEN = f"(({OWN}) OR {OPERATE})"
POLICIES = {
    "SELECT": f"USING {SEEN}",
    "INSERT": f"WITH CHECK ({OWN} AND {NEW})",
    "UPDATE": f"USING ({SEEN} AND ended_at IS NULL)",
}
"""One's own: the client's, and with OIDC the person's. An administrator sees and cancels all."""
WORK = {"SELECT": "USING (true)", "UPDATE": "USING (true)", "DELETE": "USING (true)"}

ENQUEUE = """
CREATE FUNCTION enqueue_task() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, jobs, pg_temp AS $$
BEGIN
    PERFORM jobs.procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', 'carryOut', 0, 'tasks of ' || NEW.api_client_id, NULL, jsonb_build_object('task', NEW.id), NULL)
    ]::jobs.procrastinate_job_to_defer_v1[]);
    RETURN NULL;
END $$
"""
"""The job is made in the transaction that asks for the work. A client's tasks are done one after the other."""

ENTER_TASK = f"""
CREATE FUNCTION enter_task(sought uuid)
RETURNS TABLE (client_id uuid, name text, city_id uuid, role text, scopes text[], person_id uuid)
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    caller record;
BEGIN
    SELECT c.id, c.name, c.city_id, c.role, t.scopes, t.person_id INTO caller
    FROM task t JOIN api_client c ON c.id = t.api_client_id
    WHERE t.id = sought AND t.state = 'running' AND c.status = 'active';
    PERFORM set_config('stedenband.client', coalesce(caller.id::text, ''), true),
        set_config('stedenband.role', coalesce(caller.role, ''), true),
        set_config('stedenband.member', coalesce(caller.city_id::text, ''), true),
        set_config('stedenband.city',
            CASE WHEN caller.role = 'partner' THEN '' ELSE coalesce(caller.city_id::text, '') END, true),
        set_config('stedenband.person', coalesce(caller.person_id::text, ''), true),
        set_config('stedenband.subscription', '', true);
    IF caller.id IS NOT NULL THEN
        RETURN QUERY SELECT caller.id, caller.name, caller.city_id, caller.role, caller.scopes, caller.person_id;
    END IF;
END $$
"""
"""Until the end of the transaction, the scope of the client that asked, as it is today; no row: it may no longer."""

FORGET = """
CREATE FUNCTION forget_results() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM task WHERE ended_at IS NOT NULL;
    UPDATE task SET canceled_at = date_trunc('second', now()) WHERE ended_at IS NULL AND kind <> 'import';
    RETURN NULL;
END $$
"""
"""A file that was made before a person was erased may name the person, and nobody looks into files again."""
TRIGGER = """
CREATE TRIGGER forget_results AFTER UPDATE OF erased_at ON contact
FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION forget_results()
"""


def upgrade() -> None:
    """Create the table, its policies, the entrance, and what enqueues and forgets."""
    op.create_table(
        "task",
        sa.Column("api_client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'::text"), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_total", sa.BigInteger(), nullable=True),
        sa.Column("kept", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        sa.Column("canceled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_task_kind")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_task_state")),
        sa.CheckConstraint("language IN ('nl', 'fr', 'en')", name=op.f("ck_task_language")),
        sa.CheckConstraint(f"(state IN ({ENDED})) = (ended_at IS NOT NULL)", name=op.f("ck_task_ended")),
        sa.CheckConstraint("(state = 'done') = (result IS NOT NULL)", name=op.f("ck_task_result")),
        sa.CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name=op.f("ck_task_problem")),
        sa.ForeignKeyConstraint(
            ["api_client_id"], ["api_client.id"], name=op.f("fk_task_api_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_api_client_id_id", "task", ["api_client_id", "id"])
    op.create_index("ix_task_ended_at", "task", ["ended_at"])
    op.execute("ALTER TABLE task ENABLE ROW LEVEL SECURITY")
    for verb, condition in POLICIES.items():
        op.execute(f"CREATE POLICY {verb.lower()}_policy ON task FOR {verb} {condition}")
    for verb, condition in WORK.items():
        op.execute(f"CREATE POLICY work_{verb.lower()} ON task FOR {verb} TO {WORKER} {condition}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (canceled_at) ON task TO {API}, {WORKER}")
    op.execute(f"GRANT UPDATE, DELETE ON task TO {WORKER}")
    for function in (ENQUEUE, ENTER_TASK, FORGET):
        op.execute(function)
    op.execute("CREATE TRIGGER enqueue AFTER INSERT ON task FOR EACH ROW EXECUTE FUNCTION enqueue_task()")
    op.execute(TRIGGER)
    op.execute("REVOKE ALL ON FUNCTION enqueue_task(), enter_task(uuid), forget_results() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION enter_task(uuid) TO {WORKER}")


def downgrade() -> None:
    """Drop all of it; what waits is not done."""
    op.execute("DROP TRIGGER forget_results ON contact")
    op.drop_table("task")
    op.execute("DROP FUNCTION forget_results(), enter_task(uuid), enqueue_task()")
    op.execute("DELETE FROM jobs.procrastinate_jobs WHERE task_name = 'carryOut' AND status = 'todo'")
