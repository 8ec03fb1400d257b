"""Seals of the record of change: a chain of digests, so that who alters or removes an entry is found out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ROLES = "stedenband_api, stedenband_worker"


def upgrade() -> None:
    """Create the seals, which everyone may read, and what each of them holds, which is for the owner to check."""
    op.create_table(
        "change_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column(
            "sealed_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_change_seal_number")),
        sa.CheckConstraint("changes > 0", name=op.f("ck_change_seal_changes")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_change_seal_digest")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_change_seal")),
    )
    op.create_table(
        "sealed_change",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_sealed_change_digest")),
        sa.ForeignKeyConstraint(["seal"], ["change_seal.number"], name=op.f("fk_sealed_change_seal")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_sealed_change")),
    )
    op.create_index("ix_sealed_change_seal", "sealed_change", ["seal", "sequence"])
    for table in ("change_seal", "sealed_change"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY select_policy ON change_seal FOR SELECT USING (true)")
    op.execute(f"GRANT SELECT ON change_seal TO {ROLES}")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("sealed_change")
    op.drop_table("change_seal")
