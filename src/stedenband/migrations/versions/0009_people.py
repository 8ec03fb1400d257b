"""The tables of people: organizations, contacts and the parts of a contact."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "organization",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("partner_city_id", sa.Uuid(), nullable=True),
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        sa.Column("enterprise_number", sa.Text(), nullable=True),
        sa.Column("iati_identifier", sa.Text(), nullable=True),
        sa.Column("functional_mailbox", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("name_sort", sa.Text(), sa.Computed("fold(name)", persisted=True), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("words_of(name || ' ' || coalesce(community, ''), names)", persisted=True),
            nullable=False,
        ),
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
        sa.CheckConstraint("enterprise_number ~ '^[01][0-9]{9}$'", name=op.f("ck_organization_enterprise_number")),
        sa.CheckConstraint(
            "kind IN ('10', '11', '15', '21', '22', '23', '24', '30', '40', '60', '70', '71', '72', '73', '80', '90')",
            name=op.f("ck_organization_kind"),
        ),
        sa.CheckConstraint("phone ~ '^[+][1-9][0-9]{3,14}$'", name=op.f("ck_organization_phone")),
        sa.CheckConstraint(
            "plain_text(functional_mailbox, 254, false) AND functional_mailbox ~ '^[^@ ]+@[^@ ]+$'",
            name=op.f("ck_organization_functional_mailbox"),
        ),
        sa.CheckConstraint(
            "plain_text(iati_identifier, 200, false) AND iati_identifier !~ '[/&|? ]'",
            name=op.f("ck_organization_iati_identifier"),
        ),
        sa.CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name=op.f("ck_organization_shared")),
        sa.CheckConstraint("visibility IN ('city', 'link', 'public')", name=op.f("ck_organization_visibility")),
        sa.CheckConstraint("localized_text(names, 200, false)", name=op.f("ck_organization_names")),
        sa.CheckConstraint("localized_text(summary, 4000, true)", name=op.f("ck_organization_summary")),
        sa.CheckConstraint("plain_text(community, 200, false)", name=op.f("ck_organization_community")),
        sa.CheckConstraint("plain_text(internal_note, 4000, true)", name=op.f("ck_organization_internal_note")),
        sa.CheckConstraint("plain_text(name, 200, false)", name=op.f("ck_organization_name")),
        sa.CheckConstraint("plain_text(website, 2000, false)", name=op.f("ck_organization_website")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_organization_city_id")),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f("fk_organization_city_link_id")),
        sa.ForeignKeyConstraint(["partner_city_id"], ["partner_city.id"], name=op.f("fk_organization_partner_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_index(op.f("ix_organization_city_id"), "organization", ["city_id"], unique=False)
    op.create_index(op.f("ix_organization_city_link_id"), "organization", ["city_link_id"], unique=False)
    op.create_index("ix_organization_enterprise_number", "organization", ["enterprise_number"], unique=False)
    op.create_index("ix_organization_iati_identifier", "organization", ["iati_identifier"], unique=False)
    op.create_index("ix_organization_kind", "organization", ["kind", "name_sort", "id"], unique=False)
    op.create_index("ix_organization_name_sort", "organization", ["name_sort", "id"], unique=False)
    op.create_index(op.f("ix_organization_partner_city_id"), "organization", ["partner_city_id"], unique=False)
    op.create_index("ix_organization_search", "organization", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_organization_updated_at", "organization", ["updated_at", "id"], unique=False)
    op.create_index("ix_organization_visibility", "organization", ["visibility", "name_sort", "id"], unique=False)
    op.create_index(
        "uq_organization_enterprise_number",
        "organization",
        ["city_id", "enterprise_number"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("enterprise_number IS NOT NULL"),
    )
    op.create_index(
        "uq_organization_iati_identifier",
        "organization",
        ["city_id", "iati_identifier"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("iati_identifier IS NOT NULL"),
    )
    op.create_table(
        "contact",
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("honorific", sa.Text(), nullable=True),
        sa.Column(
            "display_name",
            sa.Text(),
            sa.Computed(
                "coalesce(given_name || ' ' || family_name, given_name, family_name)",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("partner_city_id", sa.Uuid(), nullable=True),
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        sa.Column("function", sa.Text(), nullable=True),
        sa.Column("function_mailbox", sa.Text(), nullable=True),
        sa.Column("lawful_basis", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True, precision=0), nullable=True),
        sa.Column(
            "name_sort",
            sa.Text(),
            sa.Computed(
                "fold(coalesce(family_name || ' ' || given_name, family_name, given_name))",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "words_of(coalesce(given_name, '') || ' ' || coalesce(family_name, '') || ' ' ||"
                " coalesce(function, ''), NULL::jsonb)",
                persisted=True,
            ),
            nullable=False,
        ),
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
        sa.CheckConstraint(
            "lawful_basis IN ('consent', 'contract', 'legalObligation', 'vitalInterests', 'publicTask',"
            " 'legitimateInterests')",
            name=op.f("ck_contact_lawful_basis"),
        ),
        sa.CheckConstraint(
            "plain_text(function_mailbox, 254, false) AND function_mailbox ~ '^[^@ ]+@[^@ ]+$'",
            name=op.f("ck_contact_function_mailbox"),
        ),
        sa.CheckConstraint("review_on BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_contact_review_on")),
        sa.CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name=op.f("ck_contact_shared")),
        sa.CheckConstraint("visibility IN ('city', 'link', 'public')", name=op.f("ck_contact_visibility")),
        sa.CheckConstraint(
            "num_nonnulls(given_name, family_name, function, merged_into_id, erased_at) > 0 AND merged_into_id <> id",
            name=op.f("ck_contact_somebody"),
        ),
        sa.CheckConstraint(
            "erased_at IS NULL OR (visibility = 'city' AND num_nonnulls("
            "given_name, family_name, honorific, function, function_mailbox, source, note) = 0)",
            name=op.f("ck_contact_erased"),
        ),
        sa.CheckConstraint("plain_text(family_name, 100, false)", name=op.f("ck_contact_family_name")),
        sa.CheckConstraint("plain_text(function, 200, false)", name=op.f("ck_contact_function")),
        sa.CheckConstraint("plain_text(given_name, 100, false)", name=op.f("ck_contact_given_name")),
        sa.CheckConstraint("plain_text(honorific, 50, false)", name=op.f("ck_contact_honorific")),
        sa.CheckConstraint("plain_text(note, 4000, true)", name=op.f("ck_contact_note")),
        sa.CheckConstraint("plain_text(purpose, 500, false)", name=op.f("ck_contact_purpose")),
        sa.CheckConstraint("plain_text(source, 500, false)", name=op.f("ck_contact_source")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_contact_city_id")),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f("fk_contact_city_link_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["contact.id"], name=op.f("fk_contact_merged_into_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_contact_organization_id")),
        sa.ForeignKeyConstraint(["partner_city_id"], ["partner_city.id"], name=op.f("fk_contact_partner_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_city_id"), "contact", ["city_id"], unique=False)
    op.create_index("ix_contact_city_id_created_at", "contact", ["city_id", "created_at", "id"], unique=False)
    op.create_index("ix_contact_city_link_id", "contact", ["city_link_id", "created_at", "id"], unique=False)
    op.create_index("ix_contact_created_at", "contact", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_contact_function",
        "contact",
        [sa.literal_column("words_of(function, NULL::jsonb)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_contact_merged_into_id"), "contact", ["merged_into_id"], unique=False)
    op.create_index("ix_contact_name_sort", "contact", ["name_sort"], unique=False)
    op.create_index(op.f("ix_contact_organization_id"), "contact", ["organization_id"], unique=False)
    op.create_index(op.f("ix_contact_partner_city_id"), "contact", ["partner_city_id"], unique=False)
    op.create_index("ix_contact_search", "contact", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_contact_updated_at", "contact", ["updated_at", "id"], unique=False)
    op.create_index("ix_contact_visibility", "contact", ["visibility", "created_at", "id"], unique=False)
    op.create_table(
        "contact_email",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), sa.Computed("lower(address)", persisted=True), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'work'"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("kind IN ('work', 'private')", name=op.f("ck_contact_email_kind")),
        sa.CheckConstraint(
            "plain_text(address, 254, false) AND address ~ '^[^@ ]+@[^@ ]+$'", name=op.f("ck_contact_email_address")
        ),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_contact_email_position")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_email_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_email")),
    )
    op.create_index("ix_contact_email_address_key", "contact_email", ["address_key"], unique=False)
    op.create_index(op.f("ix_contact_email_contact_id"), "contact_email", ["contact_id"], unique=False)
    op.create_table(
        "contact_language",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z]{2}$'", name=op.f("ck_contact_language_code")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_language_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "code", name=op.f("pk_contact_language")),
    )
    op.create_index("ix_contact_language_code", "contact_language", ["code", "contact_id"], unique=False)
    op.create_table(
        "contact_phone",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'work'"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("kind IN ('work', 'private')", name=op.f("ck_contact_phone_kind")),
        sa.CheckConstraint("number ~ '^[+][1-9][0-9]{3,14}$'", name=op.f("ck_contact_phone_number")),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_contact_phone_position")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_phone_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_phone")),
    )
    op.create_index(op.f("ix_contact_phone_contact_id"), "contact_phone", ["contact_id"], unique=False)
    op.create_index("ix_contact_phone_number", "contact_phone", ["number"], unique=False)
    op.create_table(
        "contact_role",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('boardMember', 'contactPoint', 'coordinator', 'elected', 'expert',"
            " 'interpreter', 'member', 'representative', 'staff', 'volunteer')",
            name=op.f("ck_contact_role_role"),
        ),
        sa.CheckConstraint("valid_from BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_contact_role_valid_from")),
        sa.CheckConstraint(
            "valid_to BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_contact_role_valid_to_range")
        ),
        sa.CheckConstraint("num_nonnulls(organization_id, city_link_id) = 1", name=op.f("ck_contact_role_target")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_contact_role_valid_to")),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f("fk_contact_role_city_link_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_role_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_contact_role_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_role")),
    )
    op.create_index(op.f("ix_contact_role_city_link_id"), "contact_role", ["city_link_id"], unique=False)
    op.create_index(op.f("ix_contact_role_contact_id"), "contact_role", ["contact_id"], unique=False)
    op.create_index(op.f("ix_contact_role_organization_id"), "contact_role", ["organization_id"], unique=False)
    op.create_index("ix_contact_role_role", "contact_role", ["role", "contact_id"], unique=False)


def downgrade() -> None:
    """Drop them, their indexes with them."""
    for table in ("contact_role", "contact_phone", "contact_language", "contact_email", "contact", "organization"):
        op.drop_table(table)
