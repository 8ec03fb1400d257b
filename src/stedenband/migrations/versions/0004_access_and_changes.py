"""The tables of access, of repeated requests and of the record of change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "change",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "changed_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column("api_client_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=True),
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("previous_visibility", sa.Text(), nullable=True),
        sa.Column("remaining", sa.Text(), nullable=True),
        sa.Column("audience_city_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "operation IN ('created', 'updated', 'withdrawn', 'deleted')", name=op.f("ck_change_operation")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
        sa.UniqueConstraint(
            "record_id",
            "transaction_id",
            "withdrawn",
            "audience_city_id",
            name="uq_change_record_id",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_change_record_id_sequence", "change", ["record_id", "sequence"], unique=False)
    op.create_index("ix_change_transaction_id_sequence", "change", ["transaction_id", "sequence"], unique=False)
    op.create_table(
        "change_epoch",
        sa.Column("epoch", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column(
            "started_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_change_epoch")),
    )
    op.create_table(
        "api_client",
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('partner', 'auditor', 'editor', 'coordinator', 'admin')", name=op.f("ck_api_client_role")
        ),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_api_client_status")),
        sa.CheckConstraint("plain_text(name, 100, false)", name=op.f("ck_api_client_name")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_api_client_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
    )
    op.create_index(op.f("ix_api_client_city_id"), "api_client", ["city_id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("api_client_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True, precision=0), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True, precision=0), nullable=True),
        sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True, precision=0), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_client_id"], ["api_client.id"], name=op.f("fk_api_key_api_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_index(op.f("ix_api_key_api_client_id"), "api_key", ["api_client_id"], unique=False)
    op.create_index("uq_api_key_prefix", "api_key", ["prefix"], unique=True)
    op.create_table(
        "idempotency_key",
        sa.Column("api_client_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["api_client_id"], ["api_client.id"], name=op.f("fk_idempotency_key_api_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("api_client_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(
        "ix_idempotency_key_api_client_id_created_at", "idempotency_key", ["api_client_id", "created_at"], unique=False
    )


def downgrade() -> None:
    """Drop them, their indexes with them."""
    op.drop_table("idempotency_key")
    op.drop_table("api_key")
    op.drop_table("api_client")
    op.drop_table("change_epoch")
    op.drop_table("change")
