"""The questions asked of the log of a webhook."""

DELIVERIES = """
SELECT log.* FROM (SELECT id FROM webhook WHERE id = %(webhook)s::uuid) held LEFT JOIN LATERAL (
SELECT number, id, type, subject, state, attempts,
    CASE WHEN state = 'pending' THEN to_char(timezone('UTC', due_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END AS due_at,
    status_code, failure, to_char(timezone('UTC', created_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at,
    to_char(timezone('UTC', ended_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ended_at
FROM webhook_delivery
WHERE webhook_id = held.id AND number < %(before)s::bigint
    AND state = coalesce(%(state)s::text, state) AND id = coalesce(%(id)s::uuid, id)
ORDER BY number DESC LIMIT %(limit)s::integer
) log ON true ORDER BY log.number DESC
"""
"""No row where the caller does not see the webhook; one without values where its log holds nothing of the kind."""
