"""The questions asked of the record of change."""

IN_MY_LINK = """
    city_link_id IN (SELECT my_links()) AND (table_name <> 'contact' OR city_id = ANY ((SELECT my_senders())::uuid[]))
"""
"""People are known in a link only to those whom the law lets know them today."""

SEEN_AS = f"""
    CASE WHEN city_id = (SELECT my_city()) OR (table_name = 'partner_city' AND record_id = (SELECT my_city()))
            OR visibility = 'admin' THEN 'city'
        WHEN {IN_MY_LINK} THEN 'link' ELSE 'public' END
"""

PARENT = "coalesce(parent_id, CASE table_name WHEN 'agreement' THEN city_link_id END) AS parent_id"
"""In whose address the record stands; before parents were recorded, agreements alone stood below another record."""

FEED = f"""
SELECT transaction_id, sequence, table_name, record_id, {PARENT}, city_link_id, operation, version,
    to_char(timezone('UTC', changed_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS changed_at,
    ARRAY(SELECT jsonb_object_keys(fields)) AS names, {SEEN_AS} AS seen_as
FROM change
WHERE transaction_id < (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
    AND (transaction_id, sequence) > (%(transaction)s::bigint, %(sequence)s::bigint)
ORDER BY transaction_id, sequence LIMIT %(limit)s::integer
"""  # noqa: S608 (all pieces are constants)
"""Only transactions older than every running one: by sequence alone, one that commits late would be lost."""

EPOCH = "SELECT epoch FROM change_epoch ORDER BY started_at DESC, epoch DESC LIMIT 1"

SEALS = """
SELECT number, changes, encode(digest, 'hex') AS digest,
    to_char(timezone('UTC', sealed_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS sealed_at
FROM change_seal WHERE number < %(before)s::bigint ORDER BY number DESC LIMIT %(limit)s::integer
"""

HISTORY = f"""
SELECT sequence, operation, version, to_char(timezone('UTC', changed_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS changed_at,
    actor_name, {PARENT}, fields, {SEEN_AS} AS seen_as,
    previous_visibility IS NULL OR previous_visibility IN ('public', 'admin') OR city_id = (SELECT my_city())
        OR (table_name = 'partner_city' AND record_id = (SELECT my_city()))
        OR (previous_visibility = 'link' AND {IN_MY_LINK}) AS old_seen
FROM change
WHERE record_id = %(record)s::uuid AND audience_city_id IS NULL AND NOT withdrawn AND sequence < %(before)s::bigint
ORDER BY sequence DESC LIMIT %(limit)s::integer
"""  # noqa: S608 (all pieces are constants)
