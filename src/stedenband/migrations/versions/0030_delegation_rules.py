"""Who sees, finds and writes delegations and their programs, and the rules between their rows."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"

PARENT_OF = """
CREATE OR REPLACE FUNCTION parent_of(what text, record jsonb) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (record ->> CASE what
    WHEN 'agreement' THEN 'city_link_id'
    WHEN 'policy_goal' THEN 'policy_plan_id'
    WHEN 'policy_action' THEN 'policy_plan_id'
    WHEN 'result' THEN 'exchange_project_id'
    WHEN 'indicator' THEN 'exchange_project_id'
    WHEN 'period' THEN 'exchange_project_id'{more}
END)::uuid
"""
BELOW = "\n    WHEN 'program_item' THEN 'delegation_id'"

GUARD_DELEGATION = """
CREATE FUNCTION guard_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves constant jsonb := '{"draft": ["approved", "cancelled"], "approved": ["travelling", "cancelled"],
        "travelling": ["returned"], "returned": ["reported"], "reported": ["closed"]}';
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NOT coalesce(moves -> OLD.status ? NEW.status, false) THEN
        RAISE EXCEPTION 'not a move' USING ERRCODE = '23514', CONSTRAINT = 'delegation_moves_on';
    END IF;
    IF NOT may_decide() AND (NEW.status = 'approved' OR (TG_OP = 'INSERT' AND NEW.status NOT IN ('draft', 'cancelled')))
    THEN
        RAISE EXCEPTION 'only a coordinator approves' USING ERRCODE = '42501';
    END IF;
    IF NEW.status = 'travelling' AND EXISTS (
        SELECT FROM delegation_participant WHERE delegation_id = NEW.id AND coalesce(blocking, true)
            AND 'open' IN (visa, vaccination, insurance, registration)
    ) THEN
        RAISE EXCEPTION 'not ready' USING ERRCODE = '23514', CONSTRAINT = 'checklist_is_done';
    END IF;
    RETURN NEW;
END $$
"""
"""What a state asks of the record itself stands in its checks, which hold for everyone."""

CHECK_DELEGATION = f"""
CREATE FUNCTION check_delegation() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
    link city_link;
BEGIN
    IF NEW.returned_on > (timezone('UTC', now()) + interval '14 hours')::date THEN
        RAISE EXCEPTION 'in the future' USING ERRCODE = '23514', CONSTRAINT = 'return_in_the_future';
    END IF;
    SELECT * INTO link FROM city_link WHERE id = NEW.city_link_id FOR SHARE;
    IF array_position(limits, NEW.visibility) > array_position(limits, link.visibility) THEN
        RAISE EXCEPTION 'wider than its link' USING ERRCODE = '23514', CONSTRAINT = 'delegation_not_wider_than_link';
    END IF;
    IF (TG_OP = 'INSERT' OR (NEW.origin_city_id, NEW.host_city_id) <> (OLD.origin_city_id, OLD.host_city_id)) AND (
        SELECT count(*) FROM city_link_member
        WHERE city_link_id = NEW.city_link_id AND partner_city_id IN (NEW.origin_city_id, NEW.host_city_id)
    ) <> 2 THEN
        RAISE EXCEPTION 'not of the link' USING ERRCODE = '23514', CONSTRAINT = 'cities_of_the_link';
    END IF;
    RETURN NEW;
END $$
"""

GUARD_PARTICIPANT = """
CREATE FUNCTION guard_participant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before constant jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) ELSE '{}' END;
    point text;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.partner_city_id <> OLD.partner_city_id AND (NEW.passport_valid_until, NEW.visa,
        NEW.vaccination, NEW.insurance, NEW.registration, NEW.blocking) IS NOT DISTINCT FROM (OLD.passport_valid_until,
        OLD.visa, OLD.vaccination, OLD.insurance, OLD.registration, OLD.blocking) THEN
        NEW.passport_valid_until := NULL; NEW.visa := NULL; NEW.vaccination := NULL;
        NEW.insurance := NULL; NEW.registration := NULL; NEW.blocking := NULL;
    END IF;
    IF NOT row_security_active(TG_RELID) OR NEW.partner_city_id = my_city() THEN
        RETURN NEW;
    END IF;
    FOREACH point IN ARRAY
        ARRAY['passport_valid_until', 'visa', 'vaccination', 'insurance', 'registration', 'blocking']
    LOOP
        IF to_jsonb(NEW) ->> point <> '' AND to_jsonb(NEW) -> point IS DISTINCT FROM before -> point THEN
            RAISE EXCEPTION 'only its own city keeps a checklist' USING ERRCODE = '42501';
        END IF;
    END LOOP;
    RETURN NEW;
END $$
"""
"""A checklist is the word of the staff of the participant's city; others may let it go with the person."""

CHECK_PROGRAM_ITEM = f"""
CREATE FUNCTION check_program_item() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
    above delegation;
BEGIN
    SELECT * INTO above FROM delegation WHERE id = NEW.delegation_id FOR SHARE;
    NEW.city_id := above.city_id;
    NEW.city_link_id := above.city_link_id;
    NEW.cancelled := NEW.cancelled OR above.status = 'cancelled';
    IF array_position(limits, NEW.visibility) > array_position(limits, above.visibility) THEN
        RAISE EXCEPTION 'wider' USING ERRCODE = '23514', CONSTRAINT = 'item_not_wider_than_delegation';
    END IF;
    RETURN NEW;
END $$
"""

PASS_ON_DELEGATION = f"""
CREATE FUNCTION pass_on_delegation() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
BEGIN
    UPDATE program_item i SET city_id = NEW.city_id, city_link_id = NEW.city_link_id, version = i.version + 1,
        updated_at = date_trunc('second', now()), cancelled = i.cancelled OR NEW.status = 'cancelled',
        visibility = limits[least(array_position(limits, i.visibility), array_position(limits, NEW.visibility))]
    WHERE delegation_id = NEW.id AND (i.city_link_id IS DISTINCT FROM NEW.city_link_id
        OR i.cancelled < (NEW.status = 'cancelled')
        OR array_position(limits, i.visibility) > array_position(limits, NEW.visibility));
    RETURN NULL;
END $$
"""
"""The program follows its delegation: into another link, to fewer people, and when it is cancelled."""

NARROW_DELEGATIONS = f"""
CREATE FUNCTION narrow_delegations() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    UPDATE delegation SET visibility = NEW.visibility, version = version + 1, updated_at = date_trunc('second', now())
    WHERE city_link_id = NEW.id AND NEW.visibility <> 'public'
        AND (visibility = 'public' OR (visibility = 'link' AND NEW.visibility = 'city'));
    RETURN NULL;
END $$
"""

FOLLOW_DELEGATIONS = f"""
CREATE FUNCTION follow_delegations() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
BEGIN
    UPDATE delegation d SET city_link_id = stays.id, version = d.version + 1,
        updated_at = date_trunc('second', now()),
        visibility = limits[least(array_position(limits, d.visibility), array_position(limits, stays.visibility))]
    FROM city_link stays WHERE stays.id = NEW.merged_into_id AND d.city_link_id = NEW.id;
    RETURN NULL;
END $$
"""
"""Delegations follow when their link is merged into another, and are seen by no more people than that one."""

JOIN_DELEGATIONS = f"""
CREATE FUNCTION join_delegations() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    IF EXISTS (
        SELECT FROM change WHERE record_id = NEW.city_link_id AND operation = 'created'
            AND transaction_id = pg_current_xact_id()::text::bigint
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM write_change(what, 'updated', record, record, '{{}}', false, NEW.partner_city_id) FROM (
        SELECT 'delegation' AS what, to_jsonb(d) AS record FROM delegation d WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'program_item', to_jsonb(i) FROM program_item i WHERE city_link_id = NEW.city_link_id
    ) shared WHERE record ->> 'visibility' = 'link' AND (record ->> 'city_id')::uuid <> NEW.partner_city_id;
    RETURN NULL;
END $$
"""
"""As `tell_joiner` of 0026 for the other records."""

KEEP_OWN_DELEGATIONS = f"""
CREATE FUNCTION keep_own_delegations() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    UPDATE delegation SET city_link_id = NULL, visibility = CASE visibility WHEN 'link' THEN 'city' ELSE visibility END,
        version = version + 1, updated_at = date_trunc('second', now())
    WHERE city_link_id = OLD.city_link_id AND city_id = OLD.partner_city_id
        AND EXISTS (SELECT FROM city_link WHERE id = OLD.city_link_id);
    RETURN NULL;
END $$
"""
"""As `keep_own` of 0026 for the other records; it comes before the next one, whose name begins with a later letter."""

LEAVE_DELEGATIONS = f"""
CREATE FUNCTION leave_delegations() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    PERFORM write_change(what, 'withdrawn', record, record, '{{}}', true, OLD.partner_city_id) FROM (
        SELECT 'delegation' AS what, to_jsonb(d) AS record FROM delegation d WHERE city_link_id = OLD.city_link_id
        UNION ALL SELECT 'program_item', to_jsonb(i) FROM program_item i WHERE city_link_id = OLD.city_link_id
    ) shared WHERE record ->> 'visibility' = 'link' AND (record ->> 'city_id')::uuid <> OLD.partner_city_id;
    RETURN NULL;
END $$
"""
"""A city that leaves a link is told to forget the delegations that were shared in it."""

FOLLOW_TRAVELER = f"""
CREATE FUNCTION follow_traveler() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    IF NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL THEN
        WITH gone AS (
            DELETE FROM delegation_participant g WHERE contact_id = NEW.id AND EXISTS (
                SELECT FROM delegation_participant s
                WHERE s.delegation_id = g.delegation_id AND s.contact_id = NEW.merged_into_id
            ) RETURNING *
        )
        UPDATE delegation_participant s SET leader = s.leader OR gone.leader, payer = coalesce(s.payer, gone.payer),
            passport_valid_until = coalesce(s.passport_valid_until, gone.passport_valid_until),
            visa = coalesce(s.visa, gone.visa), vaccination = coalesce(s.vaccination, gone.vaccination),
            insurance = coalesce(s.insurance, gone.insurance),
            registration = coalesce(s.registration, gone.registration), blocking = coalesce(s.blocking, gone.blocking)
        FROM gone WHERE s.delegation_id = gone.delegation_id AND s.contact_id = NEW.merged_into_id;
        UPDATE delegation_participant SET contact_id = NEW.merged_into_id WHERE contact_id = NEW.id;
        UPDATE delegation SET version = version + 1, updated_at = date_trunc('second', now())
        WHERE id IN (SELECT delegation_id FROM delegation_participant WHERE contact_id = NEW.merged_into_id);
    END IF;
    IF NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL THEN
        WITH emptied AS (
            UPDATE delegation_participant p SET passport_valid_until = NULL, visa = NULL, vaccination = NULL,
                insurance = NULL, registration = NULL
            FROM delegation d WHERE d.id = p.delegation_id AND contact_id = NEW.id
                AND d.city_id IS DISTINCT FROM NEW.city_id
                AND num_nonnulls(passport_valid_until, visa, vaccination, insurance, registration) > 0
            RETURNING p.delegation_id
        )
        UPDATE delegation SET version = version + 1, updated_at = date_trunc('second', now())
        WHERE id IN (SELECT delegation_id FROM emptied);
    END IF;
    RETURN NULL;
END $$
"""
"""Two contacts that become one become one participant where both take part; of an erased one no checklist is left.

In delegations of its own city the erasure itself empties them, which counts what it changes.
"""

FORGET_TRAVEL_DOCUMENTS = """
CREATE FUNCTION forget_travel_documents() RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    forgotten integer;
BEGIN
    CREATE TEMPORARY TABLE travel_over ON COMMIT DROP AS
        SELECT p.id, d.id AS delegation_id FROM delegation_participant p JOIN delegation d ON d.id = p.delegation_id
        WHERE num_nonnulls(passport_valid_until, visa, vaccination, insurance, registration, blocking) > 0
            AND CASE d.status WHEN 'cancelled' THEN least(d.departure, d.updated_at::date)
                ELSE coalesce(d.returned_on, d.departure) END + 90 < current_date;
    UPDATE delegation_participant SET passport_valid_until = NULL, visa = NULL, vaccination = NULL, insurance = NULL,
        registration = NULL, blocking = NULL WHERE id IN (SELECT id FROM travel_over);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    UPDATE delegation SET version = version + 1, updated_at = date_trunc('second', now())
    WHERE id IN (SELECT delegation_id FROM travel_over);
    DROP TABLE travel_over;
    RETURN forgotten;
END $$
"""
"""For the nightly retention, which runs as the owner of the tables: 90 days after the return, or the cancellation."""

FUNCTIONS = (
    ("guard_delegation()", GUARD_DELEGATION),
    ("check_delegation()", CHECK_DELEGATION),
    ("guard_participant()", GUARD_PARTICIPANT),
    ("check_program_item()", CHECK_PROGRAM_ITEM),
    ("pass_on_delegation()", PASS_ON_DELEGATION),
    ("narrow_delegations()", NARROW_DELEGATIONS),
    ("follow_delegations()", FOLLOW_DELEGATIONS),
    ("join_delegations()", JOIN_DELEGATIONS),
    ("keep_own_delegations()", KEEP_OWN_DELEGATIONS),
    ("leave_delegations()", LEAVE_DELEGATIONS),
    ("follow_traveler()", FOLLOW_TRAVELER),
    ("forget_travel_documents()", FORGET_TRAVEL_DOCUMENTS),
)

TABLE = "delegation"
KEY = "delegation_id"
CHECKLIST = "passport_valid_until,visa,vaccination,insurance,registration"
OWNERS = (
    "visibility, status, origin_city_id, host_city_id, estimated_cost_value, estimated_cost_currency, decision_date,"
    " decision_body, decision_reference, returned_on, report_publishable, internal_note"
)
BOTH = "title, purpose, arrival, departure, what_was_done, results, follow_up"
OWNERS_OF_ITEM = "visibility, internal_note"
BOTH_OF_ITEM = "title, starts_at, ends_at, timezone, place, description, host_contact_id, cancelled"
PERSONAL = "'internal_note', 'what_was_done', 'results', 'follow_up'"
PARTS = (
    # field, table, personal columns
    ("projects", "project", ""),
    ("participants", "participant", CHECKLIST),
    ("moves", "move", ""),
)
VERBS = (
    ("INSERT", "NEW TABLE AS added"),
    ("UPDATE", "NEW TABLE AS added OLD TABLE AS removed"),
    ("DELETE", "OLD TABLE AS removed"),
)
RULES = (
    # trigger, when, table, function
    ("within_link", "BEFORE INSERT OR UPDATE", TABLE, "check_delegation"),
    ("guard_delegation", "BEFORE INSERT OR UPDATE", TABLE, "guard_delegation"),
    ("guard_participant", "BEFORE INSERT OR UPDATE", f"{TABLE}_participant", "guard_participant"),
    ("check_program_item", "BEFORE INSERT OR UPDATE", "program_item", "check_program_item"),
    ("pass_on_program_item", "AFTER UPDATE OF visibility, city_link_id, status", TABLE, "pass_on_delegation"),
    ("unshare", "AFTER UPDATE OF city_link_id", TABLE, "unshare"),
    ("unshare", "AFTER UPDATE OF city_link_id", "program_item", "unshare"),
    ("narrow_delegations", "AFTER UPDATE OF visibility", "city_link", "narrow_delegations"),
    ("follow_delegations", "AFTER UPDATE OF merged_into_id", "city_link", "follow_delegations"),
    ("join_delegations", "AFTER INSERT", "city_link_member", "join_delegations"),
    ("keep_own_delegations", "AFTER DELETE", "city_link_member", "keep_own_delegations"),
    ("leave_delegations", "AFTER DELETE", "city_link_member", "leave_delegations"),
    ("follow_traveler", "AFTER UPDATE OF merged_into_id, erased_at", "contact", "follow_traveler"),
)

CITY = "(SELECT my_city())"
MEMBER = "(SELECT my_membership())"
LINKS = "(SELECT my_links())"
EDIT = "(SELECT may_edit())"
SHARE = "(SELECT may_share())"
DECIDE = "(SELECT may_decide())"

OWN = f"{EDIT} AND city_id = {CITY}"
SEEN = f"visibility = 'public' OR city_id = {CITY} OR (visibility = 'link' AND city_link_id IN {LINKS})"
KEPT_UP = f"({OWN}) OR ({SHARE} AND visibility <> 'city' AND city_link_id IN {LINKS})"
"""A member of the link keeps up what it sees of it, also once the public sees it (ADR 0033)."""
DELETED = f"USING ({DECIDE} AND city_id = {CITY} AND published_at IS NULL)"
OWNER = f"{EDIT} AND parent.city_id = {CITY}"
OWN_PEOPLE = (
    f"({OWNER}) OR ({SHARE} AND partner_city_id = {MEMBER} AND parent.visibility <> 'city'"
    f" AND parent.city_link_id IN {LINKS})"
)


def _of(condition: str = "true") -> str:
    return f"EXISTS (SELECT FROM {TABLE} parent WHERE parent.id = {KEY} AND ({condition}))"


def _part(writer: str) -> dict[str, str]:
    return {
        "SELECT": f"USING ({_of()})",
        "INSERT": f"WITH CHECK ({_of(writer)})",
        "DELETE": f"USING ({_of(writer)})",
    }


POLICIES = {
    TABLE: (
        {
            "SELECT": f"USING ({SEEN})",
            "INSERT": f"WITH CHECK ({OWN} AND city_link_id IN {LINKS} AND (visibility <> 'public' OR {DECIDE}))",
            "UPDATE": f"USING ({KEPT_UP}) WITH CHECK ({KEPT_UP})",
            "DELETE": DELETED,
        },
        f"{OWNERS}, {BOTH}, version, updated_at",
    ),
    "program_item": (
        {
            "SELECT": f"USING ({SEEN})",
            "INSERT": f"WITH CHECK (({OWN} AND (visibility <> 'public' OR {DECIDE}))"
            f" OR ({SHARE} AND visibility = 'link' AND city_link_id IN {LINKS}))",
            "UPDATE": f"USING ({KEPT_UP}) WITH CHECK ({KEPT_UP})",
            "DELETE": DELETED,
        },
        f"{OWNERS_OF_ITEM}, {BOTH_OF_ITEM}, version, updated_at",
    ),
    f"{TABLE}_project": (_part(OWNER), ""),
    f"{TABLE}_move": (_part(OWNER), ""),
    f"{TABLE}_participant": (
        _part(OWN_PEOPLE) | {"UPDATE": f"USING ({_of(OWN_PEOPLE)}) WITH CHECK ({_of(OWN_PEOPLE)})"},
        f"contact_id, partner_city_id, capacity, leader, payer, {CHECKLIST.replace(',', ', ')}, blocking, position",
    ),
}


def upgrade() -> None:
    """Create functions, triggers and policies; grant exactly the verbs that a policy limits."""
    op.execute(PARENT_OF.format(more=BELOW))
    for name, body in FUNCTIONS:
        op.execute(body)
        if DEFINER in body or name.startswith("forget"):
            op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    _search(TABLE, "delegations")
    _search("program_item", "program_items")
    for table, owners, personal in (
        (TABLE, OWNERS, PERSONAL),
        ("program_item", OWNERS_OF_ITEM, "'internal_note'"),
    ):
        guarded = ", ".join(f"'{column}'" for column in owners.split(", "))
        op.execute(
            f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION guard_record({guarded})"
        )
        op.execute(
            f"CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION record_change({personal})"
        )
    for field, part, personal in PARTS:
        for verb, references in VERBS:
            op.execute(
                f"CREATE TRIGGER change_{verb.lower()} AFTER {verb} ON {TABLE}_{part} REFERENCING {references}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION record_parts('{field}', '{TABLE}', '{KEY}', '{personal}')"
            )
    for name, when, table, function in RULES:
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    for table, (policies, updated) in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, limits in policies.items():
            op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {limits}")
            op.execute(f"GRANT {verb} {f'({updated})' if verb == 'UPDATE' else ''} ON {table} TO {ROLES}")


def downgrade() -> None:
    """Drop them."""
    for table, (policies, _) in reversed(POLICIES.items()):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLES}")
        for verb in policies:
            op.execute(f"DROP POLICY {verb.lower()}_policy ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for name, _, table, _ in RULES:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for _, part, _ in PARTS:
        for verb, _ in VERBS:
            op.execute(f"DROP TRIGGER change_{verb.lower()} ON {TABLE}_{part}")
    for table in (TABLE, "program_item"):
        op.execute(f"DROP TRIGGER change ON {table}")
        op.execute(f"DROP TRIGGER guard ON {table}")
    op.execute("DROP FUNCTION find_program_items(text)")
    op.execute("DROP FUNCTION program_item_candidates(text, boolean)")
    op.execute("DROP FUNCTION find_delegations(text)")
    op.execute(f"DROP FUNCTION {TABLE}_candidates(text, boolean)")
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    op.execute(PARENT_OF.format(more=""))


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
