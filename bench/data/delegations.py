"""Delegations: one per link, both ways, with five participants, three items of program and two legs of travel each."""

ROWS = 20_000
STATEMENTS = (
    """
    INSERT INTO delegation (id, city_id, city_link_id, origin_city_id, host_city_id, title, purpose, status, arrival,
        departure, estimated_cost_value, estimated_cost_currency, decision_date, decision_body, decision_reference,
        returned_on, what_was_done, results, report_publishable, internal_note, visibility, published_at, created_at,
        updated_at)
    SELECT pg_temp.key('delegation', i), l.city_id, l.id, CASE WHEN i % 3 = 0 THEN other ELSE l.city_id END,
        CASE WHEN i % 3 = 0 THEN l.city_id ELSE other END, pg_temp.word('visit', i) || ' ' || pg_temp.prose('visit', i, 3),
        jsonb_build_object('nl', pg_temp.prose('nl', i, 12), 'en', pg_temp.prose('en', i, 12)), state, day, day + 6,
        4000 + pg_temp.pick('cost', i, 9000), 'EUR',
        CASE WHEN state <> 'draft' THEN day - 60 END, CASE WHEN state <> 'draft' THEN 'City council' END,
        CASE WHEN state <> 'draft' THEN 'GR/' || i END,
        CASE WHEN state IN ('returned', 'closed') THEN day + 7 END,
        CASE WHEN state = 'closed' THEN pg_temp.prose('done', i, 40) END,
        CASE WHEN state = 'closed' THEN pg_temp.prose('results', i, 20) END, i % 2 = 0,
        CASE WHEN i % 4 = 0 THEN pg_temp.prose('remark', i, 5) END, l.visibility, l.published_at, l.created_at,
        l.created_at
    FROM generate_series(:first, :last) i JOIN city_link l ON l.id = pg_temp.key('link', i),
        LATERAL (SELECT partner_city_id FROM city_link_member m WHERE m.city_link_id = l.id AND position = 1) o(other),
        LATERAL (SELECT date '2018-01-01' + pg_temp.pick('arrival', i, 2900),
            pg_temp.choice('way', i, 'draft', 'approved', 'returned', 'closed', 'closed', 'closed')) d(day, state)
    """,
    """
    INSERT INTO delegation_move (id, delegation_id, status, moved_at)
    SELECT pg_temp.key('visit move', i), d.id, d.status, d.created_at
    FROM generate_series(:first, :last) i JOIN delegation d ON d.id = pg_temp.key('delegation', i)
    """,
    """
    INSERT INTO delegation_project (delegation_id, exchange_project_id)
    SELECT d.id, p.id FROM generate_series(:first, :last) i JOIN delegation d ON d.id = pg_temp.key('delegation', i)
        JOIN exchange_project p ON p.id = pg_temp.key('project', 1 + (i - 1) * 5 / 2)
    """,
    """
    INSERT INTO delegation_participant (id, delegation_id, contact_id, partner_city_id, capacity, leader, payer,
        passport_valid_until, visa, vaccination, insurance, registration, position)
    SELECT pg_temp.key('participant', i * 5 + n), d.id, c.id, d.origin_city_id,
        pg_temp.choice('capacity' || n, i, 'elected', 'staff', 'staff', 'expert', 'student', 'citizen'), n = 0,
        'originCity', CASE WHEN d.status = 'approved' THEN d.departure + 400 END,
        CASE WHEN d.status = 'approved' THEN 'done' END, CASE WHEN d.status = 'approved' THEN 'notNeeded' END,
        CASE WHEN d.status = 'approved' THEN 'done' END, CASE WHEN d.status = 'approved' THEN 'open' END, n
    FROM generate_series(:first, :last) i JOIN delegation d ON d.id = pg_temp.key('delegation', i)
        CROSS JOIN generate_series(0, 4) n JOIN contact c ON c.id = pg_temp.key('contact', 1 + (i - 1) * 5 / 2 - n)
    """,
    """
    INSERT INTO program_item (id, delegation_id, city_id, city_link_id, title, place, starts_at, ends_at, timezone,
        visibility, published_at, created_at, updated_at)
    SELECT pg_temp.key('program', i * 3 + n), d.id, d.city_id, d.city_link_id, pg_temp.prose('item' || n, i, 3),
        pg_temp.word('hall', i), d.arrival + n * interval '1 day' + interval '8 hours',
        d.arrival + n * interval '1 day' + interval '10 hours', 'Europe/Brussels', d.visibility, d.published_at,
        d.created_at, d.created_at
    FROM generate_series(:first, :last) i JOIN delegation d ON d.id = pg_temp.key('delegation', i),
        generate_series(0, 2) n
    """,
    """
    INSERT INTO travel_leg (id, delegation_id, mode, from_city_id, to_city_id, traveled_on, km, km_computed, persons,
        position)
    SELECT pg_temp.key('leg', i * 2 + n), d.id, pg_temp.choice('mode', i, 'plane', 'plane', 'train', 'coach'),
        CASE n WHEN 0 THEN d.origin_city_id ELSE d.host_city_id END,
        CASE n WHEN 0 THEN d.host_city_id ELSE d.origin_city_id END,
        CASE n WHEN 0 THEN d.arrival ELSE d.departure END, 200 + pg_temp.pick('km', i, 9000), true, 5, n
    FROM generate_series(:first, :last) i JOIN delegation d ON d.id = pg_temp.key('delegation', i),
        generate_series(0, 1) n
    """,
)
