"""Organizations: four per city, most of them shared in a link; 70 % public, 20 % for both sides, 10 % for the city.

The caller of the benchmark has 200 more, of a kind of their own, which it changes.
"""

ROWS = 20_000
STATEMENTS = (
    """
    INSERT INTO organization (id, city_id, name, names, kind, partner_city_id, city_link_id, functional_mailbox, phone,
        website, community, summary, internal_note, visibility, published_at, created_at, updated_at)
    SELECT pg_temp.key('organization', i), pg_temp.key('city', 1 + (i - 1) / 4),
        pg_temp.word('organization', i) || ' ' || pg_temp.choice('form', i, 'association', 'school', 'fund', 'council'),
        CASE WHEN i % 3 = 0 THEN jsonb_build_object('fr', pg_temp.word('association', i)) END,
        pg_temp.choice('type', i, '10', '11', '15', '21', '22', '23', '24', '40', '60', '80'),
        pg_temp.key('city', 1 + (i - 1) / 4),
        CASE WHEN i % 10 <> 0 THEN pg_temp.key('link', i) END,
        'office' || i || '@example.org', '+3289' || lpad(i::text, 7, '0'), 'https://www.example.org/organization/' || i,
        CASE WHEN i % 2 = 0 THEN pg_temp.prose('community', i, 3) END,
        CASE WHEN i % 4 <> 0 THEN jsonb_build_object('en', pg_temp.prose('does', i, 10)) END,
        CASE WHEN i % 5 = 0 THEN pg_temp.prose('inside', i, 5) END, visibility,
        CASE WHEN visibility = 'public' THEN made END, made, made
    FROM generate_series(:first, :last) i, LATERAL (SELECT :epoch + i * interval '1 minute') t(made),
        LATERAL (SELECT CASE WHEN i % 10 = 9 THEN 'city' WHEN i % 10 IN (4, 7) THEN 'link' ELSE 'public' END)
            v(visibility)
    """,
    """
    INSERT INTO organization (id, city_id, name, kind, partner_city_id, city_link_id, functional_mailbox, community,
        visibility)
    SELECT pg_temp.key('own organization', i), pg_temp.key('city', 10), 'Own ' || pg_temp.word('own', i), '70',
        pg_temp.key('city', 10), pg_temp.key('link', 37), 'own' || i || '@example.org', 'Nobody yet', 'link'
    FROM generate_series(1, 200) i WHERE :first = 1
    """,
)
