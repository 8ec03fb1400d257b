"""What a city has agreed on for its delegations."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ROLES = "stedenband_api, stedenband_worker"


def upgrade() -> None:
    """Add the columns, empty."""
    op.execute(
        "ALTER TABLE partner_city ADD COLUMN train_below_km integer"
        " CONSTRAINT ck_partner_city_train_below_km CHECK (train_below_km BETWEEN 1 AND 5000)"
    )
    op.execute(
        "ALTER TABLE partner_city ADD COLUMN blocking_warnings text[] CONSTRAINT ck_partner_city_blocking_warnings"
        " CHECK (blocking_warnings <@ '{holiday,overlap,passport,train}')"
    )
    op.execute(f"GRANT UPDATE (train_below_km, blocking_warnings) ON partner_city TO {ROLES}")


def downgrade() -> None:
    """Forget them."""
    op.drop_column("partner_city", "blocking_warnings")
    op.drop_column("partner_city", "train_below_km")
