"""Record what became of the parts of many records at once: the parents and their parts are read in one statement."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

TOGETHER = f"""
CREATE OR REPLACE FUNCTION record_parts() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    field text := TG_ARGV[0];
    parent_table text := TG_ARGV[1];
    parent_key text := TG_ARGV[2];
    hidden text[] := string_to_array(TG_ARGV[3], ',') || parent_key;
    unrecorded text[] := ARRAY['last_used_at'];
    source text := CASE TG_OP WHEN 'INSERT' THEN 'SELECT to_jsonb(t) AS part, true AS added FROM added t'
        WHEN 'DELETE' THEN 'SELECT to_jsonb(t) AS part, false AS added FROM removed t'
        ELSE 'SELECT to_jsonb(t), true FROM added t UNION ALL SELECT to_jsonb(t), false FROM removed t' END;
    touched record;
    before jsonb;
    after jsonb;
BEGIN
    FOR touched IN EXECUTE format(
        'WITH moved(part, is_added) AS (%s), touched AS (
            SELECT (part ->> %L)::uuid AS parent_id, coalesce(jsonb_agg(part) FILTER (WHERE is_added), ''[]'') AS added,
                coalesce(jsonb_agg(part) FILTER (WHERE NOT is_added), ''[]'') AS removed
            FROM moved GROUP BY 1
        ), held AS (
            SELECT touched.*, to_jsonb(p) AS parent,
                (SELECT coalesce(jsonb_agg(to_jsonb(c)), ''[]'') FROM %I c WHERE c.%I = parent_id) AS after
            FROM touched JOIN %I p ON p.id = parent_id
        )
        SELECT parent, after, (
            SELECT coalesce(jsonb_agg(part), ''[]'') FROM (
                (SELECT value AS part FROM jsonb_array_elements(after)
                    EXCEPT SELECT value FROM jsonb_array_elements(added))
                UNION SELECT value FROM jsonb_array_elements(removed)
            ) parts
        ) AS before FROM held', source, parent_key, TG_TABLE_NAME, parent_key, parent_table)
    LOOP
        CONTINUE WHEN without(touched.before, unrecorded) = without(touched.after, unrecorded);
        before := without(touched.before, hidden);
        after := without(touched.after, hidden);
        PERFORM write_change(parent_table, 'updated', touched.parent, touched.parent, jsonb_build_object(field,
            CASE WHEN before = after THEN 'null' ELSE jsonb_build_array(before, after) END));
    END LOOP;
    RETURN NULL;
END $$
"""
"""A third of the time that it took for each of them to be planned, asked and compared by itself."""

ROW_BY_ROW = f"""
CREATE OR REPLACE FUNCTION record_parts() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    field text := TG_ARGV[0];
    parent_table text := TG_ARGV[1];
    parent_key text := TG_ARGV[2];
    hidden text[] := string_to_array(TG_ARGV[3], ',') || parent_key;
    unrecorded text[] := ARRAY['last_used_at'];
    source text := CASE TG_OP WHEN 'INSERT' THEN 'SELECT to_jsonb(t) AS part, true AS added FROM added t'
        WHEN 'DELETE' THEN 'SELECT to_jsonb(t) AS part, false AS added FROM removed t'
        ELSE 'SELECT to_jsonb(t), true FROM added t UNION ALL SELECT to_jsonb(t), false FROM removed t' END;
    touched record;
    parent jsonb;
    before jsonb;
    after jsonb;
BEGIN
    FOR touched IN EXECUTE format(
        'WITH moved(part, is_added) AS (%s) SELECT part ->> %L AS parent_id,
            coalesce(jsonb_agg(part) FILTER (WHERE is_added), ''[]'') AS added,
            coalesce(jsonb_agg(part) FILTER (WHERE NOT is_added), ''[]'') AS removed
         FROM moved GROUP BY 1', source, parent_key)
    LOOP
        EXECUTE format('SELECT to_jsonb(p) FROM %I p WHERE id = $1', parent_table)
            INTO parent USING touched.parent_id::uuid;
        CONTINUE WHEN parent IS NULL;
        EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(c)), ''[]'') FROM %I c WHERE %I = $1',
            TG_TABLE_NAME, parent_key) INTO after USING touched.parent_id::uuid;
        SELECT coalesce(jsonb_agg(part), '[]') INTO before FROM (
            (SELECT value AS part FROM jsonb_array_elements(after)
                EXCEPT SELECT value FROM jsonb_array_elements(touched.added))
            UNION SELECT value FROM jsonb_array_elements(touched.removed)
        ) parts;
        CONTINUE WHEN without(before, unrecorded) = without(after, unrecorded);
        before := without(before, hidden);
        after := without(after, hidden);
        PERFORM write_change(parent_table, 'updated', parent, parent, jsonb_build_object(field,
            CASE WHEN before = after THEN 'null' ELSE jsonb_build_array(before, after) END));
    END LOOP;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Ask once for all of them."""
    op.execute(TOGETHER)


def downgrade() -> None:
    """Ask for each."""
    op.execute(ROW_BY_ROW)
