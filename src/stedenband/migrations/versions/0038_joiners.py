"""A city that joins a link as the link is narrowed is not told to forget what it never saw."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
TOLD = (
    "transaction_id, changed_at, api_client_id, person_id, actor_name, operation, withdrawn, table_name, record_id,"
    " parent_id, version, fields, city_id, city_link_id, visibility, previous_visibility, remaining"
)

SPARE_JOINERS = f"""
CREATE FUNCTION spare_joiners() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    WITH told AS (
        DELETE FROM change c USING (SELECT DISTINCT city_link_id AS id FROM added) link
        WHERE c.city_link_id = link.id AND c.transaction_id = pg_current_xact_id()::text::bigint
            AND c.withdrawn AND c.audience_city_id IS NULL AND c.visibility = 'link'
        RETURNING c.*
    )
    INSERT INTO change ({TOLD}, audience_city_id)
    SELECT {", ".join(f"told.{column.strip()}" for column in TOLD.split(","))}, member.partner_city_id
    FROM told JOIN city_link_member member ON member.city_link_id = told.city_link_id
    WHERE member.partner_city_id IS DISTINCT FROM told.city_id AND NOT EXISTS (
        SELECT FROM added
        WHERE added.city_link_id = member.city_link_id AND added.partner_city_id = member.partner_city_id
    )
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
"""What is withdrawn from a link is told to its members, as they are when they read it. Where members join in the same
transaction, it is told to each of the others by name instead."""


def upgrade() -> None:
    """Create it."""
    op.execute(SPARE_JOINERS)
    op.execute("REVOKE ALL ON FUNCTION spare_joiners() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER spare_joiners AFTER INSERT ON city_link_member REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION spare_joiners()"
    )


def downgrade() -> None:
    """Drop it; nothing of what it did is undone."""
    op.execute("DROP TRIGGER spare_joiners ON city_link_member")
    op.execute("DROP FUNCTION spare_joiners()")
