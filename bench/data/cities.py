"""Partner cities and their languages: public, as directories are. The register owns nine of ten."""

ROWS = 5_000
STATEMENTS = (
    """
    INSERT INTO partner_city (id, city_id, name, names, country_code, subdivision, latitude, longitude, population,
        population_year, timezone, website, wikidata_id, geonames_id, nis_code, visibility, published_at, created_at,
        updated_at)
    SELECT pg_temp.key('city', i), CASE WHEN i % 10 = 0 THEN pg_temp.key('city', i) END,
        pg_temp.word('city', i) || '-' || pg_temp.word('city of', i / 3),
        CASE WHEN i % 3 = 0 THEN jsonb_build_object('fr', pg_temp.word('ville', i), 'en', pg_temp.word('town', i)) END,
        CASE WHEN i % 2 = 0 THEN 'BE' ELSE pg_temp.choice('country', i, 'NL', 'FR', 'DE', 'BW', 'ZA', 'TR', 'PL', 'SN',
            'MA', 'PE', 'NI', 'TZ', 'UG', 'BF', 'EC') END,
        CASE WHEN i % 4 <> 0 THEN pg_temp.word('province', i % 60) END,
        -40 + pg_temp.pick('latitude', i, 9000) / 100.0, -80 + pg_temp.pick('longitude', i, 16000) / 100.0,
        5000 + pg_temp.pick('people', i, 300000), 2015 + pg_temp.pick('year', i, 10),
        CASE WHEN i % 2 = 0 THEN 'Europe/Brussels' ELSE 'Africa/Gaborone' END,
        'https://www.example.org/city/' || i, 'Q' || (1000000 + i), (2000000 + i)::text,
        CASE WHEN i % 2 = 0 AND i < 90000 THEN lpad((10000 + i)::text, 5, '0') END,
        'public', made, made, made
    FROM generate_series(:first, :last) i, LATERAL (SELECT :epoch + i * interval '1 minute') t(made)
    """,
    """
    INSERT INTO partner_city_language (partner_city_id, code)
    SELECT pg_temp.key('city', i), code FROM generate_series(:first, :last) i,
        LATERAL unnest(CASE WHEN i % 2 = 0 THEN ARRAY['de', 'fr', 'nl'] ELSE ARRAY['en', 'pt'] END) code
    """,
)
