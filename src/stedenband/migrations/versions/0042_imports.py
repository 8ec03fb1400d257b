"""What a city's imports are remembered by: rows that became records, and which column a heading is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ROLES = "stedenband_api, stedenband_worker"
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")
OWN = "city_id = (SELECT my_membership())"
"""Of the city that the caller works for, also where it is a partner that has shared records only."""

POLICIES = {"SELECT": f"USING ({OWN})", "INSERT": f"WITH CHECK ({OWN})", "UPDATE": f"USING ({OWN}) WITH CHECK ({OWN})"}
UPDATED = {"imported_row": "record_id, imported_at", "import_heading": "name"}

FORGET = """
CREATE FUNCTION forget_imported_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM imported_row WHERE record_id = NEW.id;
    RETURN NULL;
END $$
"""
"""The hash of a row about a person would tell whoever has the row that the person was known here."""

TRIGGER = """
CREATE TRIGGER forget_imported_rows AFTER UPDATE OF erased_at ON contact
FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION forget_imported_rows()
"""


def upgrade() -> None:
    """Create the tables, who reads and writes them, and what forgets an erased person."""
    op.create_table(
        "imported_row",
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("imported_at", INSTANT, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_imported_row_city_id")),
        sa.PrimaryKeyConstraint("city_id", "resource", "hash", name=op.f("pk_imported_row")),
    )
    op.create_index("ix_imported_row_record_id", "imported_row", ["record_id"])
    op.create_table(
        "import_heading",
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("plain_text(heading, 200, false)", name=op.f("ck_import_heading_heading")),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_import_heading_name")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_import_heading_city_id")),
        sa.PrimaryKeyConstraint("city_id", "resource", "heading", name=op.f("pk_import_heading")),
    )
    for table, columns in UPDATED.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, condition in POLICIES.items():
            op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {condition}")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ({columns}) ON {table} TO {ROLES}")
    op.execute(FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_imported_rows() FROM PUBLIC")
    op.execute(TRIGGER)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TRIGGER forget_imported_rows ON contact")
    op.execute("DROP FUNCTION forget_imported_rows()")
    op.drop_table("import_heading")
    op.drop_table("imported_row")
