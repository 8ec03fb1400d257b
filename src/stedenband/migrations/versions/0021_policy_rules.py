"""Who sees, finds and writes what belongs to policy; records that stand below another, and where their changes stand.

For every table below another (a goal, an action): a trigger `below` with the function `inherit` takes the owner, the
audience and, where it has the column, the link from the record above; a trigger `pass_on_…` above hands on changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"

INHERIT = f"""
CREATE FUNCTION inherit() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    above jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(a) FROM %I a WHERE id = $1 FOR SHARE', TG_ARGV[0])
        INTO above USING (to_jsonb(NEW) ->> TG_ARGV[1])::uuid;
    RETURN jsonb_populate_record(NEW, jsonb_build_object(
        'city_id', above -> 'city_id', 'city_link_id', above -> 'city_link_id', 'visibility', above -> 'visibility'));
END $$
"""
"""Arguments: the table above, the column that leads there. While it is being published, nothing is added unseen."""

PASS_ON = f"""
CREATE FUNCTION pass_on() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    EXECUTE format('UPDATE %1$I SET (%3$s) = (SELECT %3$s FROM %4$I above WHERE above.id = $1),
        version = version + 1, updated_at = date_trunc(''second'', now()) WHERE %2$I = $1',
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2], TG_TABLE_NAME) USING NEW.id;
    RETURN NULL;
END $$
"""
"""Arguments: the table below, the column that leads here, the columns to hand on."""

PARENT_OF = """
CREATE FUNCTION parent_of(what text, record jsonb) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (record ->> CASE what
    WHEN 'agreement' THEN 'city_link_id'
    WHEN 'policy_goal' THEN 'policy_plan_id'
    WHEN 'policy_action' THEN 'policy_plan_id'
END)::uuid
"""
"""The record in whose address a record stands; none: it stands at the top."""

WRITE_CHANGE = f"""
CREATE OR REPLACE FUNCTION write_change(
    what text, operation text, record jsonb, before jsonb, fields jsonb,
    withdrawn boolean DEFAULT false, audience uuid DEFAULT NULL
) RETURNS void LANGUAGE sql VOLATILE {DEFINER} AS $$
    INSERT INTO change AS kept (
        transaction_id, api_client_id, actor_name, operation, withdrawn, table_name, record_id,{{column}} version,
        fields, city_id, city_link_id, visibility, previous_visibility, remaining, audience_city_id
    )
    SELECT pg_current_xact_id()::text::bigint, my_client(), (SELECT name FROM api_client WHERE id = my_client()),
        operation, withdrawn, what, (record ->> 'id')::uuid,{{value}} (record ->> 'version')::integer, fields,
        (record ->> 'city_id')::uuid,
        CASE WHEN what = 'city_link' THEN (record ->> 'id')::uuid ELSE (record ->> 'city_link_id')::uuid END,
        coalesce(CASE WHEN withdrawn THEN before ELSE record END ->> 'visibility', 'admin'),
        before ->> 'visibility',
        CASE WHEN withdrawn THEN record ->> 'visibility' END, audience
    ON CONFLICT (record_id, transaction_id, withdrawn, audience_city_id) DO UPDATE SET
        operation = CASE WHEN kept.operation = 'created' AND excluded.operation = 'updated' THEN 'created'
            ELSE excluded.operation END,
        version = excluded.version, visibility = excluded.visibility, remaining = excluded.remaining,
        city_id = excluded.city_id,
        fields = kept.fields || (
            SELECT coalesce(jsonb_object_agg(key, CASE
                WHEN jsonb_typeof(kept.fields -> key) = 'array' AND jsonb_typeof(value) = 'array'
                THEN jsonb_build_array(kept.fields -> key -> 0, value -> 1) ELSE value END), '{{{{}}}}')
            FROM jsonb_each(excluded.fields)
        )
$$
"""

FOLLOW_DECISIONS = f"""
CREATE FUNCTION follow_decisions() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    UPDATE decision_city_link SET city_link_id = NEW.merged_into_id WHERE city_link_id = NEW.id
        AND decision_id NOT IN (SELECT decision_id FROM decision_city_link WHERE city_link_id = NEW.merged_into_id);
    RETURN NULL;
END $$
"""
"""What was decided about a link is about the one that it was merged into."""

TRIGGER_FUNCTIONS = (
    ("inherit()", INHERIT),
    ("pass_on()", PASS_ON),
    ("follow_decisions()", FOLLOW_DECISIONS),
)

SEARCHED = (
    ("policy_plan", "policy_plans"),
    ("policy_goal", "policy_goals"),
    ("policy_action", "policy_actions"),
    ("decision", "decisions"),
)
OWNERS_COLUMNS = {
    "policy_plan": ("visibility",),
    "policy_goal": ("visibility",),
    "policy_action": ("visibility",),
    "decision": ("visibility",),
}
PERSONAL = {"policy_plan": "'internal_note'", "decision": "'internal_note'"}
PARTS = (
    # field, table, parent, key of the parent
    ("sdg_goals", "policy_action_sdg_goal", "policy_action", "policy_action_id"),
    ("sdg_targets", "policy_action_sdg_target", "policy_action", "policy_action_id"),
    ("city_links", "decision_city_link", "decision", "decision_id"),
)
VERBS = (
    ("INSERT", "NEW TABLE AS added"),
    ("UPDATE", "NEW TABLE AS added OLD TABLE AS removed"),
    ("DELETE", "OLD TABLE AS removed"),
)
BELOW = ("policy_goal", "policy_action")

CITY = "(SELECT my_city())"
EDIT = "(SELECT may_edit())"
DECIDE = "(SELECT may_decide())"

OWN = f"{EDIT} AND city_id = {CITY}"
TOP = {
    "SELECT": f"USING (visibility = 'public' OR city_id = {CITY})",
    "INSERT": f"WITH CHECK ({OWN} AND (visibility <> 'public' OR {DECIDE}))",
    "UPDATE": f"USING ({OWN}) WITH CHECK ({OWN})",
    "DELETE": f"USING ({DECIDE} AND city_id = {CITY} AND published_at IS NULL)",
}


def _part(parent: str, key: str) -> dict[str, str]:
    """Return the policies of a part that is added and taken away, never changed."""
    seen = f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {key})"
    own = f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {key} AND {EDIT} AND parent.city_id = {CITY})"
    return {"SELECT": f"USING ({seen})", "INSERT": f"WITH CHECK ({own})", "DELETE": f"USING ({own})"}


POLICIES = {
    "policy_plan": TOP,
    "policy_goal": TOP,
    "policy_action": TOP,
    "decision": TOP,
    **{table: _part(parent, key) for _, table, parent, key in PARTS},
}
UPDATED = {
    "policy_plan": "title, start_date, end_date, mission, status, internal_note, visibility, version, updated_at",
    "policy_goal": "code, title, description, version, updated_at",
    "policy_action": "policy_goal_id, code, title, description, version, updated_at",
    "decision": "body, decided_on, reference, subject, summary, internal_note, visibility, version, updated_at",
}
"""What the API may update: never a key, an owner city, a moment of making or what stands above."""


def upgrade() -> None:
    """Create functions, triggers and policies; grant exactly the verbs that a policy limits."""
    op.add_column("change", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.execute(PARENT_OF)
    op.execute(WRITE_CHANGE.format(column=" parent_id,", value=" parent_of(what, record),"))
    for name, body in TRIGGER_FUNCTIONS:
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for table, plural in SEARCHED:
        _search(table, plural)
    for table, columns in OWNERS_COLUMNS.items():
        guarded = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION guard_record({guarded})"
        )
        op.execute(
            f"CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION record_change({PERSONAL.get(table, '')})"
        )
    for field, table, parent, key in PARTS:
        for verb, references in VERBS:
            op.execute(
                f"CREATE TRIGGER change_{verb.lower()} AFTER {verb} ON {table} REFERENCING {references}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION record_parts('{field}', '{parent}', '{key}', '')"
            )
    for table in BELOW:
        op.execute(
            f"CREATE TRIGGER below BEFORE INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION inherit('policy_plan', 'policy_plan_id')"
        )
        op.execute(
            f"CREATE TRIGGER pass_on_{table} AFTER UPDATE OF visibility ON policy_plan"
            " FOR EACH ROW WHEN (OLD.visibility IS DISTINCT FROM NEW.visibility)"
            f" EXECUTE FUNCTION pass_on('{table}', 'policy_plan_id', 'visibility')"
        )
    op.execute(
        "CREATE TRIGGER follow_decisions AFTER UPDATE OF merged_into_id ON city_link"
        " FOR EACH ROW EXECUTE FUNCTION follow_decisions()"
    )
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, limits in policies.items():
            op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {limits}")
            updated = f"({UPDATED[table]})" if verb == "UPDATE" else ""
            op.execute(f"GRANT {verb} {updated} ON {table} TO {ROLES}")


def downgrade() -> None:
    """Drop them."""
    for table, policies in reversed(POLICIES.items()):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLES}")
        for verb in policies:
            op.execute(f"DROP POLICY {verb.lower()}_policy ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP TRIGGER follow_decisions ON city_link")
    for table in BELOW:
        op.execute(f"DROP TRIGGER below ON {table}")
        op.execute(f"DROP TRIGGER pass_on_{table} ON policy_plan")
    for _, table, _, _ in PARTS:
        for verb, _ in VERBS:
            op.execute(f"DROP TRIGGER change_{verb.lower()} ON {table}")
    for table in OWNERS_COLUMNS:
        op.execute(f"DROP TRIGGER guard ON {table}")
        op.execute(f"DROP TRIGGER change ON {table}")
    for table, plural in SEARCHED:
        op.execute(f"DROP FUNCTION find_{plural}(text)")
        op.execute(f"DROP FUNCTION {table}_candidates(text, boolean)")
    for name, _ in reversed(TRIGGER_FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    op.execute(WRITE_CHANGE.format(column="", value=""))
    op.execute("DROP FUNCTION parent_of(text, jsonb)")
    op.drop_column("change", "parent_id")


def _search(table: str, plural: str) -> None:
    """Create the two functions by which a table is found by words, as 0013 has it."""
    op.execute(f"""
        CREATE FUNCTION {table}_candidates(words text, forgiving boolean) RETURNS SETOF uuid
        LANGUAGE sql STABLE {DEFINER} AS $$
            SELECT id FROM {table} WHERE search @@ query_of(words, forgiving)
        $$
    """)
    op.execute(f"REVOKE ALL ON FUNCTION {table}_candidates FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {table}_candidates TO {ROLES}")
    op.execute(f"""
        CREATE FUNCTION find_{plural}(words text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
            WITH found AS MATERIALIZED (SELECT id FROM {table} WHERE id IN (SELECT {table}_candidates(words, false)))
            SELECT id FROM found
            UNION ALL
            SELECT {table}_candidates(words, true) WHERE NOT EXISTS (SELECT FROM found)
        $$
    """)
