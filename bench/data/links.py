"""City links with members, themes and moves: 70 % public, 20 % for both sides, 10 % for the own city."""

ROWS = 20_000
STATEMENTS = (
    """
    INSERT INTO city_link (id, city_id, title, kind, status, summary, internal_note, start_date, end_date, visibility,
        published_at, created_at, updated_at)
    SELECT pg_temp.key('link', i), pg_temp.key('city', 1 + (i - 1) / 4),
        pg_temp.word('city', 1 + (i - 1) / 4) || ' – ' || pg_temp.word('link', i),
        pg_temp.choice('kind', i, 'cityLink', 'twinning', 'sdgPartnership', 'network', 'friendship'), status,
        CASE WHEN i % 5 <> 0 THEN jsonb_build_object('nl', pg_temp.prose('nl', i, 8), 'en', pg_temp.prose('en', i, 8)) END,
        CASE WHEN i % 3 = 0 THEN pg_temp.prose('note', i, 6) END,
        CASE WHEN status <> 'candidate' THEN date '1990-01-01' + pg_temp.pick('start', i, 12000) END,
        CASE WHEN status = 'ended' THEN date '2023-06-30' END, visibility,
        CASE WHEN visibility = 'public' THEN made END, made, made
    FROM generate_series(:first, :last) i, LATERAL (SELECT :epoch + i * interval '1 minute') t(made),
        LATERAL (SELECT pg_temp.choice('status', i, 'candidate', 'exploring', 'active', 'active', 'active', 'active',
            'active', 'dormant', 'ended', 'ended')) s(status),
        LATERAL (SELECT CASE WHEN i % 10 = 9 THEN 'city' WHEN i % 10 IN (4, 7) THEN 'link' ELSE 'public' END)
            v(visibility)
    """,
    """
    INSERT INTO city_link_member (city_link_id, partner_city_id, role, position)
    SELECT pg_temp.key('link', i), pg_temp.key('city', number), CASE position WHEN 0 THEN 'lead' ELSE 'partner' END,
        position
    FROM generate_series(:first, :last) i, LATERAL (
        SELECT 0, 1 + (i - 1) / 4
        UNION ALL SELECT 1, pg_temp.another((i - 1) / 4, 1 + i % 4 + pg_temp.pick('other', (i - 1) / 4, :block / 8), :block)
        UNION ALL SELECT 2, pg_temp.another((i - 1) / 4, :block / 2 + pg_temp.pick('third', i, :block / 8), :block)
            WHERE i % 10 = 0
    ) m(position, number)
    """,
    """
    INSERT INTO city_link_theme (city_link_id, code)
    SELECT DISTINCT pg_temp.key('link', i), pg_temp.choice('theme' || n, i, 'agriculture', 'climate', 'culture',
        'democracy', 'education', 'employment', 'equalOpportunities', 'health', 'heritage', 'migration', 'mobility',
        'sports', 'tourism', 'waste', 'water', 'youth')
    FROM generate_series(:first, :last) i, generate_series(1, 1 + pg_temp.pick('themes', i, 3)) n
    """,
    """
    INSERT INTO city_link_move (id, city_link_id, status, moved_at, reason, decision_date, decision_body,
        decision_reference)
    SELECT pg_temp.key('move', i * 2 + n), l.id, entered, l.created_at + n * interval '1 hour',
        CASE WHEN entered IN ('dormant', 'ended') THEN pg_temp.prose('reason', i, 5) END,
        CASE WHEN entered IN ('active', 'ended') THEN date '2010-05-01' + pg_temp.pick('decided', i, 4000) END,
        CASE WHEN entered IN ('active', 'ended') THEN 'City council' END,
        CASE WHEN entered IN ('active', 'ended') THEN 'GR/' || i END
    FROM generate_series(:first, :last) i JOIN city_link l ON l.id = pg_temp.key('link', i),
        LATERAL (SELECT 0, 'candidate' UNION ALL SELECT 1, l.status WHERE l.status <> 'candidate') m(n, entered)
    """,
)
