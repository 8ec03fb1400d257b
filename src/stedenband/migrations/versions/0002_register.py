"""The tables of the register: partner cities and city links."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
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
        "partner_city",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("subdivision", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_year", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("wikidata_id", sa.Text(), nullable=True),
        sa.Column("geonames_id", sa.Text(), nullable=True),
        sa.Column("nis_code", sa.Text(), nullable=True),
        sa.Column("enterprise_number", sa.Text(), nullable=True),
        sa.Column("iati_identifier", sa.Text(), nullable=True),
        sa.Column("name_sort", sa.Text(), sa.Computed("fold(name)", persisted=True), nullable=False),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed("words_of(name, names)", persisted=True), nullable=False
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
        sa.CheckConstraint("country_code ~ '^[A-Z]{2}$'", name=op.f("ck_partner_city_country_code")),
        sa.CheckConstraint("enterprise_number ~ '^[01][0-9]{9}$'", name=op.f("ck_partner_city_enterprise_number")),
        sa.CheckConstraint("geonames_id ~ '^[1-9][0-9]{0,9}$'", name=op.f("ck_partner_city_geonames_id")),
        sa.CheckConstraint("nis_code ~ '^[0-9]{5}$'", name=op.f("ck_partner_city_nis_code")),
        sa.CheckConstraint("visibility IN ('city', 'public')", name=op.f("ck_partner_city_visibility")),
        sa.CheckConstraint("wikidata_id ~ '^Q[1-9][0-9]{0,11}$'", name=op.f("ck_partner_city_wikidata_id")),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_partner_city_location")),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_partner_city_latitude")),
        sa.CheckConstraint("localized_text(names, 200, false)", name=op.f("ck_partner_city_names")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_partner_city_longitude")),
        sa.CheckConstraint("plain_text(iati_identifier, 200, false)", name=op.f("ck_partner_city_iati_identifier")),
        sa.CheckConstraint("plain_text(name, 200, false)", name=op.f("ck_partner_city_name")),
        sa.CheckConstraint("plain_text(subdivision, 200, false)", name=op.f("ck_partner_city_subdivision")),
        sa.CheckConstraint("plain_text(timezone, 64, false)", name=op.f("ck_partner_city_timezone")),
        sa.CheckConstraint("plain_text(website, 2000, false)", name=op.f("ck_partner_city_website")),
        sa.CheckConstraint("population BETWEEN 0 AND 100000000", name=op.f("ck_partner_city_population")),
        sa.CheckConstraint(
            "population_year IS NULL OR (population IS NOT NULL AND population_year BETWEEN 1800 AND 2200)",
            name=op.f("ck_partner_city_population_year"),
        ),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_partner_city_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_city")),
        info={
            "rules": {
                "ck_partner_city_location": {
                    "field": "location",
                    "detail": "Give latitude and longitude together.",
                    "status": 400,
                },
                "ck_partner_city_population_year": {
                    "field": "population.year",
                    "detail": "Give the year (1800 to 2200) beside a value.",
                    "status": 400,
                },
                "uq_partner_city_wikidata_id": {
                    "field": "identifiers.wikidataId",
                    "detail": "Another city of yours has this identifier.",
                    "status": 409,
                },
                "uq_partner_city_geonames_id": {
                    "field": "identifiers.geonamesId",
                    "detail": "Another city of yours has this identifier.",
                    "status": 409,
                },
                "uq_partner_city_nis_code": {
                    "field": "identifiers.nisCode",
                    "detail": "Another city of yours has this identifier.",
                    "status": 409,
                },
                "uq_partner_city_enterprise_number": {
                    "field": "identifiers.enterpriseNumber",
                    "detail": "Another city of yours has this identifier.",
                    "status": 409,
                },
                "uq_partner_city_iati_identifier": {
                    "field": "identifiers.iatiIdentifier",
                    "detail": "Another city of yours has this identifier.",
                    "status": 409,
                },
            }
        },
    )
    op.create_index(op.f("ix_partner_city_city_id"), "partner_city", ["city_id"], unique=False)
    op.create_index("ix_partner_city_country_code", "partner_city", ["country_code", "name_sort", "id"], unique=False)
    op.create_index("ix_partner_city_name_sort", "partner_city", ["name_sort", "id"], unique=False)
    op.create_index("ix_partner_city_population_ascending", "partner_city", ["population", "id"], unique=False)
    op.create_index(
        "ix_partner_city_population",
        "partner_city",
        [sa.literal_column("population DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_partner_city_search", "partner_city", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_partner_city_updated_at", "partner_city", ["updated_at", "id"], unique=False)
    op.create_index(
        "uq_partner_city_enterprise_number",
        "partner_city",
        ["city_id", "enterprise_number"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("enterprise_number IS NOT NULL"),
    )
    op.create_index(
        "uq_partner_city_geonames_id",
        "partner_city",
        ["city_id", "geonames_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("geonames_id IS NOT NULL"),
    )
    op.create_index(
        "uq_partner_city_iati_identifier",
        "partner_city",
        ["city_id", "iati_identifier"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("iati_identifier IS NOT NULL"),
    )
    op.create_index(
        "uq_partner_city_nis_code",
        "partner_city",
        ["city_id", "nis_code"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("nis_code IS NOT NULL"),
    )
    op.create_index(
        "uq_partner_city_wikidata_id",
        "partner_city",
        ["city_id", "wikidata_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("wikidata_id IS NOT NULL"),
    )
    op.create_table(
        "city_link",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'candidate'"), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("internal_note", sa.Text(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("title_sort", sa.Text(), sa.Computed("fold(title)", persisted=True), nullable=False),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed("words_of(title, summary)", persisted=True), nullable=False
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
        sa.CheckConstraint("end_date BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_city_link_end_date_range")),
        sa.CheckConstraint(
            "kind IN ('cityLink', 'twinning', 'sdgPartnership', 'network', 'friendship')",
            name=op.f("ck_city_link_kind"),
        ),
        sa.CheckConstraint("start_date BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_city_link_start_date")),
        sa.CheckConstraint(
            "status IN ('candidate', 'exploring', 'active', 'dormant', 'ended')", name=op.f("ck_city_link_status")
        ),
        sa.CheckConstraint("visibility IN ('city', 'link', 'public')", name=op.f("ck_city_link_visibility")),
        sa.CheckConstraint("localized_text(summary, 4000, true)", name=op.f("ck_city_link_summary")),
        sa.CheckConstraint("plain_text(internal_note, 4000, true)", name=op.f("ck_city_link_internal_note")),
        sa.CheckConstraint("plain_text(title, 200, false)", name=op.f("ck_city_link_title")),
        sa.CheckConstraint("start_date <= end_date", name=op.f("ck_city_link_end_date")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["city_link.id"], name=op.f("fk_city_link_merged_into_id")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_city_link_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_link")),
        info={
            "rules": {
                "ck_city_link_end_date": {
                    "field": "endDate",
                    "detail": "The end date is before the start date.",
                    "status": 400,
                },
                "ck_city_link_end_date_range": {
                    "field": "endDate",
                    "detail": "Give a date from 1900 to 2200.",
                    "status": 400,
                },
                "one_open_link": {
                    "field": "members",
                    "status": 409,
                    "detail": "Your city already has an open link of this kind with the same members.",
                },
                "two_members": {"field": "members", "detail": "A link has two or more members.", "status": 400},
                "owner_is_member": {
                    "field": "members",
                    "detail": "Your own city must be one of the members.",
                    "status": 400,
                },
            }
        },
    )
    op.create_index(op.f("ix_city_link_city_id"), "city_link", ["city_id"], unique=False)
    op.create_index("ix_city_link_kind", "city_link", ["kind", "title_sort", "id"], unique=False)
    op.create_index("ix_city_link_search", "city_link", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_city_link_start_date", "city_link", ["start_date", "id"], unique=False)
    op.create_index(
        "ix_city_link_start_date_descending",
        "city_link",
        [sa.literal_column("start_date DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_city_link_status", "city_link", ["status", "title_sort", "id"], unique=False)
    op.create_index("ix_city_link_title_sort", "city_link", ["title_sort", "id"], unique=False)
    op.create_index("ix_city_link_updated_at", "city_link", ["updated_at", "id"], unique=False)
    op.create_index("ix_city_link_visibility", "city_link", ["visibility", "title_sort", "id"], unique=False)
    op.create_table(
        "partner_city_language",
        sa.Column("partner_city_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z]{2}$'", name=op.f("ck_partner_city_language_code")),
        sa.ForeignKeyConstraint(
            ["partner_city_id"],
            ["partner_city.id"],
            name=op.f("fk_partner_city_language_partner_city_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("partner_city_id", "code", name=op.f("pk_partner_city_language")),
    )
    op.create_table(
        "city_link_member",
        sa.Column("city_link_id", sa.Uuid(), nullable=False),
        sa.Column("partner_city_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'partner'"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('lead', 'partner', 'observer')", name=op.f("ck_city_link_member_role")),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_city_link_member_position")),
        sa.ForeignKeyConstraint(
            ["city_link_id"], ["city_link.id"], name=op.f("fk_city_link_member_city_link_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_city_link_member_partner_city_id")
        ),
        sa.PrimaryKeyConstraint("city_link_id", "partner_city_id", name=op.f("pk_city_link_member")),
    )
    op.create_index(
        "ix_city_link_member_partner_city_id", "city_link_member", ["partner_city_id", "city_link_id"], unique=False
    )
    op.create_table(
        "city_link_merge",
        sa.Column("city_link_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("partner_city_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_link_id"], ["city_link.id"], name=op.f("fk_city_link_merge_city_link_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["into_id"], ["city_link.id"], name=op.f("fk_city_link_merge_into_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_city_link_merge_partner_city_id")
        ),
        sa.PrimaryKeyConstraint("city_link_id", "into_id", "partner_city_id", name=op.f("pk_city_link_merge")),
    )
    op.create_table(
        "city_link_move",
        sa.Column("city_link_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "moved_at",
            postgresql.TIMESTAMP(timezone=True, precision=0),
            server_default=sa.text("date_trunc('second', now())"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decision_date", sa.Date(), nullable=True),
        sa.Column("decision_body", sa.Text(), nullable=True),
        sa.Column("decision_reference", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('candidate', 'exploring', 'active', 'dormant', 'ended')", name=op.f("ck_city_link_move_status")
        ),
        sa.CheckConstraint(
            "num_nulls(decision_date, decision_body, decision_reference) IN (0, 3)",
            name=op.f("ck_city_link_move_decision"),
        ),
        sa.CheckConstraint("plain_text(decision_body, 200, false)", name=op.f("ck_city_link_move_decision_body")),
        sa.CheckConstraint(
            "plain_text(decision_reference, 200, false)", name=op.f("ck_city_link_move_decision_reference")
        ),
        sa.CheckConstraint("plain_text(reason, 1000, true)", name=op.f("ck_city_link_move_reason")),
        sa.ForeignKeyConstraint(
            ["city_link_id"], ["city_link.id"], name=op.f("fk_city_link_move_city_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_link_move")),
    )
    op.create_index(op.f("ix_city_link_move_city_link_id"), "city_link_move", ["city_link_id"], unique=False)
    op.create_table(
        "city_link_theme",
        sa.Column("city_link_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            THEMES_ONLY,
            name=op.f("ck_city_link_theme_code"),
        ),
        sa.ForeignKeyConstraint(
            ["city_link_id"], ["city_link.id"], name=op.f("fk_city_link_theme_city_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("city_link_id", "code", name=op.f("pk_city_link_theme")),
    )
    op.create_index("ix_city_link_theme_code", "city_link_theme", ["code", "city_link_id"], unique=False)


def downgrade() -> None:
    """Drop them, their indexes with them."""
    op.drop_table("city_link_theme")
    op.drop_table("city_link_move")
    op.drop_table("city_link_merge")
    op.drop_table("city_link_member")
    op.drop_table("partner_city_language")
    op.drop_table("city_link")
    op.drop_table("partner_city")
