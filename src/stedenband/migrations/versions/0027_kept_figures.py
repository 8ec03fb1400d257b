"""Whoever wrote any of a report does not approve it, figures are kept, and a call closes everywhere on earth."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

GUARD_REPORT = """
CREATE OR REPLACE FUNCTION guard_report() RETURNS trigger LANGUAGE plpgsql AS $$
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
            AND {promised}
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
            IF {written} THEN
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

CHECK_PROJECT = """
CREATE OR REPLACE FUNCTION check_project() RETURNS trigger LANGUAGE plpgsql {definer} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
    today constant date := (timezone('UTC', now()) + interval '14 hours')::date;
    link city_link;
BEGIN
    IF NEW.actual_start > today OR NEW.actual_end > today THEN
        RAISE EXCEPTION 'in the future' USING ERRCODE = '23514', CONSTRAINT = {future};
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

CHECK_AWARD = """
CREATE OR REPLACE FUNCTION check_award() RETURNS trigger LANGUAGE plpgsql {definer} AS $$
DECLARE
    row constant jsonb := to_jsonb(NEW);
    today constant date := (timezone('UTC', now()) {everywhere})::date;
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

BEFORE = {
    "promised": "num_nonnulls(OLD.target_value, OLD.target_comment, OLD.target_disaggregation) > 0",
    "written": "OLD.reporter_id = actor",
    "future": "'no_actual_date_in_the_future'",
    "everywhere": "+ interval '14 hours'",
}
AFTER = {
    "promised": "EXISTS (SELECT FROM period_figure WHERE period_id = OLD.id AND kind = 'target')",
    "written": """OLD.reporter_id = actor OR EXISTS (
                SELECT FROM change WHERE record_id = OLD.id AND coalesce(person_id, api_client_id) = actor
                    AND fields ?| ARRAY['report_value', 'report_comment', 'report_disaggregation']
                    AND sequence > coalesce((
                        SELECT max(sequence) FROM change
                        WHERE record_id = OLD.id AND fields -> 'status' ->> 1 = 'approved'
                    ), 0)
            )""",
    "future": "CASE WHEN NEW.actual_start > today THEN 'no_actual_date_in_the_future'"
    " ELSE 'no_actual_end_in_the_future' END",
    "everywhere": "- interval '12 hours'",
}
"""A target that was taken away was promised all the same.

A call is over when its last day has ended everywhere on earth.
"""

KEEP_PERIOD = f"""
CREATE FUNCTION keep_period() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    IF EXISTS (SELECT FROM period_figure WHERE period_id = OLD.id AND kind <> 'target')
        OR (SELECT count(*) > 1 FROM period_figure WHERE period_id = OLD.id) THEN
        RAISE EXCEPTION 'figures' USING ERRCODE = '23514', CONSTRAINT = 'figures_are_kept';
    END IF;
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    """Replace the functions, and keep periods that hold anybody's figures."""
    _replace(AFTER)
    op.execute(KEEP_PERIOD)
    op.execute("REVOKE ALL ON FUNCTION keep_period() FROM PUBLIC")
    op.execute("CREATE TRIGGER keep_period BEFORE DELETE ON period FOR EACH ROW EXECUTE FUNCTION keep_period()")


def downgrade() -> None:
    """Take that back."""
    op.execute("DROP TRIGGER keep_period ON period")
    op.execute("DROP FUNCTION keep_period()")
    _replace(BEFORE)


def _replace(pieces: dict[str, str]) -> None:
    for body in (GUARD_REPORT, CHECK_PROJECT, CHECK_AWARD):
        op.execute(body.format(definer=DEFINER, **pieces))
