"""Agreements: two or three periods per link, with themes and signatories, seen by whoever sees the link."""

ROWS = 50_000
STATEMENTS = (
    """
    INSERT INTO agreement (id, city_id, city_link_id, title, kind, valid_from, valid_to, signed_on, internal_note,
        visibility, published_at, created_at, updated_at)
    SELECT pg_temp.key('agreement', i), l.city_id, l.id,
        'Agreement ' || year || '–' || year + 5 || ' ' || pg_temp.word('agreement', i),
        (ARRAY['memorandumOfUnderstanding', 'renewal', 'workProgram'])[1 + i % 3], make_date(year, 1, 1),
        make_date(year + 5, 12, 31), CASE WHEN i % 8 <> 0 THEN make_date(year - 1, 11, 1 + i % 28) END,
        CASE WHEN i % 4 = 0 THEN pg_temp.prose('remark', i, 5) END, l.visibility, l.published_at, l.created_at,
        l.created_at
    FROM generate_series(:first, :last) i,
        LATERAL (SELECT 1 + (i - 1) * 2 / 5, 2008 + 6 * (i % 3)) n(link, year)
        JOIN city_link l ON l.id = pg_temp.key('link', link)
    """,
    """
    INSERT INTO agreement_theme (agreement_id, code)
    SELECT DISTINCT pg_temp.key('agreement', i),
        pg_temp.choice('about' || n, i, 'climate', 'education', 'health', 'waste', 'water', 'youth')
    FROM generate_series(:first, :last) i, generate_series(1, 1 + i % 2) n
    """,
    """
    INSERT INTO agreement_signatory (id, agreement_id, partner_city_id, name, function, position)
    SELECT pg_temp.key('signatory', i * 2 + m.position), pg_temp.key('agreement', i), m.partner_city_id,
        'An ' || pg_temp.word('signatory', i + m.position), 'Mayor', m.position
    FROM generate_series(:first, :last) i
        JOIN city_link_member m ON m.city_link_id = pg_temp.key('link', 1 + (i - 1) * 2 / 5) AND m.position < 2
    """,
)
