"""Who sees, finds and writes results, indicators and periods; the flow of a report, and the figures that are kept."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"
PROJECT = "exchange_project"

PARENT_OF = """
CREATE OR REPLACE FUNCTION parent_of(what text, record jsonb) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (record ->> CASE what
    WHEN 'agreement' THEN 'city_link_id'
    WHEN 'policy_goal' THEN 'policy_plan_id'
    WHEN 'policy_action' THEN 'policy_plan_id'{more}
END)::uuid
"""
BELOW_PROJECT = "".join(
    f"\n    WHEN '{table}' THEN 'exchange_project_id'" for table in ("result", "indicator", "period")
)

GUARD_REPORT = """
CREATE FUNCTION guard_report() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    actor constant uuid := coalesce(setting('person')::uuid, my_client());
    decides constant boolean := may_decide() AND coalesce(NEW.city_id = my_city(), false);
    is_new constant boolean := TG_OP = 'INSERT';
    was_locked constant boolean := coalesce(OLD.locked, NEW.locked);
    written boolean;
    moved boolean;
BEGIN
    IF NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF is_new THEN
        NEW.actual_value := NULL;
        NEW.actual_comment := NULL;
        NEW.actual_disaggregation := NULL;
        NEW.approved_at := NULL;
        NEW.decision_reason := NULL;
        written := num_nonnulls(NEW.report_value, NEW.report_comment, NEW.report_disaggregation) > 0;
        moved := NEW.status <> CASE WHEN written THEN 'draft' ELSE 'none' END;
    ELSE
        written := (NEW.report_value, NEW.report_comment, NEW.report_disaggregation)
            IS DISTINCT FROM (OLD.report_value, OLD.report_comment, OLD.report_disaggregation);
        moved := NEW.status <> OLD.status;
        IF (NEW.target_value, NEW.target_comment, NEW.target_disaggregation)
            IS DISTINCT FROM (OLD.target_value, OLD.target_comment, OLD.target_disaggregation)
            AND num_nonnulls(OLD.target_value, OLD.target_comment, OLD.target_disaggregation) > 0
            AND NEW.target_reason IS NULL THEN
            RAISE EXCEPTION 'no reason' USING ERRCODE = '23514', CONSTRAINT = 'target_reason';
        END IF;
    END IF;
    IF (written OR moved) AND was_locked THEN
        RAISE EXCEPTION 'locked' USING ERRCODE = '23514', CONSTRAINT = 'period_locked';
    END IF;
    IF NEW.locked <> coalesce(OLD.locked, true) AND NOT decides THEN
        RAISE EXCEPTION 'only a coordinator locks and unlocks' USING ERRCODE = '42501';
    END IF;
    IF written THEN
        IF NOT is_new AND OLD.status = 'pending' THEN
            RAISE EXCEPTION 'pending' USING ERRCODE = '23514', CONSTRAINT = 'report_pending';
        END IF;
        IF NEW.status NOT IN ('none', 'draft') THEN
            RAISE EXCEPTION 'written is a draft' USING ERRCODE = '23514', CONSTRAINT = 'report_moved';
        END IF;
        NEW.reporter_id := actor;
        NEW.reported_by := my_name();
        NEW.reported_at := date_trunc('second', now());
    ELSIF moved THEN
        IF is_new OR (OLD.status, NEW.status) NOT IN (('draft', 'pending'), ('returned', 'pending'),
            ('pending', 'draft'), ('pending', 'returned'), ('pending', 'approved')) THEN
            RAISE EXCEPTION 'not open' USING ERRCODE = '23514', CONSTRAINT = 'report_moved';
        END IF;
        IF NEW.status IN ('returned', 'approved') AND NOT decides THEN
            RAISE EXCEPTION 'only a coordinator decides' USING ERRCODE = '42501';
        END IF;
        IF NEW.status = 'approved' THEN
            IF OLD.reporter_id = actor THEN
                RAISE EXCEPTION 'by another' USING ERRCODE = '23514', CONSTRAINT = 'approved_by_another';
            END IF;
            NEW.actual_value := NEW.report_value;
            NEW.actual_comment := NEW.report_comment;
            NEW.actual_disaggregation := NEW.report_disaggregation;
            NEW.approved_at := date_trunc('second', now());
            NEW.locked := true;
        END IF;
    END IF;
    RETURN NEW;
END $$
"""
"""What one row alone decides. An UPDATE that waited for another sees what that one left, so this holds for both."""

KEEP_FIGURES = f"""
CREATE FUNCTION keep_figures() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
    actor constant uuid := coalesce(setting('person')::uuid, my_client());
    actor_name constant text := my_name();
BEGIN
    IF (NEW.target_value, NEW.target_comment, NEW.target_disaggregation)
        IS DISTINCT FROM (OLD.target_value, OLD.target_comment, OLD.target_disaggregation) THEN
        INSERT INTO period_figure
            (period_id, kind, value, comment, disaggregation, reason, actor_id, recorded_by, reach)
        VALUES (NEW.id, 'target', NEW.target_value, NEW.target_comment, NEW.target_disaggregation, NEW.target_reason,
            actor, actor_name, NEW.visibility);
    END IF;
    IF NEW.status IN ('pending', 'returned', 'approved') AND NEW.status IS DISTINCT FROM OLD.status THEN
        INSERT INTO period_figure
            (period_id, kind, value, comment, disaggregation, reason, actor_id, recorded_by, reach)
        VALUES (NEW.id, CASE NEW.status WHEN 'pending' THEN 'submitted' ELSE NEW.status END, NEW.report_value,
            NEW.report_comment, NEW.report_disaggregation,
            CASE WHEN NEW.status <> 'pending' THEN NEW.decision_reason END, actor, actor_name, NEW.visibility);
    END IF;
    IF array_position(limits, NEW.visibility) > array_position(limits, OLD.visibility) THEN
        UPDATE period_figure SET reach = NEW.visibility WHERE id IN (
            SELECT DISTINCT ON (kind) id FROM period_figure WHERE period_id = NEW.id
            ORDER BY kind, recorded_at DESC, id DESC
        ) AND array_position(limits, reach) < array_position(limits, NEW.visibility);
    END IF;
    RETURN NULL;
END $$
"""
"""Whoever comes to see a record sees the figures that hold then and those after, not those that had been replaced."""

CHECK_PERIOD = f"""
CREATE FUNCTION check_period() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    changed constant jsonb := to_jsonb(NEW);
    project exchange_project;
BEGIN
    SELECT * INTO project FROM exchange_project
    WHERE id = coalesce(changed ->> 'exchange_project_id', changed ->> 'id')::uuid FOR SHARE;
    IF EXISTS (
        SELECT FROM period WHERE exchange_project_id = project.id AND (
            start_date < least(project.planned_start, project.actual_start)
            OR end_date > greatest(project.planned_end, project.actual_end))
    ) THEN
        RAISE EXCEPTION 'outside' USING ERRCODE = '23514',
            CONSTRAINT = CASE TG_TABLE_NAME WHEN 'period' THEN 'period' ELSE 'periods' END || '_within_project';
    END IF;
    RETURN NULL;
END $$
"""
"""The lock keeps the dates of the project as they are until this transaction ends; a project locks its own row."""

CHECK_DIMENSIONS = f"""
CREATE FUNCTION check_dimensions() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    changed constant jsonb := to_jsonb(NEW);
    known text[];
    wrong text;
BEGIN
    SELECT dimensions INTO known FROM indicator
    WHERE id = coalesce(changed ->> 'indicator_id', changed ->> 'id')::uuid FOR SHARE;
    SELECT figure INTO wrong FROM period,
        LATERAL (VALUES ('target_dimensions', target_disaggregation), ('report_dimensions', report_disaggregation),
            ('used_dimensions', actual_disaggregation)) figures (figure, parts),
        jsonb_array_elements(parts) part
    WHERE CASE TG_TABLE_NAME WHEN 'period' THEN period.id = NEW.id ELSE indicator_id = NEW.id END
        AND part ->> 'dimension' <> ALL (known)
    LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'no such dimension' USING ERRCODE = '23514',
            CONSTRAINT = CASE TG_TABLE_NAME WHEN 'period' THEN wrong ELSE 'used_dimensions' END;
    END IF;
    RETURN NULL;
END $$
"""

LEAVE_RESULTS = f"""
CREATE FUNCTION leave_results() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    PERFORM write_change(what, 'withdrawn', record, record, '{{}}', true, OLD.partner_city_id) FROM (
        SELECT 'result' AS what, to_jsonb(r) AS record FROM result r WHERE city_link_id = OLD.city_link_id
        UNION ALL SELECT 'indicator', to_jsonb(i) FROM indicator i WHERE city_link_id = OLD.city_link_id
        UNION ALL SELECT 'period', to_jsonb(p) FROM period p WHERE city_link_id = OLD.city_link_id
    ) shared WHERE record ->> 'visibility' = 'link' AND (record ->> 'city_id')::uuid <> OLD.partner_city_id;
    RETURN NULL;
END $$
"""
"""A city that leaves a link is told to forget the results that were shared in it."""

MY_NAME = f"""
CREATE FUNCTION my_name() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE {DEFINER} AS $$
    SELECT name FROM api_client WHERE id = my_client()
$$
"""
"""The caller's own name, which stands under a report; the row of a client is for who operates clients."""

FUNCTIONS = (
    ("my_name()", MY_NAME),
    ("guard_report()", GUARD_REPORT),
    ("keep_figures()", KEEP_FIGURES),
    ("check_period()", CHECK_PERIOD),
    ("check_dimensions()", CHECK_DIMENSIONS),
    ("leave_results()", LEAVE_RESULTS),
)

BASELINE = "baseline_year, baseline_date, baseline_value, baseline_comment"
TARGET = "target_value, target_comment, target_disaggregation, target_reason"
REPORTED = "report_value, report_comment, report_disaggregation"
TABLES = {
    # table: columns that only the owner city changes, those of both sides, personal ones
    "result": ("type, position, internal_note", "title, description", "internal_note"),
    "indicator": (
        f"measure, ascending, unit, {BASELINE}, dimensions, position, internal_note",
        "title, description",
        "internal_note",
    ),
    "period": (
        f"start_date, end_date, locked, {TARGET}, decision_reason, internal_note",
        f"status, {REPORTED}",
        "internal_note, reporter_id, reported_by",
    ),
}
"""Together they are what the API updates; nobody writes `actual_*`, who reported, and what the project says."""

SEARCHED = (("result", "results"), ("indicator", "indicators"))
RULES = (
    # trigger, when, table, function
    ("guard_report", "BEFORE INSERT OR UPDATE", "period", "guard_report"),
    ("keep_figures", "AFTER INSERT OR UPDATE", "period", "keep_figures"),
    ("leave_results", "AFTER DELETE", "city_link_member", "leave_results"),
)
DEFERRED = (
    # table, when, function
    ("period", "INSERT OR UPDATE OF start_date, end_date", "check_period"),
    (PROJECT, "UPDATE OF planned_start, planned_end, actual_start, actual_end", "check_period"),
    ("period", "INSERT OR UPDATE OF target_disaggregation, report_disaggregation", "check_dimensions"),
    ("indicator", "UPDATE OF dimensions", "check_dimensions"),
)

CITY = "(SELECT my_city())"
LINKS = "(SELECT my_links())"
EDIT = "(SELECT may_edit())"
SHARE = "(SELECT may_share())"
DECIDE = "(SELECT may_decide())"
OWN = f"{EDIT} AND city_id = {CITY}"
CONTENT = f"({OWN}) OR ({SHARE} AND visibility = 'link' AND city_link_id IN {LINKS})"
REPORT = f"({OWN}) OR ({SHARE} AND visibility <> 'city' AND city_link_id IN {LINKS})"
"""A member of the link reports on what it sees of it, also once the public sees it (ADR 0029)."""

KEPT = f"""EXISTS (SELECT FROM period parent WHERE parent.id = period_id AND (
    parent.city_id = {CITY} OR (reach <> 'city' AND parent.city_link_id IN {LINKS})
    OR (reach = 'public' AND kind IN ('target', 'approved'))
))"""
"""Everyone who sees the period sees its targets and approved figures of their time; the rest is for both sides."""


def upgrade() -> None:
    """Create functions, triggers and policies; grant exactly the verbs that a policy limits."""
    op.execute(PARENT_OF.format(more=BELOW_PROJECT))
    for name, body in FUNCTIONS:
        op.execute(body)
        if DEFINER in body:
            op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION my_name() TO {ROLES}")
    for table, plural in SEARCHED:
        _search(table, plural)
    for table, (owners, shared, personal) in TABLES.items():
        op.execute(
            f"CREATE TRIGGER below BEFORE INSERT ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION inherit('{PROJECT}', '{PROJECT}_id')"
        )
        op.execute(
            f"CREATE TRIGGER pass_on_{table} AFTER UPDATE OF visibility, city_link_id, city_id ON {PROJECT}"
            " FOR EACH ROW WHEN ((OLD.visibility, OLD.city_link_id, OLD.city_id)"
            " IS DISTINCT FROM (NEW.visibility, NEW.city_link_id, NEW.city_id))"
            f" EXECUTE FUNCTION pass_on('{table}', '{PROJECT}_id', 'visibility, city_link_id, city_id')"
        )
        op.execute(
            f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION guard_record({_listed(owners)})"
        )
        op.execute(
            f"CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION record_change({_listed(personal)})"
        )
        op.execute(
            f"CREATE TRIGGER unshare AFTER UPDATE OF city_link_id ON {table} FOR EACH ROW EXECUTE FUNCTION unshare()"
        )
        write = REPORT if table == "period" else CONTENT
        _allow(table, "SELECT", f"USING (visibility = 'public' OR city_id = {CITY} OR {_shared()})")
        _allow(table, "INSERT", f"WITH CHECK ({OWN} AND (visibility <> 'public' OR {DECIDE}))")
        _allow(table, "UPDATE", f"USING ({write}) WITH CHECK ({write})", f"{owners}, {shared}, version, updated_at")
        _allow(table, "DELETE", f"USING ({DECIDE} AND city_id = {CITY} AND published_at IS NULL)")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _allow("period_figure", "SELECT", f"USING ({KEPT})")
    op.execute("ALTER TABLE period_figure ENABLE ROW LEVEL SECURITY")
    for name, when, table, function in RULES:
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    for table, when, function in DEFERRED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {function} AFTER {when} ON {table} DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    """Drop them."""
    for table, _, function in DEFERRED:
        op.execute(f"DROP TRIGGER {function} ON {table}")
    for name, _, table, _ in RULES:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for table in ("period_figure", *reversed(TABLES)):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLES}")
        for verb in ("SELECT",) if table == "period_figure" else ("SELECT", "INSERT", "UPDATE", "DELETE"):
            op.execute(f"DROP POLICY {verb.lower()}_policy ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in reversed(TABLES):
        op.execute(f"DROP TRIGGER pass_on_{table} ON {PROJECT}")
        for name in ("unshare", "change", "guard", "below"):
            op.execute(f"DROP TRIGGER {name} ON {table}")
    for table, plural in SEARCHED:
        op.execute(f"DROP FUNCTION find_{plural}(text)")
        op.execute(f"DROP FUNCTION {table}_candidates(text, boolean)")
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    op.execute(PARENT_OF.format(more=""))


def _shared() -> str:
    return f"(visibility = 'link' AND city_link_id IN {LINKS})"


def _allow(table: str, verb: str, limits: str, columns: str = "") -> None:
    """Create a policy and the grant that goes with it."""
    op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {limits}")
    op.execute(f"GRANT {verb} {f'({columns})' if columns else ''} ON {table} TO {ROLES}")


def _listed(columns: str) -> str:
    return ", ".join(f"'{column}'" for column in columns.split(", "))


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
