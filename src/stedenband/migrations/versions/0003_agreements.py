"""The tables of agreements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

THEMES_ONLY = (
    "code IN ('agriculture', 'climate', 'culture', 'democracy', 'digitalization', 'education', 'employment', "
    "'entrepreneurship', 'equalOpportunities', 'health', 'heritage', 'housing', 'migration', "
    "'mobility', 'peace', 'publicServices', 'safety', 'sports', 'tourism', 'waste', 'water', 'youth')"
)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "agreement",
        sa.Column("city_link_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Text(),
            sa.Computed("CASE WHEN signed_on IS NULL THEN 'draft' ELSE 'signed' END", persisted=True),
            nullable=False,
        ),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("visibility", sa.Text(), server_default=sa.text("'city'"), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True, precision=0), nullable=True),
        sa.Column("city_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("city_link_id"), "="),
            (sa.column("kind"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            using="gist",
            name="ex_agreement_period",
        ),
        sa.CheckConstraint(
            "kind IN ('memorandumOfUnderstanding', 'renewal', 'workProgram')", name=op.f("ck_agreement_kind")
        ),
        sa.CheckConstraint("signed_on BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_agreement_signed_on")),
        sa.CheckConstraint("valid_from BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_agreement_valid_from")),
        sa.CheckConstraint("valid_to BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_agreement_valid_to_range")),
        sa.CheckConstraint("visibility IN ('city', 'link', 'public')", name=op.f("ck_agreement_visibility")),
        sa.CheckConstraint("plain_text(internal_note, 4000, true)", name=op.f("ck_agreement_internal_note")),
        sa.CheckConstraint("plain_text(title, 200, false)", name=op.f("ck_agreement_title")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_agreement_valid_to")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_agreement_city_id")),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f("fk_agreement_city_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        info={
            "rules": {
                "ck_agreement_valid_to": {
                    "field": "validTo",
                    "detail": "An agreement ends after it begins.",
                    "status": 400,
                },
                "ck_agreement_valid_to_range": {
                    "field": "validTo",
                    "detail": "Give a date from 1900 to 2200.",
                    "status": 400,
                },
                "ex_agreement_period": {
                    "field": "validFrom",
                    "status": 409,
                    "detail": "Another agreement of this kind in this link covers part of this period.",
                },
                "not_wider_than_link": {
                    "field": "visibility",
                    "status": 409,
                    "detail": "An agreement cannot be seen by more people than its link. Widen the link first.",
                },
            }
        },
    )
    op.create_index(op.f("ix_agreement_city_id"), "agreement", ["city_id"], unique=False)
    op.create_index("ix_agreement_city_link_id", "agreement", ["city_link_id", "valid_from", "id"], unique=False)
    op.create_table(
        "agreement_signatory",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("partner_city_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("plain_text(function, 200, false)", name=op.f("ck_agreement_signatory_function")),
        sa.CheckConstraint("plain_text(name, 200, false)", name=op.f("ck_agreement_signatory_name")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_signatory_agreement_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_agreement_signatory_partner_city_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_signatory")),
    )
    op.create_index(op.f("ix_agreement_signatory_agreement_id"), "agreement_signatory", ["agreement_id"], unique=False)
    op.create_index(
        op.f("ix_agreement_signatory_partner_city_id"), "agreement_signatory", ["partner_city_id"], unique=False
    )
    op.create_table(
        "agreement_theme",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            THEMES_ONLY,
            name=op.f("ck_agreement_theme_code"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_theme_agreement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agreement_id", "code", name=op.f("pk_agreement_theme")),
    )
    op.create_index("ix_agreement_theme_code", "agreement_theme", ["code", "agreement_id"], unique=False)


def downgrade() -> None:
    """Drop them, their indexes with them."""
    op.drop_table("agreement_theme")
    op.drop_table("agreement_signatory")
    op.drop_table("agreement")
