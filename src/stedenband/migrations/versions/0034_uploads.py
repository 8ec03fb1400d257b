"""Uploads in pieces: what a client has begun to send, and nobody else knows of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ROLES = "stedenband_api, stedenband_worker"
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
CLIENT = "(SELECT my_client())"
ACTOR = "(SELECT coalesce(setting('person')::uuid, my_client()))"
EDIT = "(SELECT may_edit())"
OWN = f"api_client_id = {CLIENT} AND actor_id = {ACTOR}"
POLICIES = {
    "SELECT": f"USING ({OWN})",
    "INSERT": f"WITH CHECK ({EDIT} AND {OWN})",
    "UPDATE": f"USING ({EDIT} AND {OWN}) WITH CHECK ({EDIT} AND {OWN})",
    "DELETE": f"USING ({EDIT} AND {OWN})",
}
UPDATED = "document_id, file_name, metadata_json"


def upgrade() -> None:
    """Create the table and its policies."""
    op.create_table(
        "upload",
        sa.Column("api_client_id", sa.Uuid(), server_default=sa.text("my_client()"), nullable=False),
        sa.Column(
            "actor_id",
            sa.Uuid(),
            server_default=sa.text("COALESCE((setting('person'::text))::uuid, my_client())"),
            nullable=False,
        ),
        sa.Column("created_at", INSTANT, server_default=sa.text("date_trunc('second', now())"), nullable=False),
        sa.Column(
            "expires_at",
            INSTANT,
            server_default=sa.text("date_trunc('second', now() + interval '1 day')"),
            nullable=False,
        ),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("metadata_json", sa.Text(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("length > 0", name=op.f("ck_upload_length")),
        sa.CheckConstraint("plain_text(file_name, 200, false)", name=op.f("ck_upload_file_name")),
        sa.ForeignKeyConstraint(
            ["api_client_id"], ["api_client.id"], name=op.f("fk_upload_api_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_upload_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_api_client_id", "upload", ["api_client_id", "actor_id"])
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"])
    op.create_index(op.f("ix_upload_document_id"), "upload", ["document_id"])
    op.execute("ALTER TABLE upload ENABLE ROW LEVEL SECURITY")
    for verb, limits in POLICIES.items():
        op.execute(f"CREATE POLICY {verb.lower()}_policy ON upload FOR {verb} {limits}")
        op.execute(f"GRANT {verb} {f'({UPDATED})' if verb == 'UPDATE' else ''} ON upload TO {ROLES}")


def downgrade() -> None:
    """Drop it; the pieces stay in the store until a sweep."""
    op.drop_table("upload")
