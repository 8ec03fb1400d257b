"""The tables of results: results, indicators and periods of projects, and every figure of a period."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")
PARTS = postgresql.JSONB(none_as_null=True)

FUNCTIONS = (
    (
        "one_text(jsonb)",
        """
        CREATE FUNCTION one_text(texts jsonb) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN coalesce(
            texts ->> 'nl', texts ->> 'en', texts ->> 'fr', (SELECT min(value) FROM jsonb_each_text(texts))
        )
        """,
    ),
    (
        "is_decimal(text)",
        r"""
        CREATE FUNCTION is_decimal(value text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN value ~ '^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$' AND value !~ '^-[0.]+$'
        """,
    ),
    (
        "is_disaggregation(jsonb)",
        """
        CREATE FUNCTION is_disaggregation(parts jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN jsonb_typeof(parts) = 'array' AND jsonb_array_length(parts) BETWEEN 1 AND 100 AND (
            SELECT bool_and(coalesce(
                    (part - ARRAY['dimension', 'category', 'value']) = '{}'
                    AND part ->> 'dimension' ~ '^[a-z][A-Za-z0-9]{0,39}$'
                    AND plain_text(part ->> 'category', 100, false)
                    AND jsonb_typeof(part -> 'value') = 'string' AND is_decimal(part ->> 'value'), false))
                AND count(*) = count(DISTINCT (part ->> 'dimension', part ->> 'category'))
            FROM jsonb_array_elements(parts) part
        )
        """,
    ),
    (
        "are_dimensions(text[])",
        """
        CREATE FUNCTION are_dimensions(names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN cardinality(names) <= 20 AND (
            SELECT coalesce(bool_and(coalesce(name ~ '^[a-z][A-Za-z0-9]{0,39}$', false)), true)
                AND count(*) = count(DISTINCT name)
            FROM unnest(names) name
        )
        """,
    ),
)


def upgrade() -> None:
    """Create the functions of their checks, and the tables."""
    for _, body in FUNCTIONS:
        op.execute(body)
    op.create_table(
        "result",
        *_of_project("result"),
        sa.Column("type", sa.Text(), nullable=False),
        *_titled("result"),
        sa.CheckConstraint("type IN ('1', '2', '3', '9')", name=op.f("ck_result_type")),
        sa.UniqueConstraint("id", "exchange_project_id", name="uq_result_project"),
    )
    op.create_table(
        "indicator",
        *_of_project("indicator"),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("ascending", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_titled("indicator"),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("baseline_year", sa.Integer(), nullable=True),
        sa.Column("baseline_date", sa.Date(), nullable=True),
        sa.Column("baseline_value", sa.Text(), nullable=True),
        sa.Column("baseline_comment", postgresql.JSONB(), nullable=True),
        sa.Column("dimensions", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("measure IN ('1', '2', '3', '4', '5')", name=op.f("ck_indicator_measure")),
        sa.CheckConstraint("plain_text(unit, 50, false)", name=op.f("ck_indicator_unit")),
        sa.CheckConstraint("unit IS NULL OR measure = '1'", name=op.f("ck_indicator_unit_of_measure")),
        sa.CheckConstraint("baseline_year BETWEEN 1900 AND 2200", name=op.f("ck_indicator_baseline_year")),
        sa.CheckConstraint(
            "baseline_date BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_indicator_baseline_date")
        ),
        sa.CheckConstraint(
            "baseline_year = extract(year FROM baseline_date)", name=op.f("ck_indicator_baseline_same_year")
        ),
        sa.CheckConstraint(
            "plain_text(baseline_value, 2000, true) AND (measure = '5' OR is_decimal(baseline_value))",
            name=op.f("ck_indicator_baseline_value"),
        ),
        sa.CheckConstraint("localized_text(baseline_comment, 2000, true)", name=op.f("ck_indicator_baseline_comment")),
        sa.CheckConstraint("are_dimensions(dimensions)", name=op.f("ck_indicator_dimensions")),
        sa.ForeignKeyConstraint(
            ["result_id", "exchange_project_id"],
            ["result.id", "result.exchange_project_id"],
            name="result_of_same_project",
        ),
        sa.UniqueConstraint("id", "exchange_project_id", "measure", name="uq_indicator_measure"),
    )
    op.create_index("ix_indicator_result_id", "indicator", ["result_id", "position", "id"], unique=False)
    op.create_table(
        "period",
        *_of_project("period"),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_figure("target"),
        sa.Column("target_reason", sa.Text(), nullable=True),
        *_figure("actual"),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        *_figure("report"),
        sa.Column("reported_at", INSTANT, nullable=True),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column("reported_by", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("indicator_id"), "="),
            (sa.text("daterange(start_date, end_date, '[]')"), "&&"),
            using="gist",
            name="ex_period_indicator",
        ),
        sa.CheckConstraint("start_date < end_date", name=op.f("ck_period_end_date")),
        sa.CheckConstraint("start_date BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_period_start_date")),
        sa.CheckConstraint("end_date BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_period_end_date_range")),
        sa.CheckConstraint("plain_text(target_reason, 1000, true)", name=op.f("ck_period_target_reason")),
        sa.CheckConstraint("plain_text(decision_reason, 1000, true)", name=op.f("ck_period_decision_reason")),
        sa.CheckConstraint(
            "status IN ('none', 'draft', 'pending', 'returned', 'approved')", name=op.f("ck_period_status")
        ),
        sa.CheckConstraint(
            "status = 'none' OR num_nonnulls(report_value, report_comment, report_disaggregation) > 0",
            name=op.f("ck_period_report"),
        ),
        sa.CheckConstraint(
            "status <> 'returned' OR decision_reason IS NOT NULL", name=op.f("ck_period_decision_reason_given")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id", "exchange_project_id", "measure"],
            ["indicator.id", "indicator.exchange_project_id", "indicator.measure"],
            name="indicator_of_same_project",
            onupdate="CASCADE",
        ),
    )
    op.create_index("ix_period_exchange_project_id", "period", ["exchange_project_id", "start_date", "id"])
    op.create_index("ix_period_indicator_id", "period", ["indicator_id", "start_date", "id"])
    op.create_index("ix_period_end_date", "period", ["end_date", "id"])
    for table in ("result", "indicator"):
        op.create_index(f"ix_{table}_exchange_project_id", table, ["exchange_project_id", "position", "id"])
        op.create_index(f"ix_{table}_search", table, ["search"], postgresql_using="gin")
    for table in ("result", "indicator", "period"):
        op.create_index(op.f(f"ix_{table}_city_id"), table, ["city_id"])
        op.create_index(f"ix_{table}_city_link_id", table, ["city_link_id"])
    op.create_table(
        "period_figure",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("comment", postgresql.JSONB(), nullable=True),
        sa.Column("disaggregation", PARTS, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=True),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('target', 'submitted', 'returned', 'approved')", name=op.f("ck_period_figure_kind")
        ),
        sa.CheckConstraint("reach IN ('city', 'link', 'public')", name=op.f("ck_period_figure_reach")),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_period_figure_period_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_figure")),
    )
    op.create_index("ix_period_figure_period_id", "period_figure", ["period_id", "kind", "recorded_at", "id"])


def downgrade() -> None:
    """Drop them, their indexes with them."""
    for table in ("period_figure", "period", "indicator", "result"):
        op.drop_table(table)
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")


def _of_project(table: str) -> list[Any]:
    """Return the columns of every record below a project, with what they ask for."""
    return [
        sa.Column("exchange_project_id", sa.Uuid(), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["exchange_project_id"], ["exchange_project.id"], name=op.f(f"fk_{table}_exchange_project_id")
        ),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f(f"fk_{table}_city_link_id")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f(f"fk_{table}_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _titled(table: str) -> list[Any]:
    """Return what results and indicators are called, and what finds them."""
    return [
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("description", postgresql.JSONB(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("label", sa.Text(), sa.Computed("one_text(title)", persisted=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed("words_of('', title)", persisted=True), nullable=False),
        sa.CheckConstraint("localized_text(title, 300, false)", name=op.f(f"ck_{table}_title")),
        sa.CheckConstraint("localized_text(description, 4000, true)", name=op.f(f"ck_{table}_description")),
        sa.CheckConstraint("position BETWEEN 0 AND 199", name=op.f(f"ck_{table}_position")),
    ]


def _figure(name: str) -> list[Any]:
    """Return a figure of a period: a value, a comment, and what it is made of."""
    parts = f"{name}_disaggregation"
    return [
        sa.Column(f"{name}_value", sa.Text(), nullable=True),
        sa.Column(f"{name}_comment", postgresql.JSONB(), nullable=True),
        sa.Column(f"{name}_disaggregation", PARTS, nullable=True),
        sa.CheckConstraint(
            f"plain_text({name}_value, 2000, true) AND (measure = '5' OR is_decimal({name}_value))",
            name=op.f(f"ck_period_{name}_value"),
        ),
        sa.CheckConstraint(f"localized_text({name}_comment, 2000, true)", name=op.f(f"ck_period_{name}_comment")),
        sa.CheckConstraint(
            f"{parts} IS NULL OR (is_disaggregation({parts}) AND measure <> '5')",
            name=op.f(f"ck_period_{parts}"),
        ),
    ]
