"""The tables of those who take part in a project, and of the nominations and jury of an award."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "exchange_project_juror",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("partner_city_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("plain_text(function, 200, false)", name=op.f("ck_exchange_project_juror_function")),
        sa.CheckConstraint("plain_text(name, 200, false)", name=op.f("ck_exchange_project_juror_name")),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_exchange_project_juror_position")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_exchange_project_juror_contact_id")),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_juror_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_exchange_project_juror_partner_city_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_project_juror")),
    )
    op.create_index(
        op.f("ix_exchange_project_juror_contact_id"), "exchange_project_juror", ["contact_id"], unique=False
    )
    op.create_index(
        op.f("ix_exchange_project_juror_exchange_project_id"),
        "exchange_project_juror",
        ["exchange_project_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exchange_project_juror_partner_city_id"), "exchange_project_juror", ["partner_city_id"], unique=False
    )
    op.create_table(
        "exchange_project_nomination",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("motivation", sa.Text(), nullable=True),
        sa.Column("winner", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "plain_text(motivation, 1000, true)", name=op.f("ck_exchange_project_nomination_motivation")
        ),
        sa.CheckConstraint("plain_text(name, 200, false)", name=op.f("ck_exchange_project_nomination_name")),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_exchange_project_nomination_position")),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_nomination_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_exchange_project_nomination_organization_id")
        ),
        postgresql.ExcludeConstraint(
            (sa.column("exchange_project_id"), "="),
            using="btree",
            where=sa.text("winner"),
            deferrable=True,
            initially="DEFERRED",
            name="one_winner",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_project_nomination")),
    )
    op.create_index(
        op.f("ix_exchange_project_nomination_organization_id"),
        "exchange_project_nomination",
        ["organization_id"],
        unique=False,
    )
    op.create_index(
        "uq_exchange_project_nomination_name",
        "exchange_project_nomination",
        ["exchange_project_id", "name"],
        unique=True,
    )
    op.create_table(
        "exchange_project_organization",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("partner_city_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("lead", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("NOT lead OR role = '2'", name=op.f("ck_exchange_project_organization_lead")),
        sa.CheckConstraint("role IN ('1', '2', '3', '4')", name=op.f("ck_exchange_project_organization_role")),
        sa.CheckConstraint(
            "num_nonnulls(organization_id, partner_city_id) = 1", name=op.f("ck_exchange_project_organization_target")
        ),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_exchange_project_organization_position")),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_organization_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_exchange_project_organization_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_exchange_project_organization_partner_city_id")
        ),
        postgresql.ExcludeConstraint(
            (sa.column("exchange_project_id"), "="),
            using="btree",
            where=sa.text("lead"),
            deferrable=True,
            initially="DEFERRED",
            name="one_lead",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_project_organization")),
    )
    op.create_index(
        op.f("ix_exchange_project_organization_exchange_project_id"),
        "exchange_project_organization",
        ["exchange_project_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exchange_project_organization_organization_id"),
        "exchange_project_organization",
        ["organization_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exchange_project_organization_partner_city_id"),
        "exchange_project_organization",
        ["partner_city_id"],
        unique=False,
    )
    op.create_index(
        "uq_exchange_project_organization_role",
        "exchange_project_organization",
        ["exchange_project_id", "role", "organization_id", "partner_city_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "exchange_project_participation",
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("layer", sa.Text(), nullable=True),
        sa.Column("partner_city_id", sa.Uuid(), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "layer IN ('adults', 'children', 'entrepreneurs', 'farmers', 'lgbtqi', 'newcomers', "
            "'olderPeople', 'peopleInPoverty', 'peopleWithDisabilities', 'students', 'teachers', "
            "'volunteers', 'women', 'youngPeople')",
            name=op.f("ck_exchange_project_participation_layer"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(community, layer) > 0", name=op.f("ck_exchange_project_participation_somebody")
        ),
        sa.CheckConstraint(
            "participants BETWEEN 0 AND 100000000", name=op.f("ck_exchange_project_participation_participants")
        ),
        sa.CheckConstraint(
            "plain_text(community, 200, false)", name=op.f("ck_exchange_project_participation_community")
        ),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_exchange_project_participation_position")),
        sa.CheckConstraint("year BETWEEN 1900 AND 2200", name=op.f("ck_exchange_project_participation_year")),
        sa.ForeignKeyConstraint(
            ["exchange_project_id"],
            ["exchange_project.id"],
            name=op.f("fk_exchange_project_participation_exchange_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_exchange_project_participation_partner_city_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_project_participation")),
    )
    op.create_index(
        op.f("ix_exchange_project_participation_exchange_project_id"),
        "exchange_project_participation",
        ["exchange_project_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exchange_project_participation_partner_city_id"),
        "exchange_project_participation",
        ["partner_city_id"],
        unique=False,
    )
    op.create_index(
        "uq_exchange_project_participation",
        "exchange_project_participation",
        ["exchange_project_id", "community", "layer", "partner_city_id", "year"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "exchange_project_participation",
        "exchange_project_organization",
        "exchange_project_nomination",
        "exchange_project_juror",
    ):
        op.drop_table(table)
