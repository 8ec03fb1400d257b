"""Privacy acts and grounds of transfers are found by words too, as 0013 has it for the other tables."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
CALLERS = "stedenband_api, stedenband_worker"

SEARCHED = (
    ("privacy_act", "privacy_acts", "words_of(kind || ' ' || coalesce(file_number, ''), NULL)"),
    ("transfer_ground", "transfer_grounds", "words_of(reference, NULL)"),
)


def upgrade() -> None:
    """Give both their words, an index of them and the two functions of the search."""
    for table, plural, words in SEARCHED:
        op.execute(f"""
            -- squawk-ignore adding-field-with-default
            ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS ({words}) STORED NOT NULL
        """)
        op.execute(f"""
            -- squawk-ignore require-concurrent-index-creation
            CREATE INDEX ix_{table}_search ON {table} USING gin (search)
        """)
        op.execute(f"""
            CREATE FUNCTION {table}_candidates(words text, forgiving boolean) RETURNS SETOF uuid
            LANGUAGE sql STABLE {DEFINER} AS $$
                SELECT id FROM {table} WHERE search @@ query_of(words, forgiving)
            $$
        """)
        op.execute(f"REVOKE ALL ON FUNCTION {table}_candidates FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {table}_candidates TO {CALLERS}")
        op.execute(f"""
            CREATE FUNCTION find_{plural}(words text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
                WITH found AS MATERIALIZED (
                    SELECT id FROM {table} WHERE id IN (SELECT {table}_candidates(words, false))
                )
                SELECT id FROM found
                UNION ALL
                SELECT {table}_candidates(words, true) WHERE NOT EXISTS (SELECT FROM found)
            $$
        """)


def downgrade() -> None:
    """Take the words away."""
    for table, plural, _ in reversed(SEARCHED):
        op.execute(f"DROP FUNCTION find_{plural}(text)")
        op.execute(f"DROP FUNCTION {table}_candidates(text, boolean)")
        op.drop_column(table, "search")
