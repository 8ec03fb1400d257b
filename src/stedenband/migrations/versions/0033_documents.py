"""Documents: their tables, who sees and writes them, and that none is seen by more people than its subject."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"

SUBJECTS = (
    # name on the wire, table, column of document that leads there
    ("agreement", "agreement", "agreement_id"),
    ("cityLink", "city_link", "subject_link_id"),
    ("decision", "decision", "decision_id"),
    ("delegation", "delegation", "delegation_id"),
    ("exchangeProject", "exchange_project", "exchange_project_id"),
    ("organization", "organization", "organization_id"),
    ("policyPlan", "policy_plan", "policy_plan_id"),
)
IN_A_LINK = {"agreement", "delegation", "exchange_project", "organization"}
"""The tables of subjects that stand in a link by a column of their own."""
COLUMNS = ", ".join(column for _, _, column in SUBJECTS)
TYPE = "CASE " + " ".join(f"WHEN {column} IS NOT NULL THEN '{kind}'" for kind, _, column in SUBJECTS) + " ELSE NULL END"
MEDIA_TYPES = (
    "'application/pdf', 'application/vnd.oasis.opendocument.presentation',"
    " 'application/vnd.oasis.opendocument.spreadsheet', 'application/vnd.oasis.opendocument.text',"
    " 'application/vnd.openxmlformats-officedocument.presentationml.presentation',"
    " 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',"
    " 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'image/jpeg', 'image/png',"
    " 'image/webp', 'text/csv', 'text/plain'"
)
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=0)
NOW = sa.text("date_trunc('second', now())")
SORTED = ("city_link_id", "visibility", "subject_id", "subject_type", "category", "media_type")

CHECK_DOCUMENT = f"""
CREATE FUNCTION check_document() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
    above jsonb;
BEGIN
    FOR place IN 0 .. TG_NARGS / 2 - 1 LOOP
        CONTINUE WHEN to_jsonb(NEW) ->> TG_ARGV[2 * place + 1] IS NULL;
        EXECUTE format('SELECT to_jsonb(a) FROM %I a WHERE id = $1 FOR SHARE', TG_ARGV[2 * place])
            INTO above USING (to_jsonb(NEW) ->> TG_ARGV[2 * place + 1])::uuid;
        NEW.city_link_id := CASE TG_ARGV[2 * place] WHEN 'city_link' THEN above ->> 'id'
            ELSE above ->> 'city_link_id' END;
    END LOOP;
    IF array_position(limits, NEW.visibility) > array_position(limits, above ->> 'visibility') THEN
        RAISE EXCEPTION 'wider than its subject'
            USING ERRCODE = '23514', CONSTRAINT = 'document_not_wider_than_subject';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.city_id IS NOT NULL AND NEW.city_id IS DISTINCT FROM (above ->> 'city_id')::uuid
        AND NOT EXISTS (SELECT FROM city_link_member
            WHERE city_link_id = NEW.city_link_id AND partner_city_id = NEW.city_id) THEN
        RAISE EXCEPTION 'of another side' USING ERRCODE = '23514', CONSTRAINT = 'document_of_own_side';
    END IF;
    RETURN NEW;
END $$
"""
"""Arguments: in pairs, the table of a subject and the column that leads there. The lock lasts until nothing narrows."""

FOLLOW_SUBJECT = f"""
CREATE FUNCTION follow_subject() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    EXECUTE format('UPDATE document SET city_link_id = $2, version = version + 1,
            updated_at = date_trunc(''second'', now()),
            visibility = CASE WHEN $3 = ''city'' OR visibility = ''city'' THEN ''city''
                WHEN $3 = ''link'' THEN ''link'' ELSE visibility END
        WHERE %I = $1 AND (city_link_id IS DISTINCT FROM $2 OR (visibility, $3) IN (
            (''public'', ''link''), (''public'', ''city''), (''link'', ''city'')))', TG_ARGV[0])
    USING NEW.id, CASE TG_TABLE_NAME WHEN 'city_link' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'city_link_id')::uuid END,
        NEW.visibility;
    RETURN NULL;
END $$
"""
"""Argument: the column of `document` that leads here. Documents go where their subject goes, and narrow with it."""

KEEP_DOCUMENTS = f"""
CREATE FUNCTION keep_documents() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    UPDATE document SET visibility = 'city', version = version + 1, updated_at = date_trunc('second', now())
    WHERE city_link_id = OLD.city_link_id AND city_id = OLD.partner_city_id AND visibility = 'link'
        AND EXISTS (SELECT FROM city_link WHERE id = OLD.city_link_id);
    RETURN NULL;
END $$
"""
"""What a city had shared in a link is its own again when it leaves."""

LEAVE_DOCUMENTS = f"""
CREATE FUNCTION leave_documents() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    PERFORM write_change('document', 'withdrawn', to_jsonb(d), to_jsonb(d), '{{}}', true, OLD.partner_city_id)
    FROM document d WHERE city_link_id = OLD.city_link_id AND visibility = 'link'
        AND city_id IS DISTINCT FROM OLD.partner_city_id;
    RETURN NULL;
END $$
"""
"""A city that leaves a link is told to forget the documents that were shared in it."""

FOLLOW_DOCUMENTS = f"""
CREATE FUNCTION follow_documents() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
BEGIN
    UPDATE document d SET subject_link_id = stays.id, city_link_id = stays.id, version = d.version + 1,
        updated_at = date_trunc('second', now()),
        visibility = limits[least(array_position(limits, d.visibility), array_position(limits, stays.visibility))]
    FROM city_link stays WHERE stays.id = NEW.merged_into_id AND d.subject_link_id = NEW.id;
    RETURN NULL;
END $$
"""
"""The documents of a link follow when it is merged into another, and are seen by no more people than that one."""

KEEP_FILE = f"""
CREATE FUNCTION keep_file(content text, bytes bigint) RETURNS void LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
BEGIN
    IF NOT may_edit() THEN
        RAISE EXCEPTION 'only editors keep files' USING ERRCODE = '42501';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(content, 0));
    INSERT INTO stored_file (sha256, size) VALUES (content, bytes) ON CONFLICT DO NOTHING;
END $$
"""
"""Names a file of the store. While the transaction lasts, the sweep, which takes the same lock, leaves it alone."""

ENTER_BY_LINK = f"""
CREATE FUNCTION enter_by_link(presented_prefix text)
RETURNS TABLE (client_id uuid, name text, city_id uuid, role text, scopes text[], expires_at timestamptz)
LANGUAGE sql VOLATILE {DEFINER} AS $$
    SELECT * FROM enter(presented_prefix, (SELECT hash FROM api_key WHERE prefix = presented_prefix))
$$
"""
"""Enters as whoever made a signed link, while its key holds; that the link is genuine is our word."""

TELL_JOINER = """
CREATE OR REPLACE FUNCTION tell_joiner() RETURNS trigger LANGUAGE plpgsql {definer} AS $$
BEGIN
    IF EXISTS (
        SELECT FROM change WHERE record_id = NEW.city_link_id AND operation = 'created'
            AND transaction_id = pg_current_xact_id()::text::bigint
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM write_change(what, 'updated', record, record, '{{}}', false, NEW.partner_city_id) FROM (
        SELECT 'agreement' AS what, to_jsonb(a) AS record FROM agreement a WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'organization', to_jsonb(o) FROM organization o WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'contact', to_jsonb(c) FROM contact c WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'exchange_project', to_jsonb(p) FROM exchange_project p WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'result', to_jsonb(r) FROM result r WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'indicator', to_jsonb(i) FROM indicator i WHERE city_link_id = NEW.city_link_id
        UNION ALL SELECT 'period', to_jsonb(t) FROM period t WHERE city_link_id = NEW.city_link_id{more}
    ) shared WHERE record ->> 'visibility' = 'link' AND (record ->> 'city_id')::uuid <> NEW.partner_city_id;
    RETURN NULL;
END $$
"""
AND_DOCUMENTS = """
        UNION ALL SELECT 'document', to_jsonb(d) FROM document d WHERE city_link_id = NEW.city_link_id"""

FUNCTIONS = (
    ("check_document()", CHECK_DOCUMENT),
    ("follow_subject()", FOLLOW_SUBJECT),
    ("keep_documents()", KEEP_DOCUMENTS),
    ("leave_documents()", LEAVE_DOCUMENTS),
    ("follow_documents()", FOLLOW_DOCUMENTS),
    ("keep_file(text, bigint)", KEEP_FILE),
    ("enter_by_link(text)", ENTER_BY_LINK),
)
FOR_CALLERS = ("keep_file(text, bigint)", "enter_by_link(text)")

PERSONAL = ("title", "description", "file_name", "label", "title_sort", "search")
OWNERS_COLUMNS = ("visibility", "category", "personal_data", "keep_until")
"""Columns that only the owner city changes; the others are content that the other side of a link may edit."""
PLACES = ", ".join(f"'{table}', '{column}'" for _, table, column in SUBJECTS)
RULES = (
    # trigger, when, table, function and arguments
    (
        "check_document",
        "BEFORE INSERT OR UPDATE",
        "document",
        f"check_document({PLACES})",
    ),
    ("unshare", "AFTER UPDATE OF city_link_id", "document", "unshare()"),
    *(
        (
            f"follow_subject_{column}",
            f"AFTER UPDATE OF visibility{', city_link_id' if table in IN_A_LINK else ''}",
            table,
            f"follow_subject('{column}')",
        )
        for _, table, column in SUBJECTS
    ),
    ("follow_documents", "AFTER UPDATE OF merged_into_id", "city_link", "follow_documents()"),
    ("keep_documents", "AFTER DELETE", "city_link_member", "keep_documents()"),
    ("leave_documents", "AFTER DELETE", "city_link_member", "leave_documents()"),
)

CITY = "(SELECT my_city())"
LINKS = "(SELECT my_links())"
EDIT = "(SELECT may_edit())"
SHARE = "(SELECT may_share())"
DECIDE = "(SELECT may_decide())"
SHARED = f"({SHARE} AND visibility = 'link' AND city_link_id IN {LINKS})"
POLICIES = {
    "SELECT": f"USING (visibility = 'public' OR city_id = {CITY} OR (visibility = 'link' AND city_link_id IN {LINKS}))",
    "INSERT": f"WITH CHECK ({EDIT} AND city_id = {CITY} AND (visibility <> 'public' OR {DECIDE}))",
    "UPDATE": f"USING (({EDIT} AND city_id = {CITY}) OR {SHARED})"
    f" WITH CHECK (({EDIT} AND city_id = {CITY}) OR {SHARED})",
    "DELETE": f"USING ({DECIDE} AND city_id = {CITY} AND published_at IS NULL)",
}
UPDATED = (
    "title, description, file_name, language, category, personal_data, keep_until, visibility, version, updated_at"
)
"""What the API may update: never the file, nor what it is attached to."""


def upgrade() -> None:
    """Create tables, functions, triggers and policies; grant exactly the verbs that a policy limits."""
    _tables()
    for name, body in FUNCTIONS:
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for name in FOR_CALLERS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {ROLES}")
    op.execute(TELL_JOINER.format(definer=DEFINER, more=AND_DOCUMENTS))
    _search()
    op.execute(
        "CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON document"
        f" FOR EACH ROW EXECUTE FUNCTION guard_record({_listed(OWNERS_COLUMNS)})"
    )
    op.execute(
        "CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON document"
        f" FOR EACH ROW EXECUTE FUNCTION record_change({_listed(PERSONAL)})"
    )
    for name, when, table, function in RULES:
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}")
    for table in ("stored_file", "document"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for verb, limits in POLICIES.items():
        op.execute(f"CREATE POLICY {verb.lower()}_policy ON document FOR {verb} {limits}")
        op.execute(f"GRANT {verb} {f'({UPDATED})' if verb == 'UPDATE' else ''} ON document TO {ROLES}")


def downgrade() -> None:
    """Drop them; the files stay in the store until a sweep."""
    op.execute(TELL_JOINER.format(definer=DEFINER, more=""))
    for name, _, table, _ in RULES:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP FUNCTION find_documents(text)")
    op.execute("DROP FUNCTION document_candidates(text, boolean)")
    op.drop_table("document")
    op.drop_table("stored_file")
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")


def _tables() -> None:
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_stored_file_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_file_size")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    computed = {
        "subject_type": TYPE,
        "subject_id": f"coalesce({COLUMNS})",
        "label": "one_text(title)",
        "title_sort": "fold(one_text(title))",
        "search": "words_of(file_name, title)",
    }
    types: dict[str, Any] = {"subject_id": sa.Uuid(), "search": postgresql.TSVECTOR()}
    op.create_table(
        "document",
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("description", postgresql.JSONB(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("personal_data", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("city_link_id", sa.Uuid(), nullable=True),
        *(sa.Column(column, sa.Uuid(), nullable=True) for _, _, column in SUBJECTS),
        *(
            sa.Column(name, types.get(name, sa.Text()), sa.Computed(value, persisted=True), nullable=False)
            for name, value in computed.items()
        ),
        sa.Column("visibility", sa.Text(), server_default=sa.text("'city'"), nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("city_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("updated_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("localized_text(title, 300, false)", name=op.f("ck_document_title")),
        sa.CheckConstraint("localized_text(description, 4000, true)", name=op.f("ck_document_description")),
        sa.CheckConstraint("plain_text(file_name, 200, false)", name=op.f("ck_document_file_name")),
        sa.CheckConstraint(f"media_type IN ({MEDIA_TYPES})", name=op.f("ck_document_media_type")),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_size")),
        sa.CheckConstraint("language ~ '^[a-z]{2}$'", name=op.f("ck_document_language")),
        sa.CheckConstraint("category ~ '^[A-Z][0-9]{2}$'", name=op.f("ck_document_category")),
        sa.CheckConstraint("keep_until BETWEEN '1900-01-01' AND '2200-12-31'", name=op.f("ck_document_keep_until")),
        sa.CheckConstraint("NOT personal_data OR keep_until IS NOT NULL", name=op.f("ck_document_personal_data")),
        sa.CheckConstraint(f"num_nonnulls({COLUMNS}) = 1", name=op.f("ck_document_one_subject")),
        sa.CheckConstraint("visibility IN ('city', 'link', 'public')", name=op.f("ck_document_visibility")),
        sa.CheckConstraint("visibility <> 'link' OR city_link_id IS NOT NULL", name=op.f("ck_document_shared")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_document_sha256")),
        sa.ForeignKeyConstraint(["city_id"], ["partner_city.id"], name=op.f("fk_document_city_id")),
        sa.ForeignKeyConstraint(["city_link_id"], ["city_link.id"], name=op.f("fk_document_city_link_id")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_document_{column}"))
            for _, table, column in SUBJECTS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_city_id"), "document", ["city_id"])
    for _, _, column in SUBJECTS:
        op.create_index(op.f(f"ix_document_{column}"), "document", [column])
    for column in SORTED:
        op.create_index(f"ix_document_{column}", "document", [column, "title_sort", "id"])
    for column in ("title_sort", "size", "created_at", "updated_at"):
        op.create_index(f"ix_document_{column}", "document", [column, "id"])
    for column in ("sha256", "keep_until"):
        op.create_index(f"ix_document_{column}", "document", [column])
    op.create_index("ix_document_search", "document", ["search"], postgresql_using="gin")


def _search() -> None:
    """Create the two functions by which the table is found by words, as 0013 has it."""
    op.execute(f"""
        CREATE FUNCTION document_candidates(words text, forgiving boolean) RETURNS SETOF uuid
        LANGUAGE sql STABLE {DEFINER} AS $$
            SELECT id FROM document WHERE search @@ query_of(words, forgiving)
        $$
    """)
    op.execute("REVOKE ALL ON FUNCTION document_candidates FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION document_candidates TO {ROLES}")
    op.execute("""
        CREATE FUNCTION find_documents(words text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
            WITH found AS MATERIALIZED (
                SELECT id FROM document WHERE id IN (SELECT document_candidates(words, false))
            )
            SELECT id FROM found
            UNION ALL
            SELECT document_candidates(words, true) WHERE NOT EXISTS (SELECT FROM found)
        $$
    """)


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f"'{column}'" for column in columns)
