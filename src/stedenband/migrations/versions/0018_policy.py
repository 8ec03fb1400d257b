"""The tables of policy: plans with their goals and actions, and decisions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")

LABEL = (
    "code || ' ' || coalesce(title ->> 'nl', title ->> 'en', title ->> 'fr',"
    " jsonb_path_query_first(title, '$.*') #>> '{}')"
)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "decision",
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("summary", postgresql.JSONB(), nullable=True),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("title_sort", sa.Text(), sa.Computed("fold(subject)", persisted=True), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("words_of(subject || ' ' || body || ' ' || reference, summary)", persisted=True),
            nullable=False,
        ),
        *_owned(),
        sa.CheckConstraint("decided_on BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_decision_decided_on")),
        sa.CheckConstraint("visibility IN ('city', 'public')", name=op.f("ck_decision_visibility")),
        sa.CheckConstraint("localized_text(summary, 4000, true)", name=op.f("ck_decision_summary")),
        sa.CheckConstraint("plain_text(body, 200, false)", name=op.f("ck_decision_body")),
        sa.CheckConstraint("plain_text(internal_note, 4000, true)", name=op.f("ck_decision_internal_note")),
        sa.CheckConstraint("plain_text(reference, 200, false)", name=op.f("ck_decision_reference")),
        sa.CheckConstraint("plain_text(subject, 300, false)", name=op.f("ck_decision_subject")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_decision_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_city_id"), "decision", ["city_id"], unique=False)
    op.create_index("ix_decision_decided_on", "decision", ["decided_on", "id"], unique=False)
    op.create_index("ix_decision_search", "decision", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_decision_title_sort", "decision", ["title_sort", "id"], unique=False)
    op.create_index("ix_decision_updated_at", "decision", ["updated_at", "id"], unique=False)
    op.create_index("ix_decision_visibility", "decision", ["visibility", "decided_on", "id"], unique=False)
    op.create_index("uq_decision_reference", "decision", ["city_id", "body", "decided_on", "reference"], unique=True)
    op.create_table(
        "policy_plan",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("mission", postgresql.JSONB(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("title_sort", sa.Text(), sa.Computed("fold(title)", persisted=True), nullable=False),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed("words_of(title, mission)", persisted=True), nullable=False
        ),
        *_owned(),
        sa.CheckConstraint("(status = 'published') = (visibility = 'public')", name=op.f("ck_policy_plan_published")),
        sa.CheckConstraint(
            "end_date BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_policy_plan_end_date_range")
        ),
        sa.CheckConstraint("start_date BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_policy_plan_start_date")),
        sa.CheckConstraint("status IN ('draft', 'published')", name=op.f("ck_policy_plan_status")),
        sa.CheckConstraint("visibility IN ('city', 'public')", name=op.f("ck_policy_plan_visibility")),
        sa.CheckConstraint("localized_text(mission, 4000, true)", name=op.f("ck_policy_plan_mission")),
        sa.CheckConstraint("plain_text(internal_note, 4000, true)", name=op.f("ck_policy_plan_internal_note")),
        sa.CheckConstraint("plain_text(title, 200, false)", name=op.f("ck_policy_plan_title")),
        sa.CheckConstraint("start_date < end_date", name=op.f("ck_policy_plan_end_date")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_policy_plan_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_plan")),
    )
    op.create_index(op.f("ix_policy_plan_city_id"), "policy_plan", ["city_id"], unique=False)
    op.create_index("ix_policy_plan_end_date", "policy_plan", ["end_date", "id"], unique=False)
    op.create_index("ix_policy_plan_search", "policy_plan", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_policy_plan_start_date", "policy_plan", ["start_date", "id"], unique=False)
    op.create_index("ix_policy_plan_title_sort", "policy_plan", ["title_sort", "id"], unique=False)
    op.create_index("ix_policy_plan_updated_at", "policy_plan", ["updated_at", "id"], unique=False)
    op.create_index("ix_policy_plan_visibility", "policy_plan", ["visibility", "title_sort", "id"], unique=False)
    op.create_table(
        "decision_city_link",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("city_link_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f("fk_decision_city_link_city_link_id")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_city_link_decision_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("decision_id", "city_link_id", name=op.f("pk_decision_city_link")),
    )
    op.create_index(
        "ix_decision_city_link_city_link_id", "decision_city_link", ["city_link_id", "decision_id"], unique=False
    )
    op.create_table(
        "policy_goal",
        sa.Column("policy_plan_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("description", postgresql.JSONB(), nullable=True),
        sa.Column("label", sa.Text(), sa.Computed(LABEL, persisted=True), nullable=False),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed("words_of(code, title)", persisted=True), nullable=False
        ),
        *_owned(),
        sa.CheckConstraint("visibility IN ('city', 'public')", name=op.f("ck_policy_goal_visibility")),
        sa.CheckConstraint("localized_text(description, 4000, true)", name=op.f("ck_policy_goal_description")),
        sa.CheckConstraint("localized_text(title, 300, false)", name=op.f("ck_policy_goal_title")),
        sa.CheckConstraint("plain_text(code, 50, false)", name=op.f("ck_policy_goal_code")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_policy_goal_city_id")),
        sa.ForeignKeyConstraint(["policy_plan_id"], ["policy_plan.id"], name=op.f("fk_policy_goal_policy_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_goal")),
        sa.UniqueConstraint("id", "policy_plan_id", name="uq_policy_goal_plan"),
        sa.UniqueConstraint("policy_plan_id", "code", name="uq_policy_goal_code"),
    )
    op.create_index(op.f("ix_policy_goal_city_id"), "policy_goal", ["city_id"], unique=False)
    op.create_index("ix_policy_goal_search", "policy_goal", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_policy_goal_updated_at", "policy_goal", ["updated_at", "id"], unique=False)
    op.create_table(
        "policy_action",
        sa.Column("policy_plan_id", sa.Uuid(), nullable=False),
        sa.Column("policy_goal_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("description", postgresql.JSONB(), nullable=True),
        sa.Column("label", sa.Text(), sa.Computed(LABEL, persisted=True), nullable=False),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed("words_of(code, title)", persisted=True), nullable=False
        ),
        *_owned(),
        sa.CheckConstraint("visibility IN ('city', 'public')", name=op.f("ck_policy_action_visibility")),
        sa.CheckConstraint("localized_text(description, 4000, true)", name=op.f("ck_policy_action_description")),
        sa.CheckConstraint("localized_text(title, 300, false)", name=op.f("ck_policy_action_title")),
        sa.CheckConstraint("plain_text(code, 50, false)", name=op.f("ck_policy_action_code")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_policy_action_city_id")),
        sa.ForeignKeyConstraint(
            ["policy_goal_id", "policy_plan_id"],
            ["policy_goal.id", "policy_goal.policy_plan_id"],
            name="goal_of_same_plan",
        ),
        sa.ForeignKeyConstraint(["policy_plan_id"], ["policy_plan.id"], name=op.f("fk_policy_action_policy_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_action")),
        sa.UniqueConstraint("id", "city_id", name="uq_policy_action_city"),
        sa.UniqueConstraint("policy_plan_id", "code", name="uq_policy_action_code"),
    )
    op.create_index(op.f("ix_policy_action_city_id"), "policy_action", ["city_id"], unique=False)
    op.create_index("ix_policy_action_policy_goal_id", "policy_action", ["policy_goal_id", "code"], unique=False)
    op.create_index("ix_policy_action_search", "policy_action", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_policy_action_updated_at", "policy_action", ["updated_at", "id"], unique=False)
    op.create_table(
        "policy_action_sdg_goal",
        sa.Column("policy_action_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^([1-9]|1[0-7])$'", name=op.f("ck_policy_action_sdg_goal_code")),
        sa.ForeignKeyConstraint(
            ["policy_action_id"],
            ["policy_action.id"],
            name=op.f("fk_policy_action_sdg_goal_policy_action_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("policy_action_id", "code", name=op.f("pk_policy_action_sdg_goal")),
    )
    op.create_index(
        "ix_policy_action_sdg_goal_code", "policy_action_sdg_goal", ["code", "policy_action_id"], unique=False
    )
    op.create_table(
        "policy_action_sdg_target",
        sa.Column("policy_action_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "code ~ '^([1-9]|1[0-7])[.]([1-9][0-9]?|[a-d])$'", name=op.f("ck_policy_action_sdg_target_code")
        ),
        sa.ForeignKeyConstraint(
            ["policy_action_id"],
            ["policy_action.id"],
            name=op.f("fk_policy_action_sdg_target_policy_action_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("policy_action_id", "code", name=op.f("pk_policy_action_sdg_target")),
    )
    op.create_index(
        "ix_policy_action_sdg_target_code", "policy_action_sdg_target", ["code", "policy_action_id"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "policy_action_sdg_target",
        "policy_action_sdg_goal",
        "policy_action",
        "policy_goal",
        "decision_city_link",
        "policy_plan",
        "decision",
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
