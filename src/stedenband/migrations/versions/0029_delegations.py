"""The tables of delegations: visits, who takes part, what they are about, their moves and their program."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")
STATES = "'draft', 'approved', 'travelling', 'returned', 'reported', 'closed', 'cancelled'"
TABLES = ("program_item", "delegation_participant", "delegation_project", "delegation_move", "delegation")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "delegation",
        *_record("delegation"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", postgresql.JSONB(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("origin_city_id", sa.Uuid(), nullable=False),
        sa.Column("host_city_id", sa.Uuid(), nullable=False),
        sa.Column(
            "direction",
            sa.Text(),
            sa.Computed(
                "CASE city_id WHEN origin_city_id THEN 'outbound' WHEN host_city_id THEN 'inbound' ELSE 'other' END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("arrival", sa.Date(), nullable=True),
        sa.Column("departure", sa.Date(), nullable=True),
        sa.Column("estimated_cost_value", sa.Numeric(precision=15, scale=2), nullable=True),
        sa.Column("estimated_cost_currency", sa.Text(), nullable=True),
        sa.Column("decision_date", sa.Date(), nullable=True),
        sa.Column("decision_body", sa.Text(), nullable=True),
        sa.Column("decision_reference", sa.Text(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("report_due", sa.Date(), sa.Computed("returned_on + 30", persisted=True), nullable=True),
        sa.Column("what_was_done", sa.Text(), nullable=True),
        sa.Column("results", sa.Text(), nullable=True),
        sa.Column("follow_up", sa.Text(), nullable=True),
        sa.Column("report_publishable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("title_sort", sa.Text(), sa.Computed("fold(title)", persisted=True), nullable=False),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed("words_of(title, purpose)", persisted=True), nullable=False
        ),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_delegation_{name}"))
            for name, condition in (
                ("title", "plain_text(title, 200, false)"),
                ("purpose", "localized_text(purpose, 4000, true)"),
                ("status", f"status IN ({STATES})"),
                ("decision_body", "plain_text(decision_body, 200, false)"),
                ("decision_reference", "plain_text(decision_reference, 200, false)"),
                ("what_was_done", "plain_text(what_was_done, 10000, true)"),
                ("results", "plain_text(results, 10000, true)"),
                ("follow_up", "plain_text(follow_up, 10000, true)"),
                *(
                    (f"{day}_range", f"{day} BETWEEN '1900-01-01' AND '2200-12-31'")
                    for day in ("arrival", "departure", "decision_date", "returned_on")
                ),
                ("departure", "arrival <= departure"),
                ("returned_on", "arrival <= returned_on"),
                ("two_cities", "origin_city_id <> host_city_id"),
                ("estimated_cost_value", "estimated_cost_value >= 0"),
                ("estimated_cost_currency", "estimated_cost_currency ~ '^[A-Z]{3}$'"),
                ("estimated_cost", "(estimated_cost_value IS NULL) = (estimated_cost_currency IS NULL)"),
                (
                    "decision",
                    (
                        "(decision_date IS NULL) = (decision_body IS NULL)"
                        " AND (decision_date IS NULL) = (decision_reference IS NULL)"
                    ),
                ),
                (
                    "approved",
                    (
                        "status = ANY ('{draft,cancelled}')"
                        " OR num_nonnulls(purpose, arrival, departure, estimated_cost_value, decision_date) = 5"
                    ),
                ),
                ("returned", "status <> ALL ('{returned,reported,closed}') OR returned_on IS NOT NULL"),
                ("reported", "status <> ALL ('{reported,closed}') OR what_was_done IS NOT NULL"),
            )
        ),
        sa.ForeignKeyConstraint(["origin_city_id"], ["partner_city.id"], name=op.f("fk_delegation_origin_city_id")),
        sa.ForeignKeyConstraint(["host_city_id"], ["partner_city.id"], name=op.f("fk_delegation_host_city_id")),
    )
    for name, columns in (
        ("ix_delegation_city_id", ["city_id"]),
        ("ix_delegation_origin_city_id", ["origin_city_id"]),
        ("ix_delegation_host_city_id", ["host_city_id"]),
        ("ix_delegation_city_id_arrival", ["city_id", "arrival", "id"]),
        ("ix_delegation_city_link_id", ["city_link_id", "arrival", "id"]),
        ("ix_delegation_visibility", ["visibility", "arrival", "id"]),
        ("ix_delegation_arrival", ["arrival", "id"]),
        ("ix_delegation_title_sort", ["title_sort", "id"]),
        ("ix_delegation_status", ["status", "arrival", "id"]),
        ("ix_delegation_report_due", ["report_due", "id"]),
        ("ix_delegation_updated_at", ["updated_at", "id"]),
    ):
        op.create_index(name, "delegation", columns)
    op.create_index(
        "ix_delegation_arrival_descending",
        "delegation",
        [sa.literal_column("arrival DESC NULLS LAST"), sa.literal_column("id DESC")],
    )
    op.create_index("ix_delegation_search", "delegation", ["search"], postgresql_using="gin")
    op.create_table(
        "delegation_project",
        *_of_delegation("project"),
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"], ["exchange_project.id"], name=op.f("fk_delegation_project_exchange_project_id")
        ),
        sa.PrimaryKeyConstraint("delegation_id", "exchange_project_id", name=op.f("pk_delegation_project")),
    )
    op.create_index(
        "ix_delegation_project_exchange_project_id", "delegation_project", ["exchange_project_id", "delegation_id"]
    )
    op.create_table(
        "delegation_move",
        *_of_delegation("move"),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("moved_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"status IN ({STATES})", name=op.f("ck_delegation_move_status")),
        sa.CheckConstraint("plain_text(reason, 1000, true)", name=op.f("ck_delegation_move_reason")),
        sa.CheckConstraint("status <> 'cancelled' OR reason IS NOT NULL", name=op.f("ck_delegation_move_reason_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation_move")),
    )
    op.create_index(op.f("ix_delegation_move_delegation_id"), "delegation_move", ["delegation_id"])
    _participants()
    _program()


def downgrade() -> None:
    """Drop them, their indexes with them."""
    for table in TABLES:
        op.drop_table(table)


def _participants() -> None:
    points = ("visa", "vaccination", "insurance", "registration")
    op.create_table(
        "delegation_participant",
        *_of_delegation("participant"),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("partner_city_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("leader", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("payer", sa.Text(), nullable=True),
        sa.Column("passport_valid_until", sa.Date(), nullable=True),
        *(sa.Column(point, sa.Text(), nullable=True) for point in points),
        sa.Column("blocking", sa.Boolean(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "capacity IN ('elected', 'staff', 'expert', 'student', 'citizen')",
            name=op.f("ck_delegation_participant_capacity"),
        ),
        sa.CheckConstraint(
            "payer IN ('originCity', 'hostCity', 'self', 'thirdParty')", name=op.f("ck_delegation_participant_payer")
        ),
        *(
            sa.CheckConstraint(
                f"{point} IN ('notNeeded', 'open', 'done')", name=op.f(f"ck_delegation_participant_{point}")
            )
            for point in points
        ),
        sa.CheckConstraint(
            "passport_valid_until BETWEEN '1900-01-01' AND '2200-12-31'",
            name=op.f("ck_delegation_participant_passport_valid_until_range"),
        ),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_delegation_participant_position")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_delegation_participant_contact_id")),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_delegation_participant_partner_city_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation_participant")),
        sa.UniqueConstraint("delegation_id", "contact_id", name="uq_delegation_participant_contact"),
    )
    for column in ("contact_id", "partner_city_id"):
        op.create_index(op.f(f"ix_delegation_participant_{column}"), "delegation_participant", [column])


def _program() -> None:
    bounds = "{0} >= '1900-01-01 00:00+00' AND {0} < '2201-01-01 00:00+00'"
    op.create_table(
        "program_item",
        *_record("program_item"),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("host_contact_id", sa.Uuid(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("words_of(title || ' ' || coalesce(place, ''), NULL)", persisted=True),
            nullable=False,
        ),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_program_item_{name}"))
            for name, condition in (
                ("title", "plain_text(title, 200, false)"),
                ("place", "plain_text(place, 200, false)"),
                ("description", "plain_text(description, 4000, true)"),
                ("timezone", "plain_text(timezone, 64, false)"),
                ("ends_at", "starts_at < ends_at"),
                ("starts_at_range", bounds.format("starts_at")),
                ("ends_at_range", bounds.format("ends_at")),
            )
        ),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_program_item_delegation_id")),
        sa.ForeignKeyConstraint(["host_contact_id"], ["contact.id"], name=op.f("fk_program_item_host_contact_id")),
    )
    for name, columns in (
        ("ix_program_item_city_id", ["city_id"]),
        ("ix_program_item_city_link_id", ["city_link_id"]),
        ("ix_program_item_delegation_id", ["delegation_id", "starts_at", "id"]),
        ("ix_program_item_host_contact_id", ["host_contact_id"]),
    ):
        op.create_index(name, "program_item", columns)
    op.create_index("ix_program_item_search", "program_item", ["search"], postgresql_using="gin")


def _record(table: str) -> list[Any]:
    """Return what every record in a link has, with what it asks for."""
    return [
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("visibility", sa.Text(), server_default=sa.text("'city'"), nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("city_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("updated_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("plain_text(internal_note, 4000, true)", name=op.f(f"ck_{table}_internal_note")),
        sa.CheckConstraint("visibility IN ('city', 'link', 'public')", name=op.f(f"ck_{table}_visibility")),
        sa.CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name=op.f(f"ck_{table}_shared")),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f(f"fk_{table}_city_link_id")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f(f"fk_{table}_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _of_delegation(part: str) -> list[Any]:
    """Return the column that leads to the delegation, with its key."""
    return [
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f(f"fk_delegation_{part}_delegation_id"),
            ondelete="CASCADE",
        ),
    ]
