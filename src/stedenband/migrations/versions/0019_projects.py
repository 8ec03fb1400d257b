"""The tables of exchange projects, of what they are about and of their way along the lifecycle."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "exchange_project",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", postgresql.JSONB(), nullable=True),
        sa.Column("kind", sa.Text(), server_default=sa.text("'project'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pipeline'"), nullable=False),
        sa.Column(
            "iati_status",
            sa.Text(),
            sa.Computed(
                "CASE status WHEN 'pipeline' THEN '1' WHEN 'implementation' THEN '2' WHEN 'finalisation' THEN "
                "'3' WHEN 'closed' THEN '4' WHEN 'cancelled' THEN '5' ELSE '6' END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        sa.Column("policy_action_id", sa.Uuid(), nullable=True),
        sa.Column("planned_start", sa.Date(), nullable=True),
        sa.Column("planned_end", sa.Date(), nullable=True),
        sa.Column("actual_start", sa.Date(), nullable=True),
        sa.Column("actual_end", sa.Date(), nullable=True),
        sa.Column(
            "start_date", sa.Date(), sa.Computed("coalesce(actual_start, planned_start)", persisted=True), nullable=True
        ),
        sa.Column(
            "end_date", sa.Date(), sa.Computed("coalesce(actual_end, planned_end)", persisted=True), nullable=True
        ),
        sa.Column("location_name", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("partner_city_id", sa.Uuid(), nullable=True),
        sa.Column("call_opens_on", sa.Date(), nullable=True),
        sa.Column("call_closes_on", sa.Date(), nullable=True),
        sa.Column("amount_value", sa.Numeric(precision=15, scale=2), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("title_sort", sa.Text(), sa.Computed("fold(title)", persisted=True), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("words_of(title || ' ' || coalesce(location_name, ''), summary)", persisted=True),
            nullable=False,
        ),
        *_owned(),
        sa.CheckConstraint(
            "actual_end BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_exchange_project_actual_end_range")
        ),
        sa.CheckConstraint(
            "actual_start BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_exchange_project_actual_start_range")
        ),
        sa.CheckConstraint("amount_currency ~ '^[A-Z]{3}$'", name=op.f("ck_exchange_project_amount_currency")),
        sa.CheckConstraint(
            "call_closes_on BETWEEN '1900-01-01' AND '2200-12-31'",
            name=op.f("ck_exchange_project_call_closes_on_range"),
        ),
        sa.CheckConstraint(
            "call_opens_on BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_exchange_project_call_opens_on_range")
        ),
        sa.CheckConstraint(
            "kind = 'award' OR num_nonnulls(call_opens_on, call_closes_on, amount_value) = 0",
            name=op.f("ck_exchange_project_of_awards_alone"),
        ),
        sa.CheckConstraint("kind IN ('project', 'award')", name=op.f("ck_exchange_project_kind")),
        sa.CheckConstraint(
            "planned_end BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_exchange_project_planned_end_range")
        ),
        sa.CheckConstraint(
            "planned_start BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_exchange_project_planned_start_range")
        ),
        sa.CheckConstraint(
            "status IN ('pipeline', 'implementation', 'finalisation', 'closed', 'suspended', 'cancelled')",
            name=op.f("ck_exchange_project_status"),
        ),
        sa.CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name=op.f("ck_exchange_project_shared")),
        sa.CheckConstraint("visibility IN ('city', 'link', 'public')", name=op.f("ck_exchange_project_visibility")),
        sa.CheckConstraint(
            "(amount_value IS NULL) = (amount_currency IS NULL)", name=op.f("ck_exchange_project_amount")
        ),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_exchange_project_location")),
        sa.CheckConstraint("actual_start <= actual_end", name=op.f("ck_exchange_project_actual_end")),
        sa.CheckConstraint("amount_value >= 0", name=op.f("ck_exchange_project_amount_value")),
        sa.CheckConstraint("call_opens_on <= call_closes_on", name=op.f("ck_exchange_project_call_closes_on")),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_exchange_project_latitude")),
        sa.CheckConstraint("localized_text(summary, 4000, true)", name=op.f("ck_exchange_project_summary")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_exchange_project_longitude")),
        sa.CheckConstraint("plain_text(internal_note, 4000, true)", name=op.f("ck_exchange_project_internal_note")),
        sa.CheckConstraint("plain_text(location_name, 200, false)", name=op.f("ck_exchange_project_location_name")),
        sa.CheckConstraint("plain_text(title, 200, false)", name=op.f("ck_exchange_project_title")),
        sa.CheckConstraint("planned_start <= planned_end", name=op.f("ck_exchange_project_planned_end")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_exchange_project_city_id")),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f("fk_exchange_project_city_link_id")),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_exchange_project_partner_city_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_action_id", "city_id"], ["policy_action.id", "policy_action.city_id"], name="action_of_own_plan"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_project")),
    )
    op.create_index(op.f("ix_exchange_project_city_id"), "exchange_project", ["city_id"], unique=False)
    op.create_index(
        "ix_exchange_project_city_id_title", "exchange_project", ["city_id", "title_sort", "id"], unique=False
    )
    op.create_index(
        "ix_exchange_project_city_link_id", "exchange_project", ["city_link_id", "title_sort", "id"], unique=False
    )
    op.create_index("ix_exchange_project_end_date", "exchange_project", ["end_date", "id"], unique=False)
    op.create_index(
        "ix_exchange_project_end_date_descending",
        "exchange_project",
        [sa.literal_column("end_date DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_exchange_project_kind", "exchange_project", ["kind", "title_sort", "id"], unique=False)
    op.create_index(op.f("ix_exchange_project_partner_city_id"), "exchange_project", ["partner_city_id"], unique=False)
    op.create_index(
        "ix_exchange_project_policy_action_id", "exchange_project", ["policy_action_id", "city_id"], unique=False
    )
    op.create_index("ix_exchange_project_search", "exchange_project", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_exchange_project_start_date", "exchange_project", ["start_date", "id"], unique=False)
    op.create_index(
        "ix_exchange_project_start_date_descending",
        "exchange_project",
        [sa.literal_column("start_date DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_exchange_project_status", "exchange_project", ["status", "title_sort", "id"], unique=False)
    op.create_index("ix_exchange_project_title_sort", "exchange_project", ["title_sort", "id"], unique=False)
    op.create_index("ix_exchange_project_updated_at", "exchange_project", ["updated_at", "id"], unique=False)
    op.create_index(
        "ix_exchange_project_visibility", "exchange_project", ["visibility", "title_sort", "id"], unique=False
    )
    op.create_table(
        "exchange_project_decision",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_exchange_project_decision_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_decision_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exchange_project_id", "decision_id", name=op.f("pk_exchange_project_decision")),
    )
    op.create_index(
        "ix_exchange_project_decision_decision_id",
        "exchange_project_decision",
        ["decision_id", "exchange_project_id"],
        unique=False,
    )
    op.create_table(
        "exchange_project_marker",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("significance", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^([1-9]|1[0-2])$'", name=op.f("ck_exchange_project_marker_code")),
        sa.CheckConstraint(
            "significance IN ('0', '1', '2', '3', '4')", name=op.f("ck_exchange_project_marker_significance")
        ),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_marker_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exchange_project_id", "code", name=op.f("pk_exchange_project_marker")),
    )
    op.create_table(
        "exchange_project_move",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "moved_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('pipeline', 'implementation', 'finalisation', 'closed', 'suspended', 'cancelled')",
            name=op.f("ck_exchange_project_move_status"),
        ),
        sa.CheckConstraint("plain_text(reason, 1000, true)", name=op.f("ck_exchange_project_move_reason")),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_move_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_project_move")),
    )
    op.create_index(
        op.f("ix_exchange_project_move_exchange_project_id"),
        "exchange_project_move",
        ["exchange_project_id"],
        unique=False,
    )
    op.create_table(
        "exchange_project_sdg_goal",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^([1-9]|1[0-7])$'", name=op.f("ck_exchange_project_sdg_goal_code")),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_sdg_goal_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exchange_project_id", "code", name=op.f("pk_exchange_project_sdg_goal")),
    )
    op.create_index(
        "ix_exchange_project_sdg_goal_code", "exchange_project_sdg_goal", ["code", "exchange_project_id"], unique=False
    )
    op.create_table(
        "exchange_project_sdg_target",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "code ~ '^([1-9]|1[0-7])[.]([1-9][0-9]?|[a-d])$'", name=op.f("ck_exchange_project_sdg_target_code")
        ),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_sdg_target_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exchange_project_id", "code", name=op.f("pk_exchange_project_sdg_target")),
    )
    op.create_index(
        "ix_exchange_project_sdg_target_code",
        "exchange_project_sdg_target",
        ["code", "exchange_project_id"],
        unique=False,
    )
    op.create_table(
        "exchange_project_sector",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "percentage",
            sa.Numeric(precision=5, scale=2, asdecimal=False),
            server_default=sa.text("100"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "code ~ (CASE vocabulary WHEN '1' THEN '^[0-9]{5}$' ELSE '^[0-9]{3}$' END)",
            name=op.f("ck_exchange_project_sector_code"),
        ),
        sa.CheckConstraint("vocabulary IN ('1', '2')", name=op.f("ck_exchange_project_sector_vocabulary")),
        sa.CheckConstraint("percentage > 0 AND percentage <= 100", name=op.f("ck_exchange_project_sector_percentage")),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_sector_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exchange_project_id", "vocabulary", "code", name=op.f("pk_exchange_project_sector")),
    )
    op.create_index(
        "ix_exchange_project_sector_code", "exchange_project_sector", ["code", "exchange_project_id"], unique=False
    )
    op.create_table(
        "exchange_project_theme",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "code IN ('agriculture', 'climate', 'culture', 'democracy', 'digitalization', 'education', "
            "'employment', 'entrepreneurship', 'equalOpportunities', 'health', 'heritage', 'housing', "
            "'migration', 'mobility', 'peace', 'publicServices', 'safety', 'sports', 'tourism', 'waste', "
            "'water', 'youth')",
            name=op.f("ck_exchange_project_theme_code"),
        ),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_theme_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exchange_project_id", "code", name=op.f("pk_exchange_project_theme")),
    )
    op.create_index(
        "ix_exchange_project_theme_code", "exchange_project_theme", ["code", "exchange_project_id"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "exchange_project_theme",
        "exchange_project_sector",
        "exchange_project_sdg_target",
        "exchange_project_sdg_goal",
        "exchange_project_move",
        "exchange_project_marker",
        "exchange_project_decision",
        "exchange_project",
    ):
        op.drop_table(table)


def _owned() -> list[sa.Column[Any]]:
    """Return the columns of every top-level record."""
    return [
        sa.Column("visibility", sa.Text(), server_default=sa.text("'city'"), nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("city_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("updated_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
    ]
