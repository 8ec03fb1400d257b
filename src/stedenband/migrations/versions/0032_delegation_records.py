"""What a delegation leaves behind: follow-up actions, gifts and meetings."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ROLES = "stedenband_api, stedenband_worker"
VERBS = (
    ("INSERT", "NEW TABLE AS added"),
    ("UPDATE", "NEW TABLE AS added OLD TABLE AS removed"),
    ("DELETE", "OLD TABLE AS removed"),
)
PARTS = (
    # field, part, personal columns, columns that are updated
    ("follow_ups", "follow_up", "", "action, partner_city_id, contact_id, exchange_project_id, due_date, done"),
    ("gifts", "gift", "giver,receiver", "direction, description, amount_value, amount_currency, giver, receiver"),
    ("meetings", "meeting", "summary", "contact_id, organization_id, program_item_id, summary"),
)
CITY = "(SELECT my_city())"
WRITER = (
    f"((SELECT may_edit()) AND parent.city_id = {CITY}) OR ((SELECT may_share()) AND parent.visibility <> 'city'"
    " AND parent.city_link_id IN (SELECT my_links()))"
)


def upgrade() -> None:
    """Create the tables, with policies and grants."""
    _table(
        "follow_up",
        {"partner_city_id": "partner_city", "contact_id": "contact", "exchange_project_id": "exchange_project"},
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("done", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        action="plain_text(action, 1000, true)",
        due_date="due_date BETWEEN '1900-01-01' AND '2200-12-31'",
    )
    _table(
        "gift",
        {},
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("amount_value", sa.Numeric(precision=15, scale=2), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("giver", sa.Text(), nullable=True),
        sa.Column("receiver", sa.Text(), nullable=True),
        direction="direction IN ('given', 'received')",
        description="plain_text(description, 500, false)",
        giver="plain_text(giver, 200, false)",
        receiver="plain_text(receiver, 200, false)",
        amount_value="amount_value >= 0",
        amount_currency="amount_currency ~ '^[A-Z]{3}$'",
        amount="(amount_value IS NULL) = (amount_currency IS NULL)",
    )
    _table(
        "meeting",
        {"contact_id": "contact", "organization_id": "organization", "program_item_id": "program_item"},
        sa.Column("summary", sa.Text(), nullable=True),
        summary="plain_text(summary, 4000, true)",
        somebody="num_nonnulls(contact_id, organization_id) > 0",
    )
    for field, part, personal, updated in PARTS:
        table = f"delegation_{part}"
        for verb, references in VERBS:
            op.execute(
                f"CREATE TRIGGER change_{verb.lower()} AFTER {verb} ON {table} REFERENCING {references}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION record_parts('{field}', 'delegation', 'delegation_id',"
                f" '{personal}')"
            )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, limits in _policies().items():
            op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {limits}")
            op.execute(f"GRANT {verb} {f'({updated})' if verb == 'UPDATE' else ''} ON {table} TO {ROLES}")


def downgrade() -> None:
    """Drop them, with their policies and triggers."""
    for _, part, _, _ in PARTS:
        op.drop_table(f"delegation_{part}")


def _table(part: str, references: dict[str, str], *columns: sa.Column[Any], **checks: str) -> None:
    """Create the table of a part with its references, columns and checks."""
    table = f"delegation_{part}"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        *columns,
        *(sa.Column(column, sa.Uuid(), nullable=True) for column in references),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(check, name=op.f(f"ck_{table}_{name}")) for name, check in checks.items()),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f(f"ck_{table}_position")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f(f"fk_{table}_delegation_id"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, target in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_delegation_id", table, ["delegation_id", "position"])
    for column in references:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _policies() -> dict[str, str]:
    seen, written = (
        f"EXISTS (SELECT FROM delegation parent WHERE parent.id = delegation_id AND ({condition}))"
        for condition in ("true", WRITER)
    )
    return {
        "SELECT": f"USING ({seen})",
        "INSERT": f"WITH CHECK ({written})",
        "UPDATE": f"USING ({written}) WITH CHECK ({written})",
        "DELETE": f"USING ({written})",
    }
