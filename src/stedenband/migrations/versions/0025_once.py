"""What comes before a request that is done at most once, in one step: its lock, what is past, and its first reply."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BEGIN_ONCE = """
CREATE FUNCTION begin_once(request_lock bigint, actor uuid, wanted text)
RETURNS TABLE (is_first boolean, request_hash bytea, status integer, location text, etag text, body text)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(request_lock) THEN
        RETURN;
    END IF;
    DELETE FROM idempotency_key WHERE api_client_id = my_client() AND created_at <= now() - interval '24 hours';
    RETURN QUERY SELECT k.key IS NULL, k.request_hash, k.status, k.location, k.etag, k.body
        FROM (VALUES (wanted)) request (key) LEFT JOIN idempotency_key k
        ON k.api_client_id = my_client() AND k.actor_id = actor AND k.key = request.key;
END $$
"""
"""No row: the same request is running. With the caller's rights; after the lock each step sees what is stored."""


def upgrade() -> None:
    """Create it."""
    op.execute(BEGIN_ONCE)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP FUNCTION begin_once(bigint, uuid, text)")
