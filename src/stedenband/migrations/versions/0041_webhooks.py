"""Webhooks: addresses that are told of changes, and what each was told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
API, WORKER = "stedenband_api", "stedenband_worker"
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")
COLLECTIONS = (
    "actions", "agreements", "cityLinks", "contacts", "decisions", "delegations", "documents", "exchangeProjects",
    "goals", "indicators", "organizations", "partnerCities", "periods", "policyPlans", "privacyActs", "programItems",
    "results", "transferGrounds",
)  # fmt: skip
FAILURES = (
    "addressNotTaken", "nameUnknown", "notPublic", "notReachable", "notSecure", "noAnswer", "notHttp", "notAccepted",
)  # fmt: skip

OWN = "api_client_id = (SELECT my_client()) AND person_id IS NOT DISTINCT FROM (SELECT setting('person')::uuid)"
OPERATE = "(SELECT may_operate())"
ITS_WEBHOOK = "EXISTS (SELECT FROM webhook w WHERE w.id = webhook_id {more})"
IS_TEST = "record_id = webhook_id AND type = 'org.stedenband.webhooks.test' AND state = 'pending' AND attempts = 0"
POLICIES = {
    "webhook": {
        "SELECT": f"USING (({OWN}) OR {OPERATE})",
        "INSERT": f"WITH CHECK ({OWN} AND NOT {OPERATE})",
        "UPDATE": f"USING ({OWN}) WITH CHECK ({OWN})",
        "DELETE": f"USING (({OWN}) OR {OPERATE})",
    },
    "webhook_delivery": {
        "SELECT": f"USING ({ITS_WEBHOOK.format(more='')})",
        "INSERT": f"WITH CHECK ({IS_TEST} AND {ITS_WEBHOOK.format(more=f'AND {OWN}')})",
    },
}
"""One's own: the client's, and with OIDC the person's. An administrator sees and deletes all."""
WORK = {
    "webhook": ("SELECT", "UPDATE"),
    "webhook_delivery": ("SELECT", "INSERT", "UPDATE", "DELETE"),
}
"""Table -> what the worker does with all rows."""
LIMIT = {"SELECT": "USING (true)", "DELETE": "USING (true)", "INSERT": "WITH CHECK (true)", "UPDATE": "USING (true)"}

READ = (
    "id, api_client_id, person_id, label, url, resources, operations, city_link_id, status, reason,"
    " previous_until, epoch, transaction_id, sequence, version, created_at, updated_at"
)
"""All but the secrets, which the worker alone reads."""
WRITTEN = (
    "label, url, resources, operations, city_link_id, status, reason, secret, epoch, transaction_id, sequence, version,"
    " updated_at"
)
GRANTED = (
    f"SELECT ({READ}), INSERT, UPDATE ({WRITTEN}), DELETE ON webhook TO {API}, {WORKER}",
    f"SELECT, INSERT ON webhook_delivery TO {API}, {WORKER}",
    f"SELECT (secret, previous_secret) ON webhook TO {WORKER}",
    f"UPDATE, DELETE ON webhook_delivery TO {WORKER}",
)

ROTATE = """
CREATE FUNCTION keep_previous_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.previous_secret := OLD.secret;
    NEW.previous_until := date_trunc('second', now()) + interval '1 day';
    RETURN NEW;
END $$
"""
"""For a day both secrets sign, so that a receiver takes the new one at its own time."""

ENTER_WEBHOOK = f"""
CREATE FUNCTION enter_webhook(wanted uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    caller record;
BEGIN
    SELECT c.id, c.city_id, c.role, w.person_id INTO caller
    FROM webhook w JOIN api_client c ON c.id = w.api_client_id
    WHERE w.id = wanted AND w.status = 'active' AND c.status = 'active';
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
"""Until the end of the transaction, the scope of the client of a webhook, as it is today; whether both are active."""


def upgrade() -> None:
    """Create the tables, their policies and the entrance."""
    _create_webhook()
    _create_delivery()
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, condition in policies.items():
            op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {condition}")
        for verb in WORK[table]:
            op.execute(f"CREATE POLICY work_{verb.lower()} ON {table} FOR {verb} TO {WORKER} {LIMIT[verb]}")
    for granted in GRANTED:
        op.execute(f"GRANT {granted}")
    op.execute(ROTATE)
    op.execute(
        "CREATE TRIGGER rotate BEFORE UPDATE OF secret ON webhook FOR EACH ROW EXECUTE FUNCTION keep_previous_secret()"
    )
    op.execute(
        "CREATE TRIGGER change AFTER INSERT OR UPDATE OF label, url, resources, operations, city_link_id, status,"
        " reason, secret OR DELETE ON webhook"
        " FOR EACH ROW EXECUTE FUNCTION record_change('label', 'person_id', 'previous_secret', 'secret')"
    )
    op.execute(ENTER_WEBHOOK)
    op.execute("REVOKE ALL ON FUNCTION enter_webhook(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION enter_webhook(uuid) TO {WORKER}")


def downgrade() -> None:
    """Drop all of it; nobody is told anything any more."""
    op.execute("DROP FUNCTION enter_webhook(uuid)")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
    op.execute("DROP FUNCTION keep_previous_secret()")


def _create_webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("api_client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("resources", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("operations", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'::text"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", INSTANT, nullable=True),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("updated_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("plain_text(label, 100, false)", name=op.f("ck_webhook_label")),
        sa.CheckConstraint("status IN ('active', 'paused', 'disabled')", name=op.f("ck_webhook_status")),
        sa.CheckConstraint("reason IN ('gone', 'unanswered')", name=op.f("ck_webhook_reason")),
        sa.CheckConstraint(f"resources <@ ARRAY[{_listed(COLLECTIONS)}]", name=op.f("ck_webhook_resources")),
        sa.CheckConstraint(
            "operations <@ ARRAY['created', 'updated', 'withdrawn', 'deleted']", name=op.f("ck_webhook_operations")
        ),
        sa.CheckConstraint("url ~ '^https?://[!-~]+$' AND length(url) <= 500", name=op.f("ck_webhook_url")),
        sa.CheckConstraint("octet_length(secret) = 32", name=op.f("ck_webhook_secret")),
        sa.CheckConstraint("(status = 'disabled') = (reason IS NOT NULL)", name=op.f("ck_webhook_disabled")),
        sa.ForeignKeyConstraint(
            ["api_client_id"], ["api_client.id"], name=op.f("fk_webhook_api_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["city_link_id"], ["city_link.id"], name=op.f("fk_webhook_city_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index("ix_webhook_api_client_id_created_at", "webhook", ["api_client_id", "created_at", "id"])
    op.create_index(op.f("ix_webhook_city_link_id"), "webhook", ["city_link_id"])


def _create_delivery() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'::text"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'failed')", name=op.f("ck_webhook_delivery_state")),
        sa.CheckConstraint(f"failure IN ({_listed(FAILURES)})", name=op.f("ck_webhook_delivery_failure")),
        sa.CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name=op.f("ck_webhook_delivery_ended")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_webhook_id_number", "webhook_delivery", ["webhook_id", "number"], unique=True)
    op.create_index(
        "ix_webhook_delivery_pending",
        "webhook_delivery",
        ["webhook_id", "record_id", "number"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_webhook_delivery_ended_at", "webhook_delivery", ["ended_at"])


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
