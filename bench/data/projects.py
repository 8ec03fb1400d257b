"""Exchange projects: two or three per link, seen by whoever sees the link, with one or two results.

Each result has an indicator, and that three yearly periods, of which the past ones are approved.
"""

ROWS = 50_000
STATEMENTS = (
    """
    INSERT INTO exchange_project (id, city_id, city_link_id, title, summary, kind, status, planned_start, planned_end,
        actual_start, location_name, latitude, longitude, partner_city_id, internal_note, visibility, published_at,
        created_at, updated_at)
    SELECT pg_temp.key('project', i), l.city_id, l.id,
        pg_temp.word('project', i) || ' ' || pg_temp.prose('project', i, 3),
        CASE WHEN i % 5 <> 0 THEN jsonb_build_object('nl', pg_temp.prose('nl', i, 12), 'en', pg_temp.prose('en', i, 12)) END,
        'project', pg_temp.choice('stage', i, 'pipeline', 'implementation', 'implementation', 'finalisation', 'closed'),
        make_date(year, 1, 1), make_date(year + 2, 12, 31), make_date(year, 1 + i % 12, 1),
        CASE WHEN i % 3 = 0 THEN pg_temp.word('place', i) END,
        CASE WHEN i % 3 = 0 THEN pg_temp.pick('latitude', i, 60) - 25 END,
        CASE WHEN i % 3 = 0 THEN pg_temp.pick('longitude', i, 40) END,
        l.city_id, CASE WHEN i % 4 = 0 THEN pg_temp.prose('remark', i, 5) END, l.visibility, l.published_at,
        l.created_at, l.created_at
    FROM generate_series(:first, :last) i,
        LATERAL (SELECT 1 + (i - 1) * 2 / 5, 2016 + i % 8) n(link, year)
        JOIN city_link l ON l.id = pg_temp.key('link', link)
    """,
    """
    INSERT INTO exchange_project_theme (exchange_project_id, code)
    SELECT DISTINCT pg_temp.key('project', i),
        pg_temp.choice('topic' || n, i, 'climate', 'education', 'health', 'waste', 'water', 'youth')
    FROM generate_series(:first, :last) i, generate_series(1, 1 + i % 2) n
    """,
    """
    INSERT INTO exchange_project_sdg_goal (exchange_project_id, code)
    SELECT DISTINCT pg_temp.key('project', i), (1 + pg_temp.pick('goal' || n, i, 17))::text
    FROM generate_series(:first, :last) i, generate_series(1, 1 + i % 2) n
    """,
    """
    INSERT INTO exchange_project_sector (exchange_project_id, vocabulary, code, percentage)
    SELECT pg_temp.key('project', i), '1', pg_temp.choice('sector', i, '14050', '11220', '15112', '12220', '43030'), 100
    FROM generate_series(:first, :last) i
    """,
    """
    INSERT INTO exchange_project_organization (id, exchange_project_id, organization_id, partner_city_id, role, lead,
        position)
    SELECT pg_temp.key('part', i * 2 + n), p.id,
        CASE n WHEN 1 THEN pg_temp.key('organization', 1 + (i - 1) * 2 / 5) END, CASE n WHEN 0 THEN p.city_id END,
        CASE n WHEN 0 THEN '2' ELSE '4' END, n = 0, n
    FROM generate_series(:first, :last) i JOIN exchange_project p ON p.id = pg_temp.key('project', i),
        generate_series(0, 1) n
    """,
    """
    INSERT INTO result (id, exchange_project_id, city_id, city_link_id, type, title, description, position, visibility,
        published_at, created_at, updated_at)
    SELECT pg_temp.key('result', i * 2 + n), p.id, p.city_id, p.city_link_id, (1 + n)::text,
        jsonb_build_object('en', pg_temp.prose('result' || n, i, 4)),
        CASE WHEN i % 2 = 0 THEN jsonb_build_object('en', pg_temp.prose('means' || n, i, 10)) END, n, p.visibility,
        p.published_at, p.created_at, p.created_at
    FROM generate_series(:first, :last) i JOIN exchange_project p ON p.id = pg_temp.key('project', i),
        generate_series(0, i % 2) n
    """,
    """
    INSERT INTO indicator (id, exchange_project_id, result_id, city_id, city_link_id, measure, title, unit,
        baseline_year, baseline_value, position, visibility, published_at, created_at, updated_at)
    SELECT pg_temp.key('indicator', i * 2 + r.position), r.exchange_project_id, r.id, r.city_id, r.city_link_id, '1',
        jsonb_build_object('en', pg_temp.prose('measures' || r.position, i, 3)), 'people', 2015, '0', 0, r.visibility,
        r.published_at, r.created_at, r.created_at
    FROM generate_series(:first, :last) i JOIN result r ON r.exchange_project_id = pg_temp.key('project', i)
    """,
    """
    INSERT INTO period (id, exchange_project_id, indicator_id, measure, city_id, city_link_id, start_date, end_date,
        locked, target_value, actual_value, approved_at, status, report_value, reported_at, reported_by, visibility,
        published_at, created_at, updated_at)
    SELECT pg_temp.key('period', (i * 2 + number) * 3 + year), n.exchange_project_id, n.id, '1', n.city_id,
        n.city_link_id, make_date(2016 + i % 8 + year, 1, 1), make_date(2016 + i % 8 + year, 12, 31), year < 2,
        (100 + pg_temp.pick('target', i, 900))::text,
        CASE WHEN year < 2 THEN (80 + pg_temp.pick('actual' || year, i, 900))::text END,
        CASE WHEN year < 2 THEN n.created_at END, CASE WHEN year < 2 THEN 'approved' ELSE 'none' END,
        CASE WHEN year < 2 THEN (80 + pg_temp.pick('actual' || year, i, 900))::text END,
        CASE WHEN year < 2 THEN n.created_at END, CASE WHEN year < 2 THEN 'North-South office' END, n.visibility,
        n.published_at, n.created_at, n.created_at
    FROM generate_series(:first, :last) i,
        LATERAL (
            SELECT *, (row_number() OVER (ORDER BY result_id) - 1)::integer AS number FROM indicator
            WHERE exchange_project_id = pg_temp.key('project', i)
        ) n, generate_series(0, 2) year
    """,
)
