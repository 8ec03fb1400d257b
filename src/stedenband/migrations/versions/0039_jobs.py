"""Jobs: what the worker does beside the requests. procrastinate keeps them, in a schema of its own."""

from importlib.resources import files

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

UP_TO = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
"""The last file of procrastinate's own history that this migration runs; a later one runs what a new version adds."""


def upgrade() -> None:
    """Run procrastinate's history in the schema, which is new and empty."""
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs, pg_temp")
    history = files("procrastinate.sql.migrations")
    for file in sorted(each.name for each in history.iterdir() if each.name.endswith(".sql") and each.name <= UP_TO):
        op.execute((history / file).read_text(encoding="utf-8").replace(":", r"\:"))
    op.execute("SET LOCAL search_path = public, pg_temp")


def downgrade() -> None:
    """Drop the schema with all jobs."""
    op.execute("DROP SCHEMA jobs CASCADE")
