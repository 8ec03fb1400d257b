"""The triggers: what only an owner changes, the record of change, and the rules between rows."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OWNERS_COLUMNS = {
    "partner_city": (),
    "city_link": ("visibility", "status", "kind", "title", "end_date", "internal_note"),
    "agreement": ("visibility", "kind", "valid_from", "valid_to", "signed_on", "internal_note"),
}
"""Columns that only the owner city changes; the others are content that the other side of a link may edit."""

PARTS = (
    # field, table, parent, key of the parent, personal columns
    ("languages", "partner_city_language", "partner_city", "partner_city_id", ""),
    ("members", "city_link_member", "city_link", "city_link_id", ""),
    ("themes", "city_link_theme", "city_link", "city_link_id", ""),
    ("moves", "city_link_move", "city_link", "city_link_id", ""),
    ("merge_confirmations", "city_link_merge", "city_link", "city_link_id", ""),
    ("themes", "agreement_theme", "agreement", "agreement_id", ""),
    ("signatories", "agreement_signatory", "agreement", "agreement_id", "name"),
    ("keys", "api_key", "api_client", "api_client_id", "hash,last_used_at"),
)

RULES = (
    # trigger, when, table, function
    ("within_link", "BEFORE INSERT OR UPDATE OF visibility", "agreement", "check_agreement"),
    ("follow", "AFTER UPDATE OF visibility, city_id", "city_link", "follow_link"),
    ("leave", "AFTER DELETE", "city_link_member", "leave_link"),
    ("forget", "BEFORE DELETE", "city_link", "forget_link"),
)
DEFERRED = (("city_link", "INSERT OR UPDATE"), ("city_link_member", "INSERT OR UPDATE OR DELETE"))
VERBS = (
    ("INSERT", "NEW TABLE AS added"),
    ("UPDATE", "NEW TABLE AS added OLD TABLE AS removed"),
    ("DELETE", "OLD TABLE AS removed"),
)


def upgrade() -> None:
    """Create the triggers, and begin the feed's first epoch."""
    for table, columns in OWNERS_COLUMNS.items():
        listed = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION guard_record({listed})"
        )
    for table in (*OWNERS_COLUMNS, "api_client"):
        op.execute(
            f"CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION record_change()"
        )
    for field, table, parent, key, personal in PARTS:
        for verb, references in VERBS:
            op.execute(
                f"CREATE TRIGGER change_{verb.lower()} AFTER {verb} ON {table} REFERENCING {references}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION record_parts('{field}', '{parent}', '{key}', '{personal}')"
            )
    for table, when in DEFERRED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER check_link AFTER {when} ON {table} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION check_link()"
        )
    for name, when, table, function in RULES:
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    op.execute("INSERT INTO change_epoch DEFAULT VALUES")


def downgrade() -> None:
    """Drop them; the record of change keeps what it holds."""
    op.execute("DELETE FROM change_epoch")
    for name, _, table, _ in RULES:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for table, _ in DEFERRED:
        op.execute(f"DROP TRIGGER check_link ON {table}")
    for _, table, _, _, _ in PARTS:
        for verb, _ in VERBS:
            op.execute(f"DROP TRIGGER change_{verb.lower()} ON {table}")
    for table in (*OWNERS_COLUMNS, "api_client"):
        op.execute(f"DROP TRIGGER change ON {table}")
    for table in OWNERS_COLUMNS:
        op.execute(f"DROP TRIGGER guard ON {table}")
