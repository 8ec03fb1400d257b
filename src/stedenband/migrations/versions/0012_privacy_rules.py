"""Who sees and writes what is recorded of privacy, what the record of change leaves out, and the rule on transfers."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"
CITY = "(SELECT my_city())"
DECIDE = "(SELECT may_decide())"

REPLIES_ABOUT = f"""
CREATE FUNCTION replies_about(controller uuid, ids uuid[], words text[]) RETURNS SETOF idempotency_key
LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT k.* FROM idempotency_key k JOIN api_client c ON c.id = k.api_client_id
    WHERE EXISTS (SELECT FROM unnest(ids) id WHERE strpos(k.body, id::text) > 0)
        OR (c.city_id = controller AND EXISTS (
            SELECT FROM unnest(words) word, LATERAL (SELECT to_json(word)::text AS quoted) json
            WHERE strpos(lower(k.body), lower(substr(quoted, 2, length(quoted) - 2))) > 0
        ))
$$
"""
"""The kept replies that name one of the records, whoever got them, or hold one of the words, in one's own city."""

COUNT_REPLIES = f"""
CREATE FUNCTION count_replies(ids uuid[], words text[]) RETURNS integer LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT count(*)::integer FROM replies_about(my_city(), ids, words) WHERE may_decide()
$$
"""

PURGE_REPLIES = f"""
CREATE FUNCTION purge_replies(controller uuid, ids uuid[], words text[]) RETURNS integer
LANGUAGE sql VOLATILE {DEFINER} AS $$
    WITH purged AS (
        DELETE FROM idempotency_key k USING replies_about(controller, ids, words) about
        WHERE k.api_client_id = about.api_client_id AND k.actor_id = about.actor_id AND k.key = about.key
        RETURNING 1
    )
    SELECT count(*)::integer FROM purged
$$
"""

FORGET_REPLIES = f"""
CREATE FUNCTION forget_replies(ids uuid[], words text[]) RETURNS integer LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
BEGIN
    IF NOT may_decide() THEN
        RAISE EXCEPTION 'only a coordinator makes replies forgotten' USING ERRCODE = '42501';
    END IF;
    RETURN purge_replies(my_city(), ids, words);
END $$
"""

CHECK_TRANSFER = f"""
CREATE FUNCTION check_transfer() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    row jsonb := to_jsonb(NEW);
    links uuid[] := CASE TG_TABLE_NAME
        WHEN 'transfer_ground' THEN ARRAY(
            SELECT city_link_id FROM city_link_member WHERE partner_city_id = (row ->> 'partner_city_id')::uuid
        ) ELSE ARRAY[(row ->> 'city_link_id')::uuid] END;
BEGIN
    PERFORM FROM city_link WHERE id = ANY (links) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM contact c
        JOIN partner_city here ON here.id = c.city_id
        JOIN city_link_member m ON m.city_link_id = c.city_link_id AND m.partner_city_id <> c.city_id
        JOIN partner_city there ON there.id = m.partner_city_id
        WHERE c.city_link_id = ANY (links) AND c.visibility <> 'city'
            AND EXISTS (SELECT FROM protected_country p
                WHERE p.country_code = here.country_code AND p.protection = 'eea')
            AND NOT EXISTS (SELECT FROM protected_country p WHERE p.country_code = there.country_code
                AND current_date BETWEEN p.valid_from AND coalesce(p.valid_to, 'infinity'))
            AND NOT EXISTS (SELECT FROM transfer_ground g
                WHERE g.city_id = c.city_id AND g.partner_city_id = there.id
                AND current_date BETWEEN g.valid_from AND coalesce(g.valid_to, 'infinity'))
    ) THEN
        RAISE EXCEPTION 'no ground for this transfer' USING ERRCODE = '23514', CONSTRAINT = 'transfer_ground_needed';
    END IF;
    RETURN NULL;
END $$
"""
"""Whom the GDPR binds shares a contact in a link only when every other member may have its data (art. 44 to 49)."""

STAY_ERASED = """
CREATE FUNCTION stay_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'erased for good' USING ERRCODE = '23514', CONSTRAINT = 'ck_contact_erased';
END $$
"""

FUNCTIONS = (
    ("replies_about(uuid, uuid[], text[])", REPLIES_ABOUT),
    ("count_replies(uuid[], text[])", COUNT_REPLIES),
    ("purge_replies(uuid, uuid[], text[])", PURGE_REPLIES),
    ("forget_replies(uuid[], text[])", FORGET_REPLIES),
    ("check_transfer()", CHECK_TRANSFER),
    ("stay_erased()", STAY_ERASED),
)
FOR_CALLERS = ("count_replies(uuid[], text[])", "forget_replies(uuid[], text[])")

TRANSFERS = (
    ("contact", "INSERT OR UPDATE OF visibility, city_link_id", "WHEN (NEW.visibility <> 'city')"),
    ("city_link_member", "INSERT", ""),
    ("transfer_ground", "UPDATE", ""),
)

LEFT_OUT: dict[str, tuple[str, ...]] = {
    "city_link": ("internal_note",),
    "agreement": ("internal_note",),
    "organization": ("internal_note",),
    "api_client": ("name", "search"),
}
"""Columns of older tables whose values the record of change no longer keeps: notes and the names of clients."""

RECORDED: dict[str, tuple[str, ...]] = {
    "privacy_act": ("subject_id", "api_client_id", "actor_name"),
    "transfer_ground": (),
}

OWNERS_COLUMNS = (
    "visibility", "city_link_id", "merged_into_id", "lawful_basis", "purpose", "source", "review_on", "note",
)  # fmt: skip
"""Of a contact, as 0010 has them."""

POLICIES = {
    "privacy_act": {
        "SELECT": f"USING (city_id = {CITY})",
        "INSERT": f"WITH CHECK ({DECIDE} AND city_id = {CITY})",
    },
    "transfer_ground": {
        "SELECT": f"USING (city_id = {CITY})",
        "INSERT": f"WITH CHECK ({DECIDE} AND city_id = {CITY})",
        "UPDATE": f"USING ({DECIDE} AND city_id = {CITY}) WITH CHECK ({DECIDE} AND city_id = {CITY})",
    },
    "protected_country": {"SELECT": "USING (true)"},
}
"""Acts are never changed or deleted; a ground of a transfer ends."""
UPDATED = {"transfer_ground": "kind, reference, valid_from, valid_to, version, updated_at"}


def upgrade() -> None:
    """Create functions, triggers and policies; take values out of the record of change."""
    for name, body in FUNCTIONS:
        op.execute(body)
        if DEFINER in body:
            op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for name in FOR_CALLERS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {ROLES}")
    for table, columns in LEFT_OUT.items():
        _record(table, columns)
        for column in columns:
            op.execute(
                f"UPDATE change SET fields = fields || '{{\"{column}\": null}}'"
                f" WHERE table_name = '{table}' AND fields -> '{column}' <> 'null'"
            )
    for table, columns in RECORDED.items():
        _record(table, columns, new=True)
    for table, when, condition in TRANSFERS:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER check_transfer AFTER {when} ON {table} DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW {condition} EXECUTE FUNCTION check_transfer()"
        )
    op.execute(
        "CREATE TRIGGER stay_erased BEFORE UPDATE OF erased_at ON contact"
        " FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION stay_erased()"
    )
    _guard((*OWNERS_COLUMNS, "erased_at"))
    op.execute(f"GRANT UPDATE (erased_at) ON contact TO {ROLES}")
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, limits in policies.items():
            op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {limits}")
            columns_updated = f"({UPDATED[table]})" if verb == "UPDATE" else ""
            op.execute(f"GRANT {verb} {columns_updated} ON {table} TO {ROLES}")


def downgrade() -> None:
    """Drop them; what was taken out of the record of change stays out."""
    for table, policies in reversed(POLICIES.items()):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLES}")
        for verb in policies:
            op.execute(f"DROP POLICY {verb.lower()}_policy ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE UPDATE (erased_at) ON contact FROM {ROLES}")
    _guard(OWNERS_COLUMNS)
    op.execute("DROP TRIGGER stay_erased ON contact")
    for table, _, _ in TRANSFERS:
        op.execute(f"DROP TRIGGER check_transfer ON {table}")
    for table in RECORDED:
        op.execute(f"DROP TRIGGER change ON {table}")
    for table in LEFT_OUT:
        _record(table, ())
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")


def _record(table: str, personal: tuple[str, ...], *, new: bool = False) -> None:
    """Record the changes of a table without the values of its personal columns."""
    if not new:
        op.execute(f"DROP TRIGGER change ON {table}")
    op.execute(
        f"CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION record_change({_listed(personal)})"
    )


def _guard(columns: tuple[str, ...]) -> None:
    """Say which columns of a contact only its owner city changes."""
    op.execute("DROP TRIGGER guard ON contact")
    op.execute(
        "CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON contact"
        f" FOR EACH ROW EXECUTE FUNCTION guard_record({_listed(columns)})"
    )


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f"'{column}'" for column in columns)
