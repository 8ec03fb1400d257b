"""The database alone: what until now only the application refused, and what a city that leaves was never told.

Found by asking the access matrix with the application's checks switched off, and by following the feed of a link that
ends (ADR 0026).
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
CITY = "(SELECT my_city())"
CLIENT = "(SELECT my_client())"
MEMBER = "(SELECT my_membership())"
LINKS = "(SELECT my_links())"
EDIT = "(SELECT may_edit())"
OPERATE = "(SELECT may_operate())"
OVERSEE = "(SELECT may_oversee())"
SHARE = "(SELECT may_share())"

MAY_OVERSEE = """
CREATE FUNCTION may_oversee() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(my_role() IN ('auditor', 'coordinator'), false)
"""

ONLY_DECIDED = """
CREATE FUNCTION only_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF row_security_active(TG_RELID) AND NOT may_decide() THEN
        RAISE EXCEPTION 'only a coordinator merges and erases' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$
"""

TELL_LEAVERS = f"""
CREATE FUNCTION tell_leavers() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    INSERT INTO change (
        transaction_id, api_client_id, operation, withdrawn, table_name, record_id, version, fields,
        city_id, city_link_id, visibility, audience_city_id
    )
    SELECT pg_current_xact_id()::text::bigint, my_client(), operation, true, table_name, record_id, version, '{{}}',
        city_id, city_link_id, 'link', OLD.partner_city_id
    FROM (
        SELECT DISTINCT ON (record_id) * FROM change
        WHERE city_link_id = OLD.city_link_id AND visibility = 'link' AND (operation = 'deleted' OR withdrawn)
            AND audience_city_id IS NULL AND city_id IS DISTINCT FROM OLD.partner_city_id
        ORDER BY record_id, sequence DESC
    ) last
    WHERE (
        SELECT operation = 'deleted' OR visibility = 'city' FROM change newest
        WHERE newest.record_id = last.record_id AND NOT withdrawn ORDER BY sequence DESC LIMIT 1
    )
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
"""What was shared in the link and is gone stays told to a city that leaves it, or whose link is deleted.

Entries of a link are shown to its members of today, so one who had not read on would never hear of them.
"""

FUNCTIONS = (
    ("may_oversee()", MAY_OVERSEE),
    ("only_decided()", ONLY_DECIDED),
    ("tell_leavers()", TELL_LEAVERS),
)

CHANGE = f"""
    CASE WHEN visibility = 'admin' THEN {OPERATE}
    WHEN withdrawn THEN audience_city_id = {MEMBER} OR (audience_city_id IS NULL
        AND ({CITY} IS NULL OR (city_id IS DISTINCT FROM {CITY} AND record_id <> {CITY}))
        AND (visibility = 'public' OR (visibility = 'link' AND city_link_id IN {LINKS}))
        AND NOT (remaining = 'link' AND coalesce(city_link_id IN {LINKS}, false)))
    ELSE (audience_city_id IS NULL OR audience_city_id = {MEMBER}) AND (
        visibility = 'public' OR city_id = {CITY}
        OR (visibility = 'link' AND city_link_id IN {LINKS}
            AND (table_name <> 'contact' OR city_id = ANY ((SELECT my_senders())::uuid[])))
        OR (table_name = 'partner_city' AND record_id = {CITY}))
    END
"""
"""As 0016 has it."""


def _role_of_contact(write: str) -> str:
    return f"EXISTS (SELECT FROM contact parent WHERE parent.id = contact_id AND ({write}))"


OWNED = f"{EDIT} AND parent.city_id = {CITY}"
SHARED = (
    f"({OWNED}) OR ({SHARE} AND parent.visibility = 'link' AND parent.city_link_id IN {LINKS}"
    " AND parent.city_id = ANY ((SELECT my_senders())::uuid[]))"
)

POLICIES = (
    # table, verb, clauses, before, after
    ("privacy_act", "SELECT", ("USING",), f"city_id = {CITY}", f"{OVERSEE} AND city_id = {CITY}"),
    ("transfer_ground", "SELECT", ("USING",), f"city_id = {CITY}", f"{OVERSEE} AND city_id = {CITY}"),
    (
        "change",
        "SELECT",
        ("USING",),
        CHANGE,
        f"({CHANGE}) AND (table_name NOT IN ('privacy_act', 'transfer_ground') OR {OVERSEE})",
    ),
    ("api_client", "SELECT", ("USING",), f"{OPERATE} OR id = {CLIENT}", OPERATE),
    *(
        ("contact_role", verb, clauses, _role_of_contact(SHARED), _role_of_contact(OWNED))
        for verb, clauses in (("INSERT", ("WITH CHECK",)), ("UPDATE", ("USING", "WITH CHECK")), ("DELETE", ("USING",)))
    ),
)
"""Privacy is seen by who oversees it, clients by who operates them; roles of a contact are its own city's to give."""


def upgrade() -> None:
    """Create the functions and triggers, and narrow the policies."""
    for name, body in FUNCTIONS:
        op.execute(body)
        if DEFINER in body:
            op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for table, verb, clauses, _, after in POLICIES:
        _limit(table, verb, clauses, after)
    op.execute(
        "CREATE TRIGGER only_decided BEFORE UPDATE OF merged_into_id, erased_at ON contact FOR EACH ROW"
        " WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id OR OLD.erased_at IS DISTINCT FROM NEW.erased_at)"
        " EXECUTE FUNCTION only_decided()"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX ix_change_gone ON change (city_link_id)"
        " WHERE visibility = 'link' AND audience_city_id IS NULL AND (operation = 'deleted' OR withdrawn)"
    )
    op.execute(
        "CREATE TRIGGER tell_leavers AFTER DELETE ON city_link_member FOR EACH ROW EXECUTE FUNCTION tell_leavers()"
    )


def downgrade() -> None:
    """Widen them again, and drop the functions."""
    op.execute("DROP TRIGGER tell_leavers ON city_link_member")
    op.drop_index("ix_change_gone", "change")
    op.execute("DROP TRIGGER only_decided ON contact")
    for table, verb, clauses, before, _ in reversed(POLICIES):
        _limit(table, verb, clauses, before)
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")


def _limit(table: str, verb: str, clauses: tuple[str, ...], condition: str) -> None:
    """Change what a policy allows, without a moment in which there is none."""
    limits = " ".join(f"{clause} ({condition})" for clause in clauses)
    op.execute(f"ALTER POLICY {verb.lower()}_policy ON {table} {limits}")
