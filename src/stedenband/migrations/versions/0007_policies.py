"""Who sees and who writes a row: row level security on every table, and grants. Enabled, not forced."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CITY = "(SELECT my_city())"
CLIENT = "(SELECT my_client())"
MEMBER = "(SELECT my_membership())"
EDIT = "(SELECT may_edit())"
SHARE = "(SELECT may_share())"
DECIDE = "(SELECT may_decide())"
OPERATE = "(SELECT may_operate())"
LINKS = "(SELECT my_links())"

CITY_WRITE = f"({EDIT} AND (city_id = {CITY} OR id = {CITY})) OR ({OPERATE} AND NOT has_client(id))"
LINK_WRITE = f"({EDIT} AND city_id = {CITY}) OR ({SHARE} AND visibility = 'link' AND id IN {LINKS})"
AGREEMENT_WRITE = f"({EDIT} AND city_id = {CITY}) OR ({SHARE} AND visibility = 'link' AND city_link_id IN {LINKS})"


def _parent(table: str, key: str, condition: str = "true") -> str:
    return f"EXISTS (SELECT FROM {table} parent WHERE parent.id = {key} AND ({condition}))"


def _child(parent: str, key: str, write: str) -> dict[str, str]:
    return {
        "SELECT": _parent(parent, key),
        "INSERT": _parent(parent, key, write),
        "UPDATE": _parent(parent, key, write),
        "DELETE": _parent(parent, key, write),
    }


OWNED_CITY = (
    f"({EDIT} AND (parent.city_id = {CITY} OR parent.id = {CITY})) OR ({OPERATE} AND NOT has_client(parent.id))"
)
OWNED = f"{EDIT} AND parent.city_id = {CITY}"
SHARED_LINK = f"({OWNED}) OR ({SHARE} AND parent.visibility = 'link' AND parent.id IN {LINKS})"
SHARED_AGREEMENT = f"({OWNED}) OR ({SHARE} AND parent.visibility = 'link' AND parent.city_link_id IN {LINKS})"

POLICIES: dict[str, dict[str, str]] = {
    "partner_city": {
        "SELECT": f"visibility = 'public' OR city_id = {CITY} OR id = {CITY}",
        "INSERT": f"({EDIT} AND city_id = {CITY} AND (visibility <> 'public' OR {DECIDE}))"
        f" OR ({OPERATE} AND city_id IS NULL)",
        "UPDATE": CITY_WRITE,
        "DELETE": f"{DECIDE} AND city_id = {CITY} AND published_at IS NULL",
    },
    "partner_city_language": _child("partner_city", "partner_city_id", OWNED_CITY),
    "city_link": {
        "SELECT": f"visibility = 'public' OR city_id = {CITY} OR (visibility = 'link' AND id IN {LINKS})",
        "INSERT": f"{EDIT} AND city_id = {CITY} AND (visibility <> 'public' OR {DECIDE})",
        "UPDATE": LINK_WRITE,
        "DELETE": f"{DECIDE} AND city_id = {CITY} AND published_at IS NULL",
    },
    "city_link_member": _child("city_link", "city_link_id", OWNED),
    "city_link_theme": _child("city_link", "city_link_id", SHARED_LINK),
    "city_link_move": {
        "SELECT": _parent("city_link", "city_link_id"),
        "INSERT": _parent("city_link", "city_link_id", OWNED),
        "DELETE": _parent("city_link", "city_link_id", f"{DECIDE} AND {OWNED}"),
    },
    "city_link_merge": {"SELECT": _parent("city_link", "city_link_id")},
    "agreement": {
        "SELECT": f"visibility = 'public' OR city_id = {CITY} OR (visibility = 'link' AND city_link_id IN {LINKS})",
        "INSERT": f"{EDIT} AND city_id = {CITY} AND (visibility <> 'public' OR {DECIDE})",
        "UPDATE": AGREEMENT_WRITE,
        "DELETE": f"{DECIDE} AND city_id = {CITY} AND published_at IS NULL",
    },
    "agreement_theme": _child("agreement", "agreement_id", SHARED_AGREEMENT),
    "agreement_signatory": _child("agreement", "agreement_id", SHARED_AGREEMENT),
    "api_client": {
        "SELECT": f"{OPERATE} OR id = {CLIENT}",
        "INSERT": OPERATE,
        "UPDATE": OPERATE,
    },
    "api_key": {"SELECT": OPERATE, "INSERT": OPERATE, "UPDATE": OPERATE},
    "idempotency_key": {
        "SELECT": f"api_client_id = {CLIENT}",
        "INSERT": f"api_client_id = {CLIENT}",
        "DELETE": f"api_client_id = {CLIENT}",
    },
    "change": {
        "SELECT": f"""
            CASE WHEN visibility = 'admin' THEN {OPERATE}
            WHEN withdrawn THEN audience_city_id = {MEMBER} OR (audience_city_id IS NULL
                AND ({CITY} IS NULL OR (city_id IS DISTINCT FROM {CITY} AND record_id <> {CITY}))
                AND (visibility = 'public' OR (visibility = 'link' AND city_link_id IN {LINKS}))
                AND NOT (remaining = 'link' AND coalesce(city_link_id IN {LINKS}, false)))
            ELSE visibility = 'public' OR city_id = {CITY} OR (visibility = 'link' AND city_link_id IN {LINKS})
                OR (table_name = 'partner_city' AND record_id = {CITY})
            END
        """,
    },
    "change_epoch": {"SELECT": "true"},
}

UPDATED = {
    "partner_city": "name, names, country_code, subdivision, latitude, longitude, population, population_year,"
    " timezone, website, wikidata_id, geonames_id, nis_code, enterprise_number, iati_identifier,"
    " visibility, version, updated_at",
    "city_link": "title, kind, status, summary, internal_note, start_date, end_date, visibility, version, updated_at",
    "city_link_member": "role, position",
    "agreement": "title, kind, valid_from, valid_to, signed_on, internal_note, visibility, version, updated_at",
    "agreement_signatory": "partner_city_id, name, function",
    "api_client": "name, role, status, version, updated_at",
    "api_key": "revoked_at",
}
"""What the API may update: never a key, an owner city or a moment of making."""

SEEN = {"api_key": "id, api_client_id, prefix, scopes, created_at, expires_at, revoked_at, last_used_at"}
"""What the API may read where not every column: the hash of a key is read by `enter` alone."""

ROLES = "stedenband_api, stedenband_worker"


def _granted(table: str) -> dict[str, str]:
    """Return the policies of a table; nothing updates a table without updatable columns."""
    return {verb: condition for verb, condition in POLICIES[table].items() if verb != "UPDATE" or table in UPDATED}


def upgrade() -> None:
    """Enable row security, create a policy per verb, grant exactly those verbs."""
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLES}")
    for table in POLICIES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, condition in _granted(table).items():
            check = f"WITH CHECK ({condition})" if verb in {"INSERT", "UPDATE"} else ""
            using = f"USING ({condition})" if verb != "INSERT" else ""
            op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {using} {check}")
            columns = {"UPDATE": UPDATED, "SELECT": SEEN}.get(verb, {}).get(table)
            op.execute(f"GRANT {verb} {f'({columns})' if columns else ''} ON {table} TO {ROLES}")


def downgrade() -> None:
    """Take policies and grants away."""
    for table in reversed(POLICIES):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLES}")
        for verb in _granted(table):
            op.execute(f"DROP POLICY {verb.lower()}_policy ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {ROLES}")
