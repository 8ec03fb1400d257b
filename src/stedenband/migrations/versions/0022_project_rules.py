"""Who sees, finds and writes exchange projects, and the rules between their rows."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"

CHECK_PROJECT = f"""
CREATE FUNCTION check_project() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
    today constant date := (timezone('UTC', now()) + interval '14 hours')::date;
    link city_link;
BEGIN
    IF NEW.actual_start > today OR NEW.actual_end > today THEN
        RAISE EXCEPTION 'in the future' USING ERRCODE = '23514', CONSTRAINT = 'no_actual_date_in_the_future';
    END IF;
    SELECT * INTO link FROM city_link WHERE id = NEW.city_link_id FOR SHARE;
    IF array_position(limits, NEW.visibility) > array_position(limits, link.visibility) THEN
        RAISE EXCEPTION 'wider than its link' USING ERRCODE = '23514', CONSTRAINT = 'project_not_wider_than_link';
    END IF;
    IF link.status IN ('dormant', 'ended') AND NEW.city_link_id IS DISTINCT FROM OLD.city_link_id AND NOT EXISTS (
        SELECT FROM city_link merged WHERE merged.id = OLD.city_link_id AND merged.merged_into_id = NEW.city_link_id
    ) THEN
        RAISE EXCEPTION 'the link rests' USING ERRCODE = '23514', CONSTRAINT = 'link_takes_projects';
    END IF;
    RETURN NEW;
END $$
"""
"""A day is past once it has begun somewhere on earth. The lock on the link lasts until its state cannot change."""

SECTORS_ARE_WHOLE = f"""
CREATE FUNCTION sectors_are_whole() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    project constant uuid := coalesce(NEW.exchange_project_id, OLD.exchange_project_id);
BEGIN
    PERFORM FROM exchange_project WHERE id = project FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM exchange_project_sector WHERE exchange_project_id = project
        GROUP BY vocabulary HAVING sum(percentage) <> 100
    ) THEN
        RAISE EXCEPTION 'not 100 together' USING ERRCODE = '23514', CONSTRAINT = 'sectors_are_whole';
    END IF;
    RETURN NULL;
END $$
"""

CHECK_AWARD = f"""
CREATE FUNCTION check_award() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    row constant jsonb := to_jsonb(NEW);
    today constant date := (timezone('UTC', now()) + interval '14 hours')::date;
    award exchange_project;
BEGIN
    SELECT * INTO award FROM exchange_project
    WHERE id = coalesce(row ->> 'exchange_project_id', row ->> 'id')::uuid FOR NO KEY UPDATE;
    IF award.kind <> 'award' AND (
        EXISTS (SELECT FROM exchange_project_nomination WHERE exchange_project_id = award.id)
        OR EXISTS (SELECT FROM exchange_project_juror WHERE exchange_project_id = award.id)
    ) THEN
        RAISE EXCEPTION 'no award' USING ERRCODE = '23514', CONSTRAINT = 'ck_exchange_project_of_awards_alone';
    END IF;
    IF (award.amount_value IS NULL OR coalesce(award.call_closes_on >= today, true))
        AND EXISTS (SELECT FROM exchange_project_nomination WHERE exchange_project_id = award.id AND winner) THEN
        RAISE EXCEPTION 'too early' USING ERRCODE = '23514', CONSTRAINT = 'winner_after_call';
    END IF;
    RETURN NULL;
END $$
"""

NARROW_PROJECTS = f"""
CREATE FUNCTION narrow_projects() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    UPDATE exchange_project SET visibility = NEW.visibility, version = version + 1,
        updated_at = date_trunc('second', now())
    WHERE city_link_id = NEW.id AND NEW.visibility <> 'public'
        AND (visibility = 'public' OR (visibility = 'link' AND NEW.visibility = 'city'));
    RETURN NULL;
END $$
"""

LEAVE_PROJECTS = f"""
CREATE FUNCTION leave_projects() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    PERFORM write_change('exchange_project', 'withdrawn', to_jsonb(p), to_jsonb(p), '{{}}', true, OLD.partner_city_id)
    FROM exchange_project p WHERE city_link_id = OLD.city_link_id AND visibility = 'link'
        AND city_id IS DISTINCT FROM OLD.partner_city_id;
    RETURN NULL;
END $$
"""
"""A city that leaves a link is told to forget the projects that were shared in it."""

FOLLOW_PROJECTS = f"""
CREATE FUNCTION follow_projects() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
BEGIN
    UPDATE exchange_project p SET city_link_id = stays.id, version = p.version + 1,
        updated_at = date_trunc('second', now()),
        visibility = limits[least(array_position(limits, p.visibility), array_position(limits, stays.visibility))]
    FROM city_link stays WHERE stays.id = NEW.merged_into_id AND p.city_link_id = NEW.id;
    RETURN NULL;
END $$
"""
"""The projects of a link follow when it is merged into another, and are seen by no more people than that one."""

FUNCTIONS = (
    ("check_project()", CHECK_PROJECT),
    ("sectors_are_whole()", SECTORS_ARE_WHOLE),
    ("check_award()", CHECK_AWARD),
    ("narrow_projects()", NARROW_PROJECTS),
    ("leave_projects()", LEAVE_PROJECTS),
    ("follow_projects()", FOLLOW_PROJECTS),
)

TABLE = "exchange_project"
KEY = "exchange_project_id"
OWNERS_COLUMNS = (
    "visibility",
    "status",
    "kind",
    "city_link_id",
    "policy_action_id",
    "call_opens_on",
    "call_closes_on",
    "amount_value",
    "amount_currency",
    "internal_note",
)
"""Columns that only the owner city changes; the others are content that the other side of a link may edit."""

PARTS = (
    # field, table, personal columns, columns that are updated, whether the other side of the link writes it too
    ("themes", "theme", "", "", True),
    ("sectors", "sector", "", "percentage", True),
    ("sdg_goals", "sdg_goal", "", "", True),
    ("sdg_targets", "sdg_target", "", "", True),
    ("policy_markers", "marker", "", "significance", True),
    ("participating_organizations", "organization", "", "lead, position", True),
    ("participation", "participation", "", "participants, position", True),
    ("decisions", "decision", "", "", False),
    ("nominations", "nomination", "", "organization_id, motivation, winner, position", False),
    ("jury", "juror", "name", "name, contact_id, position", False),
    ("moves", "move", "", "", False),
)
VERBS = (
    ("INSERT", "NEW TABLE AS added"),
    ("UPDATE", "NEW TABLE AS added OLD TABLE AS removed"),
    ("DELETE", "OLD TABLE AS removed"),
)
RULES = (
    # trigger, when, table, function
    ("check_project", "BEFORE INSERT OR UPDATE", TABLE, "check_project"),
    ("unshare", "AFTER UPDATE OF city_link_id", TABLE, "unshare"),
    ("narrow_projects", "AFTER UPDATE OF visibility", "city_link", "narrow_projects"),
    ("follow_projects", "AFTER UPDATE OF merged_into_id", "city_link", "follow_projects"),
    ("leave_projects", "AFTER DELETE", "city_link_member", "leave_projects"),
)
DEFERRED = (
    # table, when, function
    (f"{TABLE}_sector", "INSERT OR UPDATE OR DELETE", "sectors_are_whole"),
    (f"{TABLE}_nomination", "INSERT OR UPDATE", "check_award"),
    (f"{TABLE}_juror", "INSERT OR UPDATE", "check_award"),
    (TABLE, "UPDATE", "check_award"),
)

CITY = "(SELECT my_city())"
LINKS = "(SELECT my_links())"
EDIT = "(SELECT may_edit())"
SHARE = "(SELECT may_share())"
DECIDE = "(SELECT may_decide())"

OWN_LINK = f"(city_link_id IS NULL OR city_link_id IN {LINKS})"
SHARED = f"({SHARE} AND visibility = 'link' AND city_link_id IN {LINKS})"
TOP = {
    "SELECT": f"USING (visibility = 'public' OR city_id = {CITY} OR (visibility = 'link' AND city_link_id IN {LINKS}))",
    "INSERT": f"WITH CHECK ({EDIT} AND city_id = {CITY} AND {OWN_LINK} AND (visibility <> 'public' OR {DECIDE}))",
    "UPDATE": f"USING (({EDIT} AND city_id = {CITY}) OR {SHARED})"
    f" WITH CHECK (({EDIT} AND city_id = {CITY} AND {OWN_LINK}) OR {SHARED})",
    "DELETE": f"USING ({DECIDE} AND city_id = {CITY} AND published_at IS NULL)",
}
UPDATED = (
    "title, summary, kind, status, city_link_id, policy_action_id, planned_start, planned_end, actual_start,"
    " actual_end, location_name, latitude, longitude, partner_city_id, call_opens_on, call_closes_on, amount_value,"
    " amount_currency, internal_note, visibility, version, updated_at"
)
"""What the API may update: never a key, an owner city or a moment of making."""

OWNER = f"{EDIT} AND parent.city_id = {CITY}"
WRITER = f"({OWNER}) OR ({SHARE} AND parent.visibility = 'link' AND parent.city_link_id IN {LINKS})"


def _of_project(condition: str = "true") -> str:
    return f"EXISTS (SELECT FROM {TABLE} parent WHERE parent.id = {KEY} AND ({condition}))"


def _part(*, updated: bool, shared: bool) -> dict[str, str]:
    writer = _of_project(WRITER if shared else OWNER)
    policies = {
        "SELECT": f"USING ({_of_project()})",
        "INSERT": f"WITH CHECK ({writer})",
        "UPDATE": f"USING ({writer}) WITH CHECK ({writer})",
        "DELETE": f"USING ({writer})",
    }
    return {verb: policy for verb, policy in policies.items() if verb != "UPDATE" or updated}


POLICIES = {
    TABLE: (TOP, UPDATED),
    **{
        f"{TABLE}_{part}": (_part(updated=bool(updated), shared=shared), updated)
        for _, part, _, updated, shared in PARTS
    },
}


def upgrade() -> None:
    """Create functions, triggers and policies; grant exactly the verbs that a policy limits."""
    for name, body in FUNCTIONS:
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    _search(TABLE, "exchange_projects")
    guarded = ", ".join(f"'{column}'" for column in OWNERS_COLUMNS)
    op.execute(
        f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION guard_record({guarded})"
    )
    op.execute(
        f"CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION record_change('internal_note')"
    )
    for field, part, personal, _, _ in PARTS:
        for verb, references in VERBS:
            op.execute(
                f"CREATE TRIGGER change_{verb.lower()} AFTER {verb} ON {TABLE}_{part} REFERENCING {references}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION record_parts('{field}', '{TABLE}', '{KEY}', '{personal}')"
            )
    for name, when, table, function in RULES:
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    for table, when, function in DEFERRED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {function} AFTER {when} ON {table} DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
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
    for table, _, function in DEFERRED:
        op.execute(f"DROP TRIGGER {function} ON {table}")
    for name, _, table, _ in RULES:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for _, part, _, _, _ in PARTS:
        for verb, _ in VERBS:
            op.execute(f"DROP TRIGGER change_{verb.lower()} ON {TABLE}_{part}")
    op.execute(f"DROP TRIGGER change ON {TABLE}")
    op.execute(f"DROP TRIGGER guard ON {TABLE}")
    op.execute("DROP FUNCTION find_exchange_projects(text)")
    op.execute(f"DROP FUNCTION {TABLE}_candidates(text, boolean)")
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")


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
