"""How delegations travel, and the dated factors by which emissions are reckoned."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

FACTORS = Path(__file__).with_name("0031_emission_factors.tsv")
ROLES = "stedenband_api, stedenband_worker"
MODES = "'plane', 'train', 'coach', 'bus', 'car', 'taxi', 'ferry', 'bicycle', 'foot'"
ENDS = ("from", "to")
COLUMNS: tuple[tuple[str, Any], ...] = (
    ("from_km", sa.Integer()),
    ("valid_from", sa.Date()),
    ("kg_per_km", sa.Numeric(8, 5)),
)
VERBS = (
    ("INSERT", "NEW TABLE AS added"),
    ("UPDATE", "NEW TABLE AS added OLD TABLE AS removed"),
    ("DELETE", "OLD TABLE AS removed"),
)
UPDATED = (
    "mode, from_name, from_city_id, from_latitude, from_longitude, to_name, to_city_id, to_latitude, to_longitude,"
    " traveled_on, km, km_computed, persons"
)
CITY = "(SELECT my_city())"
WRITER = (
    f"((SELECT may_edit()) AND parent.city_id = {CITY}) OR ((SELECT may_share()) AND parent.visibility <> 'city'"
    " AND parent.city_link_id IN (SELECT my_links()))"
)

TRAVEL_EMISSION = """
CREATE FUNCTION travel_emission(how text, distance integer, people integer, day date) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE RETURN (
    SELECT round(kg_per_km * distance * CASE basis WHEN 'vehicle' THEN ceil(people / 4.0) ELSE people END, 1)
    FROM emission_factor WHERE mode = how AND from_km <= distance
    ORDER BY valid_from <= day DESC, CASE WHEN valid_from <= day THEN valid_from END DESC, valid_from, from_km DESC
    LIMIT 1
)
"""
"""By the factor valid on the day, or, before the first, by the earliest: a past figure is reckoned alike later."""


def upgrade() -> None:
    """Create the tables and the function, with policies and grants."""
    op.create_table(
        "emission_factor",
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("from_km", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("kg_per_km", sa.Numeric(precision=8, scale=5), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(f"mode IN ({MODES})", name=op.f("ck_emission_factor_mode")),
        sa.CheckConstraint("basis IN ('passenger', 'vehicle')", name=op.f("ck_emission_factor_basis")),
        sa.CheckConstraint("kg_per_km >= 0", name=op.f("ck_emission_factor_kg_per_km")),
        sa.CheckConstraint("from_km >= 0", name=op.f("ck_emission_factor_from_km")),
        sa.PrimaryKeyConstraint("mode", "from_km", "valid_from", name=op.f("pk_emission_factor")),
    )
    factors = sa.table(
        "emission_factor",
        *(sa.column(name, sa.Text()) for name in ("mode", "basis", "source")),
        *(sa.column(name, kind) for name, kind in COLUMNS),
    )
    for row in csv.DictReader(FACTORS.read_text("utf-8").splitlines(), delimiter="\t"):
        values: dict[str, Any] = row | {
            "from_km": int(row["from_km"]),
            "valid_from": date.fromisoformat(row["valid_from"]),
        }
        op.execute(factors.insert().values(**values | {"kg_per_km": Decimal(row["kg_per_km"])}))
    op.create_table(
        "travel_leg",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        *(
            column
            for end in ENDS
            for column in (
                sa.Column(f"{end}_name", sa.Text(), nullable=True),
                sa.Column(f"{end}_city_id", sa.Uuid(), nullable=True),
                sa.Column(f"{end}_latitude", sa.Float(), nullable=True),
                sa.Column(f"{end}_longitude", sa.Float(), nullable=True),
                sa.CheckConstraint(f"plain_text({end}_name, 200, false)", name=op.f(f"ck_travel_leg_{end}_name")),
                sa.CheckConstraint(f"{end}_latitude BETWEEN -90 AND 90", name=op.f(f"ck_travel_leg_{end}_latitude")),
                sa.CheckConstraint(
                    f"{end}_longitude BETWEEN -180 AND 180", name=op.f(f"ck_travel_leg_{end}_longitude")
                ),
                sa.CheckConstraint(
                    f"({end}_latitude IS NULL) = ({end}_longitude IS NULL)", name=op.f(f"ck_travel_leg_{end}_position")
                ),
                sa.CheckConstraint(
                    f"num_nonnulls({end}_name, {end}_city_id) > 0", name=op.f(f"ck_travel_leg_{end}_somewhere")
                ),
                sa.ForeignKeyConstraint(
                    [f"{end}_city_id"], ["partner_city.id"], name=op.f(f"fk_travel_leg_{end}_city_id")
                ),
            )
        ),
        sa.Column("traveled_on", sa.Date(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=False),
        sa.Column("km_computed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"mode IN ({MODES})", name=op.f("ck_travel_leg_mode")),
        sa.CheckConstraint("traveled_on BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_travel_leg_traveled_on")),
        sa.CheckConstraint("km BETWEEN 0 AND 50000", name=op.f("ck_travel_leg_km")),
        sa.CheckConstraint("persons BETWEEN 1 AND 1000", name=op.f("ck_travel_leg_persons")),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f("ck_travel_leg_position")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f("fk_travel_leg_delegation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_leg")),
        sa.UniqueConstraint("delegation_id", "position", name="uq_travel_leg_position"),
    )
    for column in ("from_city_id", "to_city_id"):
        op.create_index(op.f(f"ix_travel_leg_{column}"), "travel_leg", [column])
    op.execute(TRAVEL_EMISSION)
    for verb, references in VERBS:
        op.execute(
            f"CREATE TRIGGER change_{verb.lower()} AFTER {verb} ON travel_leg REFERENCING {references}"
            " FOR EACH STATEMENT EXECUTE FUNCTION record_parts('travel_legs', 'delegation', 'delegation_id', '')"
        )
    for verb, limits in _policies().items():
        op.execute(f"CREATE POLICY {verb.lower()}_policy ON travel_leg FOR {verb} {limits}")
        op.execute(f"GRANT {verb} {f'({UPDATED})' if verb == 'UPDATE' else ''} ON travel_leg TO {ROLES}")
    op.execute("CREATE POLICY select_policy ON emission_factor FOR SELECT USING (true)")
    op.execute(f"GRANT SELECT ON emission_factor TO {ROLES}")
    for table in ("travel_leg", "emission_factor"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Drop them, with their policies and triggers."""
    op.execute("DROP FUNCTION travel_emission(text, integer, integer, date)")
    op.drop_table("travel_leg")
    op.drop_table("emission_factor")


def _policies() -> dict[str, str]:
    seen, written = (
        f"EXISTS (SELECT FROM delegation parent WHERE parent.id = delegation_id AND ({condition}))"
        for condition in ("true", WRITER)
    )
    return {
        "SELECT": f"USING ({seen})",
        "INSERT": f"WITH CHECK ({written})",
        "UPDATE": f"USING ({written}) WITH CHECK ({written})",
        "DELETE": f"USING ({written})",
    }
