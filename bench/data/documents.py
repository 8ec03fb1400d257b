"""Documents: two of each agreement and one of many projects, seen by whoever sees those; they have rows, no files."""

ROWS = 100_000
STATEMENTS = (
    """
    INSERT INTO stored_file (sha256, size)
    SELECT encode(sha256(i::text::bytea), 'hex'), 1000 + i % 5000000 FROM generate_series(:first, :last) i
    """,
    """
    INSERT INTO document (id, city_id, city_link_id, agreement_id, title, file_name, media_type, size, sha256, language,
        category, visibility, published_at, created_at, updated_at)
    SELECT pg_temp.key('document', i), a.city_id, a.city_link_id, a.id,
        jsonb_build_object('en', initcap(pg_temp.word('document', i)) || ' ' || pg_temp.word('paper', i)),
        'document-' || i || '.pdf', 'application/pdf', 1000 + i % 5000000, encode(sha256(i::text::bytea), 'hex'),
        (ARRAY['nl', 'en', 'fr'])[1 + i % 3], (ARRAY['A05', 'A08', 'A09', 'B01'])[1 + i % 4], a.visibility,
        a.published_at, a.created_at, a.created_at
    FROM generate_series(:first, :last) i JOIN agreement a ON a.id = pg_temp.key('agreement', 1 + (i - 1) / 2)
    """,
)
