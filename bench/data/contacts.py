"""Contacts with addresses, languages and a role, shared as the organization they belong to."""

ROWS = 50_000
STATEMENTS = (
    """
    INSERT INTO contact (id, city_id, given_name, family_name, organization_id, partner_city_id, city_link_id, function,
        function_mailbox, lawful_basis, purpose, source, review_on, visibility, published_at, created_at, updated_at)
    SELECT pg_temp.key('contact', i), o.city_id, pg_temp.word('given', i % 500), pg_temp.word('family', i), o.id,
        o.partner_city_id, o.city_link_id, pg_temp.choice('function', i, 'Alderman', 'Teacher', 'North-South officer',
            'Secretary', 'Treasurer', 'Chair'),
        'function' || i || '@example.org', 'publicTask', 'Preparing the program of the link.', 'The person, by e-mail.',
        date '2026-01-01' + pg_temp.pick('review', i, 900), o.visibility, o.published_at, o.created_at, o.created_at
    FROM generate_series(:first, :last) i
        JOIN organization o ON o.id = pg_temp.key('organization', 1 + (i - 1) * 2 / 5)
    """,
    """
    INSERT INTO contact_email (id, contact_id, address, kind, position)
    SELECT pg_temp.key('email', i * 2 + n), pg_temp.key('contact', i), 'person' || i || '.' || n || '@example.org',
        CASE n WHEN 0 THEN 'work' ELSE 'private' END, n
    FROM generate_series(:first, :last) i, generate_series(0, i % 2) n
    """,
    """
    INSERT INTO contact_phone (id, contact_id, number, position)
    SELECT pg_temp.key('phone', i), pg_temp.key('contact', i), '+32475' || lpad(i::text, 7, '0'), 0
    FROM generate_series(:first, :last) i
    """,
    """
    INSERT INTO contact_language (contact_id, code)
    SELECT pg_temp.key('contact', i), code FROM generate_series(:first, :last) i,
        LATERAL unnest(CASE WHEN i % 2 = 0 THEN ARRAY['en', 'nl'] ELSE ARRAY['fr'] END) code
    """,
    """
    INSERT INTO contact_role (id, contact_id, role, organization_id, valid_from)
    SELECT pg_temp.key('role', i), c.id, pg_temp.choice('role', i, 'coordinator', 'member', 'volunteer', 'staff'),
        c.organization_id, date '2020-01-01'
    FROM generate_series(:first, :last) i JOIN contact c ON c.id = pg_temp.key('contact', i)
    """,
)
