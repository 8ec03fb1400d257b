"""Callers with an access token of an OpenID Connect issuer: their clients, their entrance, the person who acts."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"

CLIENT = "(SELECT my_client())"
ACTOR = "coalesce(setting('person')::uuid, my_client())"
OWN = f"api_client_id = {CLIENT}"
VERBS = {"SELECT": "USING", "INSERT": "WITH CHECK", "DELETE": "USING"}
BRIEF = (
    "adding-not-nullable-field",
    "adding-serial-primary-key-field",
    "ban-drop-constraint",
    "ban-drop-function",
    "constraint-missing-not-valid",
    "require-concurrent-index-creation",
)

SCOPE = """
    PERFORM set_config('stedenband.client', coalesce(caller.id::text, ''), false),
        set_config('stedenband.role', coalesce(caller.role, ''), false),
        set_config('stedenband.member', coalesce(caller.city_id::text, ''), false),
        set_config('stedenband.city',
            CASE WHEN caller.role = 'partner' THEN '' ELSE coalesce(caller.city_id::text, '') END, false)
"""


def _enter(columns: str, values: str, scope: str) -> str:
    """Return the function that recognizes a key; `columns` and `values` say what else it tells of the key."""
    return f"""
CREATE FUNCTION enter(presented_prefix text, presented_hash bytea)
RETURNS TABLE (client_id uuid, name text, city_id uuid, role text, scopes text[]{columns})
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    caller record;
BEGIN
    SELECT c.id, c.name, c.city_id, c.role, k.scopes, k.id AS key_id, k.last_used_at, k.expires_at INTO caller
    FROM api_key k JOIN api_client c ON c.id = k.api_client_id
    WHERE k.prefix = presented_prefix AND k.hash = presented_hash AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > now()) AND c.status = 'active';
{scope};
    IF caller.id IS NULL THEN
        RETURN;
    END IF;
    IF caller.last_used_at IS NULL OR caller.last_used_at < now() - interval '1 minute' THEN
        UPDATE api_key SET last_used_at = date_trunc('second', now())
        WHERE id = (SELECT k.id FROM api_key k WHERE k.id = caller.key_id FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
    RETURN QUERY SELECT caller.id, caller.name, caller.city_id, caller.role, caller.scopes{values};
END $$
"""


ENTER_BEFORE = _enter("", "", SCOPE)
ENTER = _enter(
    ", expires_at timestamptz",
    ", caller.expires_at::timestamptz",
    f"{SCOPE}, set_config('stedenband.person', '', false)",
)

ENTER_AS = f"""
CREATE FUNCTION enter_as(token_issuer text, token_city uuid, token_role text, token_person uuid)
RETURNS TABLE (client_id uuid, name text, city_id uuid, role text, scopes text[], expires_at timestamptz)
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    caller record;
BEGIN
    PERFORM set_config('stedenband.' || scope, '', false)
        FROM unnest(ARRAY['client', 'role', 'member', 'city', 'person']) scope;
    SELECT c.id, c.name, c.city_id, c.role, c.status INTO caller FROM api_client c
    WHERE c.issuer = token_issuer AND c.city_id = token_city AND c.role = token_role;
    IF caller.id IS NULL THEN
        INSERT INTO api_client (city_id, role, kind, issuer, name)
        SELECT id, token_role, 'oidc', token_issuer,
            left(initcap(token_role) || ' at ' || substring(token_issuer FROM '^https?://([^/]+)'), 100)
        FROM partner_city WHERE id = token_city
        ON CONFLICT DO NOTHING;
        SELECT c.id, c.name, c.city_id, c.role, c.status INTO caller FROM api_client c
        WHERE c.issuer = token_issuer AND c.city_id = token_city AND c.role = token_role;
    END IF;
    IF caller.id IS NULL OR caller.status <> 'active' THEN
        RETURN;
    END IF;
{SCOPE}, set_config('stedenband.person', token_person::text, false);
    RETURN QUERY SELECT caller.id, caller.name, caller.city_id, caller.role, NULL::text[], NULL::timestamptz;
END $$
"""


CHECKS = {"kind": "kind IN ('key', 'oidc')", "issuer": "(kind = 'oidc') = (issuer IS NOT NULL)"}


def upgrade() -> None:
    """Give clients a kind, replies and changes a person, and callers with a token a way in."""
    op.add_column("api_client", sa.Column("kind", sa.Text(), server_default=sa.text("'key'"), nullable=False))
    op.add_column("api_client", sa.Column("issuer", sa.Text(), nullable=True))
    for name, condition in CHECKS.items():
        _brief(f"ALTER TABLE api_client ADD CONSTRAINT ck_api_client_{name} CHECK ({condition})")
    _brief("CREATE UNIQUE INDEX uq_api_client_issuer_city_id_role ON api_client (issuer, city_id, role)")
    op.add_column("change", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.execute("ALTER TABLE change ALTER COLUMN person_id SET DEFAULT setting('person')::uuid")
    op.add_column("idempotency_key", sa.Column("actor_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE idempotency_key SET actor_id = api_client_id")
    op.execute(f"ALTER TABLE idempotency_key ALTER COLUMN actor_id SET DEFAULT {ACTOR}")
    _brief("ALTER TABLE idempotency_key ALTER COLUMN actor_id SET NOT NULL")
    _key_of_replies("api_client_id, actor_id, key")
    _policies_of_replies(f"{OWN} AND actor_id = (SELECT {ACTOR})")
    _brief("DROP FUNCTION enter(text, bytea)")
    _give("enter(text, bytea)", ENTER)
    _give("enter_as(text, uuid, text, uuid)", ENTER_AS)


def downgrade() -> None:
    """Take it away: replies of persons are forgotten, clients of the issuer stay as clients without a key."""
    op.execute("DROP FUNCTION enter_as(text, uuid, text, uuid)")
    op.execute("DROP FUNCTION enter(text, bytea)")
    _give("enter(text, bytea)", ENTER_BEFORE)
    op.execute("DELETE FROM idempotency_key WHERE actor_id <> api_client_id")
    _policies_of_replies(OWN)
    _key_of_replies("api_client_id, key")
    op.drop_column("idempotency_key", "actor_id")
    op.drop_column("change", "person_id")
    op.drop_index("uq_api_client_issuer_city_id_role", "api_client")
    for name in reversed(CHECKS):
        op.drop_column("api_client", name)


def _brief(statement: str) -> None:
    """Run what squawk finds slow or unsafe: the tables hold few rows, and `enter` only gains a column."""
    op.execute(f"-- squawk-ignore {', '.join(BRIEF)}\n{statement}")


def _give(name: str, body: str) -> None:
    """Create a function with the owner's rights that callers may call."""
    op.execute(body)
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {ROLES}")


def _key_of_replies(columns: str) -> None:
    _brief("ALTER TABLE idempotency_key DROP CONSTRAINT pk_idempotency_key")
    _brief(f"ALTER TABLE idempotency_key ADD CONSTRAINT pk_idempotency_key PRIMARY KEY ({columns})")


def _policies_of_replies(condition: str) -> None:
    for verb, clause in VERBS.items():
        op.execute(f"ALTER POLICY {verb.lower()}_policy ON idempotency_key {clause} ({condition})")
