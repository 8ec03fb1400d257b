"""API clients, one per city that owns its own record, each with a key; one of them calls in the benchmark."""

ROWS = 500
CALLER = "Office 1"
CITY = 10
"""The number of the caller's city."""
KEY = f"sb_{'bench'.ljust(12, '0')}_{'not a secret'.replace(' ', '-').ljust(43, '0')}"
STATEMENTS = (
    """
    INSERT INTO api_client (id, city_id, name, role)
    SELECT pg_temp.key('client', i), pg_temp.key('city', i * 10), 'Office ' || i, 'coordinator'
    FROM generate_series(:first, :last) i
    """,
    """
    INSERT INTO api_key (id, api_client_id, prefix, hash)
    SELECT pg_temp.key('key', i), pg_temp.key('client', i), lpad(i::text, 12, 'k'), sha256(('secret ' || i)::bytea)
    FROM generate_series(:first, :last) i
    """,
)
