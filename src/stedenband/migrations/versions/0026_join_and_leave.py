"""A city that joins a link is told what is shared in it; one that leaves keeps what is its own."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

TELL_JOINER = f"""
CREATE FUNCTION tell_joiner() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    IF EXISTS (
        SELECT FROM change WHERE record_id = NEW.city_link_id AND operation = 'created'
            AND transaction_id = pg_current_xact_id()::text::bigint
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM write_change(what, 'updated', record, record, '{{}}', false, NEW.partner_city_id) FROM (
        SELECT 'agreement' AS what, to_jsonb(a) AS record FROM agreement a WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'organization', to_jsonb(o) FROM organization o WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'contact', to_jsonb(c) FROM contact c WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'exchange_project', to_jsonb(p) FROM exchange_project p WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'result', to_jsonb(r) FROM result r WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'indicator', to_jsonb(i) FROM indicator i WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'period', to_jsonb(t) FROM period t WHERE city_link_id = NEW.city_link_id
    ) shared WHERE record ->> 'visibility' = 'link' AND (record ->> 'city_id')::uuid <> NEW.partner_city_id;
    RETURN NULL;
END $$
"""
"""What was shared before is told to the new member alone: it follows the feed from a later place on."""

KEEP_OWN = f"""
CREATE FUNCTION keep_own() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    kept text;
BEGIN
    IF NOT EXISTS (SELECT FROM city_link WHERE id = OLD.city_link_id) THEN
        RETURN NULL;
    END IF;
    FOREACH kept IN ARRAY ARRAY['exchange_project', 'contact', 'organization'] LOOP
        EXECUTE format(
            'UPDATE %I SET city_link_id = NULL, visibility = CASE visibility WHEN ''link'' THEN ''city''
                ELSE visibility END, version = version + 1, updated_at = date_trunc(''second'', now())
            WHERE city_link_id = $1 AND city_id = $2', kept
        ) USING OLD.city_link_id, OLD.partner_city_id;
    END LOOP;
    RETURN NULL;
END $$
"""
"""What it had shared is withdrawn from the other members, who would else see it without being able to ask anybody.

It comes before the triggers that tell the city what it no longer sees: their names begin with later letters.
"""


def upgrade() -> None:
    """Create both."""
    for name, body, when in (("tell_joiner", TELL_JOINER, "INSERT"), ("keep_own", KEEP_OWN, "DELETE")):
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
        op.execute(f"CREATE TRIGGER {name} AFTER {when} ON city_link_member FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    """Drop them; nothing of what they did is undone."""
    for name in ("keep_own", "tell_joiner"):
        op.execute(f"DROP TRIGGER {name} ON city_link_member")
        op.execute(f"DROP FUNCTION {name}()")
