"""The tables of privacy: acts, grounds of transfers, and the countries to which data goes without one."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NOW = sa.text("date_trunc('second', now())")
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)

EEA = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK",
    "2018-07-20",
    "Decision of the EEA Joint Committee No 154/2018",
)
ADEQUATE = (
    ("AD", "2010-10-19", None, "Decision 2010/625/EU"),
    ("AR", "2003-06-30", None, "Decision 2003/490/EC"),
    ("CH", "2000-07-26", None, "Decision 2000/518/EC"),
    ("FO", "2010-03-05", None, "Decision 2010/146/EU"),
    ("GB", "2021-06-28", "2031-12-27", "Implementing Decision (EU) 2021/1772, renewed on 19 December 2025"),
    ("GG", "2003-11-21", None, "Decision 2003/821/EC"),
    ("IL", "2011-01-31", None, "Decision 2011/61/EU"),
    ("IM", "2004-04-28", None, "Decision 2004/411/EC"),
    ("JE", "2008-05-08", None, "Decision 2008/393/EC"),
    ("KR", "2021-12-17", None, "Implementing Decision (EU) 2022/254"),
    ("NZ", "2012-12-19", None, "Implementing Decision 2013/65/EU"),
    ("UY", "2012-08-21", None, "Implementing Decision 2012/484/EU"),
)
"""Those that cover public authorities; the decisions on Canada, Japan and the United States cover companies only."""


def upgrade() -> None:
    """Create the tables and fill the countries."""
    protected = op.create_table(
        "protected_country",
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("protection", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.CheckConstraint("country_code ~ '^[A-Z]{2}$'", name=op.f("ck_protected_country_country_code")),
        sa.CheckConstraint("protection IN ('eea', 'adequacyDecision')", name=op.f("ck_protected_country_protection")),
        sa.CheckConstraint("plain_text(reference, 200, false)", name=op.f("ck_protected_country_reference")),
        sa.PrimaryKeyConstraint("country_code", "valid_from", name=op.f("pk_protected_country")),
    )
    codes, since, decision = EEA
    rows = [(code, "eea", since, None, decision) for code in codes.split()]
    rows += [(code, "adequacyDecision", *dated) for code, *dated in ADEQUATE]
    for code, protection, valid_from, valid_to, reference in rows:
        op.execute(
            protected.insert().values(
                country_code=code,
                protection=protection,
                valid_from=date.fromisoformat(valid_from),
                valid_to=date.fromisoformat(valid_to) if valid_to else None,
                reference=reference,
            )
        )
    op.create_table(
        "privacy_act",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("file_number", sa.Text(), nullable=True),
        sa.Column("subject_table", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("api_client_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        *_owned(),
        sa.CheckConstraint(
            "kind IN ('subjectAccess', 'rectification', 'erasure', 'review', 'retention', 'transferGround')",
            name=op.f("ck_privacy_act_kind"),
        ),
        sa.CheckConstraint(
            "reason IN ('subjectRequest', 'noLongerNecessary', 'consentWithdrawn', 'objection', 'unlawful',"
            " 'legalObligation', 'inaccurate')",
            name=op.f("ck_privacy_act_reason"),
        ),
        sa.CheckConstraint(
            "file_number ~ '^[A-Za-z0-9][A-Za-z0-9./_-]{0,63}$'", name=op.f("ck_privacy_act_file_number")
        ),
        sa.CheckConstraint("num_nonnulls(subject_table, subject_id) IN (0, 2)", name=op.f("ck_privacy_act_subject")),
        sa.CheckConstraint("jsonb_typeof(counts) = 'object'", name=op.f("ck_privacy_act_counts")),
        sa.CheckConstraint("visibility IN ('city')", name=op.f("ck_privacy_act_visibility")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_privacy_act_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_act")),
    )
    op.create_index(op.f("ix_privacy_act_city_id"), "privacy_act", ["city_id"], unique=False)
    op.create_index("ix_privacy_act_city_id_created_at", "privacy_act", ["city_id", "created_at", "id"], unique=False)
    op.create_index("ix_privacy_act_subject_id", "privacy_act", ["subject_id"], unique=False)
    op.create_table(
        "transfer_ground",
        sa.Column("partner_city_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *_owned(),
        sa.CheckConstraint(
            "kind IN ('adequacyDecision', 'bindingInstrument', 'administrativeArrangement',"
            " 'standardContractualClauses', 'explicitConsent', 'contract', 'publicInterest', 'legalClaims',"
            " 'vitalInterests')",
            name=op.f("ck_transfer_ground_kind"),
        ),
        sa.CheckConstraint("plain_text(reference, 200, false)", name=op.f("ck_transfer_ground_reference")),
        sa.CheckConstraint(
            "valid_from BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_transfer_ground_valid_from")
        ),
        sa.CheckConstraint(
            "valid_to BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_transfer_ground_valid_to_range")
        ),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_transfer_ground_valid_to")),
        sa.CheckConstraint("visibility IN ('city')", name=op.f("ck_transfer_ground_visibility")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_transfer_ground_city_id")),
        sa.ForeignKeyConstraint(
            ["partner_city_id"], ["partner_city.id"], name=op.f("fk_transfer_ground_partner_city_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_ground")),
    )
    op.create_index(op.f("ix_transfer_ground_city_id"), "transfer_ground", ["city_id"], unique=False)
    op.create_index(
        "ix_transfer_ground_city_id_valid_from", "transfer_ground", ["city_id", "valid_from", "id"], unique=False
    )
    op.create_index(
        "ix_transfer_ground_partner_city_id", "transfer_ground", ["partner_city_id", "city_id"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("transfer_ground")
    op.drop_table("privacy_act")
    op.drop_table("protected_country")


def _owned() -> list[sa.Column[object]]:
    """Return what every top-level record has."""
    columns: list[sa.Column[object]] = [
        sa.Column("visibility", sa.Text(), server_default=sa.text("'city'"), nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("city_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("updated_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
    ]
    return columns
