"""Subscriptions to calendars: addresses with a secret of their own, under which a phone reads without a key."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")

OWN = "api_client_id = (SELECT my_client()) AND person_id IS NOT DISTINCT FROM (SELECT setting('person')::uuid)"
OPERATE = "(SELECT may_operate())"
ANY = f"({OWN}) OR {OPERATE}"
"""One's own: the client's, and with OIDC the person's. An administrator sees and revokes all."""

POLICIES = {
    "SELECT": f"USING ({ANY})",
    "INSERT": f"WITH CHECK ({OWN} AND NOT {OPERATE})",
    "DELETE": f"USING ({ANY})",
}
READ = (
    "id, api_client_id, person_id, scopes, label, partner_city_id, city_link_id, kinds, language, last_read_on,"
    " version, created_at, updated_at"
)
"""All but the hash, which `enter_calendar` alone reads."""

ENTER_CALENDAR = f"""
CREATE FUNCTION enter_calendar(presented_hash bytea)
RETURNS TABLE (client_id uuid, name text, city_id uuid, role text, scopes text[], expires_at timestamptz)
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    caller record;
BEGIN
    SELECT c.id, c.name, c.city_id, c.role, s.scopes, s.person_id, s.id AS subscription, s.last_read_on INTO caller
    FROM calendar_subscription s JOIN api_client c ON c.id = s.api_client_id
    WHERE s.hash = presented_hash AND c.status = 'active';
    PERFORM set_config('stedenband.client', coalesce(caller.id::text, ''), false),
        set_config('stedenband.role', coalesce(caller.role, ''), false),
        set_config('stedenband.member', coalesce(caller.city_id::text, ''), false),
        set_config('stedenband.city',
            CASE WHEN caller.role = 'partner' THEN '' ELSE coalesce(caller.city_id::text, '') END, false),
        set_config('stedenband.person', coalesce(caller.person_id::text, ''), false),
        set_config('stedenband.subscription', coalesce(caller.subscription::text, ''), false);
    IF caller.id IS NULL THEN
        RETURN;
    END IF;
    IF caller.last_read_on IS DISTINCT FROM current_date THEN
        UPDATE calendar_subscription SET last_read_on = current_date
        WHERE id = (SELECT s.id FROM calendar_subscription s WHERE s.id = caller.subscription
            FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
    RETURN QUERY SELECT caller.id, caller.name, caller.city_id, caller.role, caller.scopes, NULL::timestamptz;
END $$
"""
"""The scope of the client that made the subscription, as it is today; the day it was read is written once a day."""


def upgrade() -> None:
    """Create the table, its policies and its entrance."""
    op.create_table(
        "calendar_subscription",
        sa.Column("api_client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("partner_city_id", sa.Uuid(), nullable=True),
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("last_read_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("updated_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("plain_text(label, 100, false)", name=op.f("ck_calendar_subscription_label")),
        sa.CheckConstraint("language IN ('nl', 'fr', 'en')", name=op.f("ck_calendar_subscription_language")),
        sa.CheckConstraint(
            "kinds <@ ARRAY['agreementRenewal', 'contactReview', 'delegation', 'delegationReport', 'followUp',"
            " 'periodReport', 'planEnd', 'programItem', 'projectEnd',"
            " 'projectStart']",
            name=op.f("ck_calendar_subscription_kinds"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(partner_city_id, city_link_id) <= 1", name=op.f("ck_calendar_subscription_calendar")
        ),
        sa.ForeignKeyConstraint(
            ["api_client_id"],
            ["api_client.id"],
            name=op.f("fk_calendar_subscription_api_client_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["partner_city_id"],
            ["partner_city.id"],
            name=op.f("fk_calendar_subscription_partner_city_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["city_link_id"], ["city_link.id"], name=op.f("fk_calendar_subscription_city_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_subscription")),
    )
    op.create_index("uq_calendar_subscription_hash", "calendar_subscription", ["hash"], unique=True)
    op.create_index(
        "ix_calendar_subscription_api_client_id_created_at",
        "calendar_subscription",
        ["api_client_id", "created_at", "id"],
    )
    for column in ("partner_city_id", "city_link_id"):
        op.create_index(op.f(f"ix_calendar_subscription_{column}"), "calendar_subscription", [column])
    op.execute("ALTER TABLE calendar_subscription ENABLE ROW LEVEL SECURITY")
    for verb, condition in POLICIES.items():
        op.execute(f"CREATE POLICY {verb.lower()}_policy ON calendar_subscription FOR {verb} {condition}")
    op.execute(f"GRANT SELECT ({READ}), INSERT, DELETE ON calendar_subscription TO {ROLES}")
    op.execute(
        "CREATE TRIGGER change AFTER INSERT OR UPDATE OF label, kinds, language OR DELETE ON calendar_subscription"
        " FOR EACH ROW EXECUTE FUNCTION record_change('hash', 'label', 'last_read_on', 'person_id')"
    )
    op.execute(ENTER_CALENDAR)
    op.execute("REVOKE ALL ON FUNCTION enter_calendar(bytea) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION enter_calendar(bytea) TO {ROLES}")


def downgrade() -> None:
    """Drop all of it; no address opens anything any more."""
    op.execute("DROP FUNCTION enter_calendar(bytea)")
    op.drop_table("calendar_subscription")
