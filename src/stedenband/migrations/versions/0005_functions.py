"""The few functions that run with the owner's rights, and those of the triggers: scope, search, change, guards."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

ENTER = f"""
CREATE FUNCTION enter(presented_prefix text, presented_hash bytea)
RETURNS TABLE (client_id uuid, name text, city_id uuid, role text, scopes text[])
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    caller record;
BEGIN
    SELECT c.id, c.name, c.city_id, c.role, k.scopes, k.id AS key_id, k.last_used_at INTO caller
    FROM api_key k JOIN api_client c ON c.id = k.api_client_id
    WHERE k.prefix = presented_prefix AND k.hash = presented_hash AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > now()) AND c.status = 'active';
    PERFORM set_config('stedenband.client', coalesce(caller.id::text, ''), false),
        set_config('stedenband.role', coalesce(caller.role, ''), false),
        set_config('stedenband.member', coalesce(caller.city_id::text, ''), false),
        set_config('stedenband.city',
            CASE WHEN caller.role = 'partner' THEN '' ELSE coalesce(caller.city_id::text, '') END, false);
    IF caller.id IS NULL THEN
        RETURN;
    END IF;
    IF caller.last_used_at IS NULL OR caller.last_used_at < now() - interval '1 minute' THEN
        UPDATE api_key SET last_used_at = date_trunc('second', now())
        WHERE id = (SELECT k.id FROM api_key k WHERE k.id = caller.key_id FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
    RETURN QUERY SELECT caller.id, caller.name, caller.city_id, caller.role, caller.scopes;
END $$
"""

MY_LINKS = f"""
CREATE FUNCTION my_links() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 {DEFINER} AS $$
    SELECT city_link_id FROM city_link_member WHERE partner_city_id = my_membership()
$$
"""

HAS_CLIENT = f"""
CREATE FUNCTION has_client(city uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE {DEFINER} AS $$
    SELECT EXISTS (SELECT FROM api_client WHERE city_id = city)
$$
"""

FIND_CITIES = f"""
CREATE FUNCTION find_partner_cities(words text) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT id FROM partner_city WHERE search @@ (
        SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery FROM unnest(split_words(words)) word
    )
$$
"""

FIND_LINKS = f"""
CREATE FUNCTION find_city_links(words text) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    WITH wanted AS (
        SELECT DISTINCT word, (quote_literal(word) || ':*')::tsquery AS prefix FROM unnest(split_words(words)) word
    ), hit AS (
        SELECT word, l.id FROM wanted JOIN city_link l ON l.search @@ prefix
        UNION
        SELECT word, m.city_link_id FROM wanted JOIN partner_city c ON c.search @@ prefix
        JOIN city_link_member m ON m.partner_city_id = c.id
        WHERE c.visibility = 'public' OR c.city_id = my_city()
    )
    SELECT id FROM hit GROUP BY id HAVING count(*) = (SELECT count(*) FROM wanted)
$$
"""

WRITE_CHANGE = f"""
CREATE FUNCTION write_change(
    what text, operation text, record jsonb, before jsonb, fields jsonb,
    withdrawn boolean DEFAULT false, audience uuid DEFAULT NULL
) RETURNS void LANGUAGE sql VOLATILE {DEFINER} AS $$
    INSERT INTO change AS kept (
        transaction_id, api_client_id, actor_name, operation, withdrawn, table_name, record_id, version, fields,
        city_id, city_link_id, visibility, previous_visibility, remaining, audience_city_id
    )
    SELECT pg_current_xact_id()::text::bigint, my_client(), (SELECT name FROM api_client WHERE id = my_client()),
        operation, withdrawn, what, (record ->> 'id')::uuid, (record ->> 'version')::integer, fields,
        (record ->> 'city_id')::uuid,
        CASE WHEN what = 'city_link' THEN (record ->> 'id')::uuid ELSE (record ->> 'city_link_id')::uuid END,
        coalesce(CASE WHEN withdrawn THEN before ELSE record END ->> 'visibility', 'admin'),
        before ->> 'visibility',
        CASE WHEN withdrawn THEN record ->> 'visibility' END, audience
    ON CONFLICT (record_id, transaction_id, withdrawn, audience_city_id) DO UPDATE SET
        operation = CASE WHEN kept.operation = 'created' AND excluded.operation = 'updated' THEN 'created'
            ELSE excluded.operation END,
        version = excluded.version, visibility = excluded.visibility, remaining = excluded.remaining,
        city_id = excluded.city_id,
        fields = kept.fields || (
            SELECT coalesce(jsonb_object_agg(key, CASE
                WHEN jsonb_typeof(kept.fields -> key) = 'array' AND jsonb_typeof(value) = 'array'
                THEN jsonb_build_array(kept.fields -> key -> 0, value -> 1) ELSE value END), '{{}}')
            FROM jsonb_each(excluded.fields)
        )
$$
"""

RECORD_CHANGE = f"""
CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    personal text[] := TG_ARGV;
    fields jsonb;
BEGIN
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (personal) THEN 'null'
        ELSE jsonb_build_array(before -> key, after -> key) END) INTO fields
    FROM jsonb_each(coalesce(after, before))
    WHERE coalesce(before -> key, 'null') <> coalesce(after -> key, 'null')
        AND key NOT IN ('id', 'version', 'created_at', 'updated_at', 'name_sort', 'title_sort', 'search');
    IF TG_OP = 'UPDATE' AND fields IS NULL AND before -> 'version' = after -> 'version' THEN
        RETURN NULL;
    END IF;
    PERFORM write_change(TG_TABLE_NAME,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END,
        coalesce(after, before), before, coalesce(fields, '{{}}'));
    IF TG_OP = 'UPDATE' AND (before ->> 'visibility', after ->> 'visibility') IN
        (('public', 'link'), ('public', 'city'), ('link', 'city')) THEN
        PERFORM write_change(TG_TABLE_NAME, 'withdrawn', after, before, '{{}}', true);
    END IF;
    RETURN NULL;
END $$
"""

RECORD_PARTS = f"""
CREATE FUNCTION record_parts() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    field text := TG_ARGV[0];
    parent_table text := TG_ARGV[1];
    parent_key text := TG_ARGV[2];
    hidden text[] := string_to_array(TG_ARGV[3], ',') || parent_key;
    unrecorded text[] := ARRAY['last_used_at'];
    source text := CASE TG_OP WHEN 'INSERT' THEN 'SELECT to_jsonb(t) AS part, true AS added FROM added t'
        WHEN 'DELETE' THEN 'SELECT to_jsonb(t) AS part, false AS added FROM removed t'
        ELSE 'SELECT to_jsonb(t), true FROM added t UNION ALL SELECT to_jsonb(t), false FROM removed t' END;
    touched record;
    parent jsonb;
    before jsonb;
    after jsonb;
BEGIN
    FOR touched IN EXECUTE format(
        'WITH moved(part, is_added) AS (%s) SELECT part ->> %L AS parent_id,
            coalesce(jsonb_agg(part) FILTER (WHERE is_added), ''[]'') AS added,
            coalesce(jsonb_agg(part) FILTER (WHERE NOT is_added), ''[]'') AS removed
         FROM moved GROUP BY 1', source, parent_key)
    LOOP
        EXECUTE format('SELECT to_jsonb(p) FROM %I p WHERE id = $1', parent_table)
            INTO parent USING touched.parent_id::uuid;
        CONTINUE WHEN parent IS NULL;
        EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(c)), ''[]'') FROM %I c WHERE %I = $1',
            TG_TABLE_NAME, parent_key) INTO after USING touched.parent_id::uuid;
        SELECT coalesce(jsonb_agg(part), '[]') INTO before FROM (
            (SELECT value AS part FROM jsonb_array_elements(after)
                EXCEPT SELECT value FROM jsonb_array_elements(touched.added))
            UNION SELECT value FROM jsonb_array_elements(touched.removed)
        ) parts;
        CONTINUE WHEN without(before, unrecorded) = without(after, unrecorded);
        before := without(before, hidden);
        after := without(after, hidden);
        PERFORM write_change(parent_table, 'updated', parent, parent, jsonb_build_object(field,
            CASE WHEN before = after THEN 'null' ELSE jsonb_build_array(before, after) END));
    END LOOP;
    RETURN NULL;
END $$
"""

CHECK_LINK = f"""
CREATE FUNCTION check_link() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    row jsonb := to_jsonb(coalesce(NEW, OLD));
    link city_link;
    members uuid[];
BEGIN
    SELECT * INTO link FROM city_link
    WHERE id = (CASE TG_TABLE_NAME WHEN 'city_link' THEN row ->> 'id' ELSE row ->> 'city_link_id' END)::uuid;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF link.city_id IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('register of city links'));
    ELSE
        PERFORM FROM partner_city WHERE id = link.city_id FOR NO KEY UPDATE;
    END IF;
    members := ARRAY(SELECT partner_city_id FROM city_link_member WHERE city_link_id = link.id ORDER BY 1);
    IF cardinality(members) < 2 THEN
        RAISE EXCEPTION 'a link has two or more members' USING ERRCODE = '23514', CONSTRAINT = 'two_members';
    END IF;
    IF link.city_id <> ALL (members) THEN
        RAISE EXCEPTION 'the owner is a member' USING ERRCODE = '23514', CONSTRAINT = 'owner_is_member';
    END IF;
    IF link.status <> 'ended' AND EXISTS (
        SELECT FROM city_link_member m JOIN city_link other ON other.id = m.city_link_id
        WHERE m.partner_city_id = members[1] AND other.id <> link.id AND other.kind = link.kind
            AND other.status <> 'ended' AND other.city_id IS NOT DISTINCT FROM link.city_id
            AND ARRAY(SELECT o.partner_city_id FROM city_link_member o
                WHERE o.city_link_id = other.id ORDER BY 1) = members
    ) THEN
        RAISE EXCEPTION 'the link is open already' USING ERRCODE = '23514', CONSTRAINT = 'one_open_link';
    END IF;
    RETURN NULL;
END $$
"""

CHECK_AGREEMENT = f"""
CREATE FUNCTION check_agreement() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    limits constant text[] := ARRAY['city', 'link', 'public'];
    link city_link;
BEGIN
    SELECT * INTO link FROM city_link WHERE id = NEW.city_link_id FOR SHARE;
    IF array_position(limits, NEW.visibility) > array_position(limits, link.visibility) THEN
        RAISE EXCEPTION 'wider than its link' USING ERRCODE = '23514', CONSTRAINT = 'not_wider_than_link';
    END IF;
    NEW.city_id := link.city_id;
    RETURN NEW;
END $$
"""

NARROW_AGREEMENTS = f"""
CREATE FUNCTION follow_link() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    UPDATE agreement SET visibility = NEW.visibility, version = version + 1
    WHERE city_link_id = NEW.id AND NEW.visibility <> 'public'
        AND (visibility = 'public' OR (visibility = 'link' AND NEW.visibility = 'city'));
    UPDATE agreement SET city_id = NEW.city_id, version = version + 1
    WHERE city_link_id = NEW.id AND city_id IS DISTINCT FROM NEW.city_id;
    RETURN NULL;
END $$
"""

LEAVE_LINK = f"""
CREATE FUNCTION leave_link() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    link jsonb := (SELECT to_jsonb(l) FROM city_link l WHERE id = OLD.city_link_id);
BEGIN
    IF link ->> 'visibility' = 'link' THEN
        PERFORM write_change('city_link', 'withdrawn', link, link, '{{}}', true, OLD.partner_city_id);
    END IF;
    PERFORM write_change('agreement', 'withdrawn', to_jsonb(a), to_jsonb(a), '{{}}', true, OLD.partner_city_id)
    FROM agreement a WHERE city_link_id = OLD.city_link_id AND visibility = 'link' AND link IS NOT NULL;
    RETURN NULL;
END $$
"""

FORGET_LINK = f"""
CREATE FUNCTION forget_link() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    IF OLD.visibility = 'link' THEN
        PERFORM write_change('city_link', 'deleted', to_jsonb(OLD), to_jsonb(OLD), '{{}}', true, partner_city_id)
        FROM city_link_member WHERE city_link_id = OLD.id AND partner_city_id IS DISTINCT FROM OLD.city_id;
    END IF;
    RETURN OLD;
END $$
"""

GUARD = """
CREATE FUNCTION guard_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owned boolean;
    name text;
BEGIN
    IF NEW.visibility = 'public' THEN
        NEW.published_at := coalesce(NEW.published_at, date_trunc('second', now()));
    END IF;
    IF TG_OP = 'INSERT' OR NOT row_security_active(TG_RELID) THEN
        RETURN NEW;
    END IF;
    owned := coalesce(OLD.city_id = my_city(), false) OR TG_TABLE_NAME = 'partner_city';
    IF NOT owned THEN
        FOREACH name IN ARRAY TG_ARGV LOOP
            IF to_jsonb(OLD) -> name IS DISTINCT FROM to_jsonb(NEW) -> name THEN
                RAISE EXCEPTION 'only the owner city changes %', name USING ERRCODE = '42501';
            END IF;
        END LOOP;
    END IF;
    IF NEW.visibility <> OLD.visibility AND 'public' IN (NEW.visibility, OLD.visibility)
        AND NOT (may_decide() OR (may_operate() AND TG_TABLE_NAME = 'partner_city')) THEN
        RAISE EXCEPTION 'only a coordinator publishes' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$
"""

CLAIM = f"""
CREATE FUNCTION claim_city_link(wanted uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
BEGIN
    UPDATE city_link SET city_id = my_city(), version = version + 1, updated_at = date_trunc('second', now())
    WHERE id = wanted AND city_id IS NULL AND may_decide() AND id IN (SELECT my_links());
    RETURN FOUND;
END $$
"""

MERGE = f"""
CREATE FUNCTION merge_city_links(gone uuid, stays uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    leaving city_link;
    staying city_link;
BEGIN
    SELECT * INTO leaving FROM city_link WHERE id = gone FOR NO KEY UPDATE;
    SELECT * INTO staying FROM city_link WHERE id = stays FOR NO KEY UPDATE;
    IF NOT may_decide() OR my_city() IS NULL OR stays NOT IN (SELECT my_links())
        OR NOT coalesce(my_city() IN (leaving.city_id, staying.city_id), false)
        OR 'city' IN (SELECT visibility FROM city_link WHERE id IN (gone, stays) AND city_id <> my_city()) THEN
        RAISE EXCEPTION 'only an owner of one of the two merges links' USING ERRCODE = '42501';
    END IF;
    IF leaving.status = 'ended' OR staying.status = 'ended' OR stays NOT IN (SELECT duplicates_of_city_link(gone)) THEN
        RAISE EXCEPTION 'not the same link' USING ERRCODE = '23514', CONSTRAINT = 'same_link';
    END IF;
    INSERT INTO city_link_merge (city_link_id, into_id, partner_city_id) VALUES (gone, stays, my_city())
    ON CONFLICT DO NOTHING;
    UPDATE city_link SET version = version + 1, updated_at = date_trunc('second', now()) WHERE id = gone;
    IF EXISTS (
        SELECT FROM unnest(ARRAY[leaving.city_id, staying.city_id]) owner WHERE owner IS NOT NULL
            AND owner NOT IN (SELECT partner_city_id FROM city_link_merge WHERE city_link_id = gone AND into_id = stays)
    ) THEN
        RETURN false;
    END IF;
    UPDATE agreement SET city_link_id = stays, city_id = staying.city_id, version = version + 1,
        visibility = CASE WHEN staying.visibility = 'city' OR visibility = 'city' THEN 'city'
            WHEN staying.visibility = 'link' THEN 'link' ELSE visibility END
    WHERE city_link_id = gone;
    UPDATE city_link SET status = 'ended', end_date = current_date, merged_into_id = stays WHERE id = gone;
    INSERT INTO city_link_move (city_link_id, status, reason) VALUES (gone, 'ended', 'Merged into another record.');
    RETURN true;
END $$
"""

CITY_DUPLICATES = """
CREATE FUNCTION duplicates_of_partner_city(wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT other.id FROM partner_city this JOIN partner_city other
        ON other.country_code = this.country_code AND other.name_sort = this.name_sort AND other.id <> this.id
    WHERE this.id = wanted
$$
"""

LINK_DUPLICATES = """
CREATE FUNCTION duplicates_of_city_link(wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT other.id FROM city_link this
    JOIN city_link_member mine ON mine.city_link_id = this.id AND mine.position = 0
    JOIN city_link_member theirs ON theirs.partner_city_id = mine.partner_city_id
    JOIN city_link other ON other.id = theirs.city_link_id
    WHERE this.id = wanted AND other.id <> this.id AND other.kind = this.kind
        AND this.status <> 'ended' AND other.status <> 'ended'
        AND ARRAY(SELECT m.partner_city_id FROM city_link_member m WHERE m.city_link_id = other.id ORDER BY 1)
            = ARRAY(SELECT m.partner_city_id FROM city_link_member m WHERE m.city_link_id = this.id ORDER BY 1)
$$
"""

FUNCTIONS = (
    ("duplicates_of_partner_city(uuid)", CITY_DUPLICATES),
    ("duplicates_of_city_link(uuid)", LINK_DUPLICATES),
    ("enter(text, bytea)", ENTER),
    ("my_links()", MY_LINKS),
    ("has_client(uuid)", HAS_CLIENT),
    ("find_partner_cities(text)", FIND_CITIES),
    ("find_city_links(text)", FIND_LINKS),
    ("write_change(text, text, jsonb, jsonb, jsonb, boolean, uuid)", WRITE_CHANGE),
    ("record_change()", RECORD_CHANGE),
    ("record_parts()", RECORD_PARTS),
    ("check_link()", CHECK_LINK),
    ("check_agreement()", CHECK_AGREEMENT),
    ("follow_link()", NARROW_AGREEMENTS),
    ("leave_link()", LEAVE_LINK),
    ("forget_link()", FORGET_LINK),
    ("guard_record()", GUARD),
    ("claim_city_link(uuid)", CLAIM),
    ("merge_city_links(uuid, uuid)", MERGE),
)

FOR_CALLERS = (
    "enter(text, bytea)",
    "my_links()",
    "has_client(uuid)",
    "find_partner_cities(text)",
    "find_city_links(text)",
    "claim_city_link(uuid)",
    "merge_city_links(uuid, uuid)",
)


def upgrade() -> None:
    """Create the functions; those with the owner's rights are nobody's but the callers named."""
    for name, body in FUNCTIONS:
        op.execute(body)
        if DEFINER in body:
            op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for name in FOR_CALLERS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO stedenband_api, stedenband_worker")


def downgrade() -> None:
    """Drop them."""
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
