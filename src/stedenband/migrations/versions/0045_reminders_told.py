"""Reminders as messages of webhooks: in which language, and which of them each webhook was told."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

API, WORKER = "stedenband_api", "stedenband_worker"
BRIEF = ("ban-drop-constraint", "constraint-missing-not-valid")
COLLECTIONS = (
    "actions", "agreements", "cityLinks", "contacts", "decisions", "delegations", "documents", "exchangeProjects",
    "goals", "indicators", "organizations", "partnerCities", "periods", "policyPlans", "privacyActs", "programItems",
    "results", "transferGrounds",
)  # fmt: skip
KINDS = (
    "agreementRenewal", "contactReview", "delegationReport", "followUp", "periodReport", "planEnd", "projectEnd",
)  # fmt: skip

ITS_WEBHOOK = "EXISTS (SELECT FROM webhook w WHERE w.id = webhook_id {more})"
OWN = "AND api_client_id = (SELECT my_client()) AND person_id IS NOT DISTINCT FROM (SELECT setting('person')::uuid)"
POLICIES = (
    f"select_policy ON webhook_reminder FOR SELECT USING ({ITS_WEBHOOK.format(more='')})",
    f"delete_policy ON webhook_reminder FOR DELETE USING ({ITS_WEBHOOK.format(more=OWN)})",
    f"work_select ON webhook_reminder FOR SELECT TO {WORKER} USING (true)",
    f"work_insert ON webhook_reminder FOR INSERT TO {WORKER} WITH CHECK (true)",
)
"""The worker writes down what was told; whoever has a webhook told again forgets it."""
CHANGE = (
    "CREATE OR REPLACE TRIGGER change AFTER INSERT OR UPDATE OF label, url, resources, operations, city_link_id, {more}"
    "status, reason, secret OR DELETE ON webhook"
    " FOR EACH ROW EXECUTE FUNCTION record_change('label', 'person_id', 'previous_secret', 'secret')"
)


def upgrade() -> None:
    """Create the table and let webhooks name reminders and a language."""
    op.create_table(
        "webhook_reminder",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"kind IN ({_listed(KINDS)})", name=op.f("ck_webhook_reminder_kind")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_reminder_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "webhook_id", "kind", "record_id", "due_on", "overdue", name=op.f("pk_webhook_reminder")
        ),
    )
    op.execute("ALTER TABLE webhook_reminder ENABLE ROW LEVEL SECURITY")
    for policy in POLICIES:
        op.execute(f"CREATE POLICY {policy}")
    op.execute(f"GRANT SELECT, DELETE ON webhook_reminder TO {API}, {WORKER}")
    op.execute(f"GRANT INSERT ON webhook_reminder TO {WORKER}")
    op.add_column("webhook", sa.Column("language", sa.Text(), server_default=sa.text("'nl'::text"), nullable=False))
    _brief("ALTER TABLE webhook ADD CONSTRAINT ck_webhook_language CHECK (language IN ('nl', 'fr', 'en'))")
    op.execute(f"GRANT SELECT (language), UPDATE (language) ON webhook TO {API}, {WORKER}")
    op.execute(CHANGE.format(more="language, "))
    _tellable((*COLLECTIONS, "reminders"))


def downgrade() -> None:
    """Drop them; what webhooks were told of reminders is told no more."""
    op.execute(
        "UPDATE webhook SET resources = array_remove(resources, 'reminders'), status = 'paused'"
        " WHERE resources @> ARRAY['reminders']"
    )
    _tellable(COLLECTIONS)
    op.execute(CHANGE.format(more=""))
    op.drop_column("webhook", "language")
    op.drop_table("webhook_reminder")


def _tellable(collections: tuple[str, ...]) -> None:
    _brief("ALTER TABLE webhook DROP CONSTRAINT ck_webhook_resources")
    _brief(
        f"ALTER TABLE webhook ADD CONSTRAINT ck_webhook_resources CHECK (resources <@ ARRAY[{_listed(collections)}])"
    )


def _brief(statement: str) -> None:
    """Run what squawk finds slow or unsafe: the table holds twenty rows per client, and nothing that held is lost."""
    op.execute(f"-- squawk-ignore {', '.join(BRIEF)}\n{statement}")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
