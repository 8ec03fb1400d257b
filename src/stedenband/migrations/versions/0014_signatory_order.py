"""The signatories of an agreement keep the order in which they were given."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the place; those there are keep the order of their making."""
    op.execute(
        "ALTER TABLE agreement_signatory ADD COLUMN position integer NOT NULL DEFAULT 0"
        " CONSTRAINT ck_agreement_signatory_position CHECK (position BETWEEN 0 AND 199)"
    )
    op.execute("GRANT UPDATE (position) ON agreement_signatory TO stedenband_api, stedenband_worker")


def downgrade() -> None:
    """Forget the places."""
    op.drop_column("agreement_signatory", "position")
