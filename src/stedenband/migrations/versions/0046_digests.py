"""Subscriptions to an e-mail about what is to be done, and how whoever gets it ends it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
API, WORKER = "stedenband_api", "stedenband_worker"
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")
KINDS = (
    "agreementRenewal", "contactReview", "delegationReport", "followUp", "periodReport", "planEnd", "projectEnd",
)  # fmt: skip

OWN = "api_client_id = (SELECT my_client()) AND person_id IS NOT DISTINCT FROM (SELECT setting('person')::uuid)"
OPERATE = "(SELECT may_operate())"
POLICIES = (
    f"select_policy ON digest_subscription FOR SELECT USING (({OWN}) OR {OPERATE})",
    f"insert_policy ON digest_subscription FOR INSERT WITH CHECK ({OWN} AND NOT {OPERATE})",
    f"delete_policy ON digest_subscription FOR DELETE USING (({OWN}) OR {OPERATE})",
    f"work_select ON digest_subscription FOR SELECT TO {WORKER} USING (true)",
    f"work_update ON digest_subscription FOR UPDATE TO {WORKER} USING (true)",
)
"""One's own: the client's, and with OIDC the person's. An administrator sees and deletes all."""
READ = (
    "id, api_client_id, person_id, scopes, label, email, kinds, language, status, reason, last_on, outcome, attempts,"
    " refusals, version, created_at, updated_at"
)
"""All but the secret, which the worker alone reads, and its notes of what was told."""
WRITTEN = "status, reason, last_on, outcome, attempts, refusals, told, version, updated_at"
GRANTED = (
    f"SELECT ({READ}), INSERT, DELETE ON digest_subscription TO {API}, {WORKER}",
    f"SELECT (secret, told), UPDATE ({WRITTEN}) ON digest_subscription TO {WORKER}",
)

ENTER_DIGEST = f"""
CREATE FUNCTION enter_digest(wanted uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    caller record;
BEGIN
    SELECT c.id, c.city_id, c.role, s.person_id INTO caller
    FROM digest_subscription s JOIN api_client c ON c.id = s.api_client_id
    WHERE s.id = wanted AND s.status = 'active' AND c.status = 'active';
    PERFORM set_config('stedenband.client', coalesce(caller.id::text, ''), true),
        set_config('stedenband.role', coalesce(caller.role, ''), true),
        set_config('stedenband.member', coalesce(caller.city_id::text, ''), true),
        set_config('stedenband.city',
            CASE WHEN caller.role = 'partner' THEN '' ELSE coalesce(caller.city_id::text, '') END, true),
        set_config('stedenband.person', coalesce(caller.person_id::text, ''), true),
        set_config('stedenband.subscription', '', true);
    RETURN caller.id IS NOT NULL;
END $$
"""
"""Until the end of the transaction, the scope of the client of a subscription, as it is today."""
UNSUBSCRIBE = f"""
CREATE FUNCTION unsubscribe_digest(presented_hash bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
BEGIN
    UPDATE digest_subscription SET status = 'disabled', reason = 'unsubscribed', version = version + 1,
        updated_at = date_trunc('second', now())
    WHERE hash = presented_hash AND status = 'active';
    RETURN FOUND OR EXISTS (SELECT FROM digest_subscription WHERE hash = presented_hash);
END $$
"""
"""Whoever has the secret of an e-mail wants no more; whether there is such a subscription."""


def upgrade() -> None:
    """Create the table, its policies and its entrances."""
    op.create_table(
        "digest_subscription",
        sa.Column("api_client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'::text"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("refusals", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("updated_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("plain_text(label, 100, false)", name=op.f("ck_digest_subscription_label")),
        sa.CheckConstraint(
            "plain_text(email, 254, false) AND email ~ '^[^@ ]+@[^@ ]+$'", name=op.f("ck_digest_subscription_email")
        ),
        sa.CheckConstraint("language IN ('nl', 'fr', 'en')", name=op.f("ck_digest_subscription_language")),
        sa.CheckConstraint("status IN ('active', 'disabled')", name=op.f("ck_digest_subscription_status")),
        sa.CheckConstraint("reason IN ('refused', 'unsubscribed')", name=op.f("ck_digest_subscription_reason")),
        sa.CheckConstraint(
            "outcome IN ('begun', 'postponed', 'refused', 'sent')", name=op.f("ck_digest_subscription_outcome")
        ),
        sa.CheckConstraint(
            f"kinds <@ ARRAY[{', '.join(repr(kind) for kind in KINDS)}]", name=op.f("ck_digest_subscription_kinds")
        ),
        sa.CheckConstraint(
            "(status = 'disabled') = (reason IS NOT NULL)", name=op.f("ck_digest_subscription_disabled")
        ),
        sa.CheckConstraint("(outcome IS NULL) = (last_on IS NULL)", name=op.f("ck_digest_subscription_last")),
        sa.CheckConstraint(
            "octet_length(secret) = 32 AND hash = sha256(secret)", name=op.f("ck_digest_subscription_secret")
        ),
        sa.ForeignKeyConstraint(
            ["api_client_id"], ["api_client.id"], name=op.f("fk_digest_subscription_api_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_subscription")),
    )
    op.create_index("uq_digest_subscription_hash", "digest_subscription", ["hash"], unique=True)
    op.create_index(
        "ix_digest_subscription_api_client_id_created_at", "digest_subscription", ["api_client_id", "created_at", "id"]
    )
    op.execute("ALTER TABLE digest_subscription ENABLE ROW LEVEL SECURITY")
    for policy in POLICIES:
        op.execute(f"CREATE POLICY {policy}")
    for granted in GRANTED:
        op.execute(f"GRANT {granted}")
    op.execute(
        "CREATE TRIGGER change AFTER INSERT OR UPDATE OF status, reason OR DELETE ON digest_subscription"
        " FOR EACH ROW EXECUTE FUNCTION record_change('email', 'hash', 'label', 'person_id', 'secret', 'told')"
    )
    for name, body, role in (
        ("enter_digest(uuid)", ENTER_DIGEST, WORKER),
        ("unsubscribe_digest(bytea)", UNSUBSCRIBE, f"{API}, {WORKER}"),
    ):
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {role}")


def downgrade() -> None:
    """Drop all of it; nobody gets an e-mail any more."""
    op.execute("DROP FUNCTION unsubscribe_digest(bytea)")
    op.execute("DROP FUNCTION enter_digest(uuid)")
    op.drop_table("digest_subscription")
