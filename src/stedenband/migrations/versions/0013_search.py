"""Search by words: parts joined, one small mistake forgiven, on one index per table.

A searchable table has a column `search` of its words. `<table>_candidates` (the owner's rights, as `@@` is not
leakproof) names the rows that have the words; `find_<plural>` (the caller's rights) lets the policies choose from them,
and forgives mistakes only where nothing that the caller sees has the words as they were written.

To make another table searchable: give it the columns of SEARCHED in its own migration and a line like those of SEARCHED
there, and give its resource the filter `by_words("find_<plural>")` of `stedenband.web.search`.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
CALLERS = "stedenband_api, stedenband_worker"

SEARCHED = (
    # table, plural, the words; a column that is there already is filled anew
    ("partner_city", "partner_cities", "words_of(name, names)"),
    ("city_link", "city_links", "words_of(title, summary)"),
    ("agreement", "agreements", "words_of(title, NULL)"),
    ("api_client", "api_clients", "words_of(name, NULL)"),
    ("organization", "organizations", "words_of(name || ' ' || coalesce(community, ''), names)"),
    (
        "contact",
        "contacts",
        "words_of(coalesce(given_name, '') || ' ' || coalesce(family_name, '') || ' ' || coalesce(function, ''), NULL)",
    ),
)
"""What is searched is public to everyone who sees the row (else its candidates are only rows where it is)."""
SEARCHED_BEFORE = ("partner_city", "city_link", "organization", "contact")
LOCK = "LOCK TABLE api_client, agreement, city_link, contact, organization, partner_city IN ACCESS EXCLUSIVE MODE"
"""All at once: who asks while one table is written anew waits there, and would hold the next ones meanwhile.

The table of clients comes first, as every request of one begins there, and then holds nothing else yet.
"""

ADD_COLUMN = """
-- squawk-ignore adding-field-with-default
ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS ({words}) STORED NOT NULL
"""
ADD_INDEX = """
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_{table}_search ON {table} USING gin (search)
"""
"""Short tables: some agreements per link, some clients per city. 50,000 rows are written anew in 2 s."""

FILL_FUNCTIONS = """
-- squawk-ignore require-concurrent-reindex
REINDEX INDEX ix_contact_function
"""
"""The index keeps what `words_of` returned."""

MISSPELLINGS = """
CREATE FUNCTION misspellings(words text[]) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT '~' || overlay(word PLACING '' FROM letter FOR 1)
    FROM unnest(words) word, generate_series(2, char_length(word) + 1) letter
    WHERE word ~ '^[[:alpha:]]{3,20}$'
)
"""
"""Each word as it is, and with each letter but its first left out: two that differ by a small mistake share one."""

WORDS_OF = """
CREATE OR REPLACE FUNCTION words_of(text, jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT array_to_tsvector(
        words || misspellings(words[1 : 24]) || ARRAY(
            SELECT left(array_to_string(words[place : place + 3], ''), 200)
            FROM generate_subscripts(words[1 : 24], 1) place
        )
    )
    FROM split_words($1 || ' ' || coalesce((SELECT string_agg(value, ' ') FROM jsonb_each_text($2)), '')) words
)
"""
"""All words; the first 24 also misspelled, and joined to those behind them ("L'Aquila": laquila)."""

QUERY_OF = """
CREATE FUNCTION query_of(words text, forgiving boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT string_agg('(' || quote_literal(word) || ':*' || forgiven || ')', ' & ')::tsquery
    FROM unnest(split_words(words)) word, LATERAL (
        SELECT coalesce(string_agg(' | ' || quote_literal(misspelling), ''), '') AS forgiven
        FROM unnest(misspellings(ARRAY[word])) misspelling WHERE forgiving AND char_length(word) > 3
    ) mistakes
)
"""
"""Every word, each by its beginning; forgiving: or with one small mistake. NULL, which finds nothing, without a word.

It is bounded by the length of `words`: a word has as many misspellings as letters.
"""

CANDIDATES = """
CREATE FUNCTION {table}_candidates(words text, forgiving boolean) RETURNS SETOF uuid LANGUAGE sql STABLE {definer} AS $$
    SELECT id FROM {table} WHERE search @@ query_of(words, forgiving)
$$
"""

LINK_CANDIDATES = f"""
CREATE FUNCTION city_link_candidates(words text, forgiving boolean) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER}
AS $$
    WITH wanted AS (
        SELECT DISTINCT word, query_of(word, forgiving) AS query FROM unnest(split_words(words)) word
    ), hit AS (
        SELECT word, l.id FROM wanted JOIN city_link l ON l.search @@ query
        UNION
        SELECT word, m.city_link_id FROM wanted JOIN partner_city c ON c.search @@ query
        JOIN city_link_member m ON m.partner_city_id = c.id
        WHERE c.visibility = 'public' OR c.city_id = my_city() OR c.id = my_city()
    )
    SELECT id FROM hit GROUP BY id HAVING count(*) = (SELECT count(*) FROM wanted)
$$
"""
"""A link is found by its own words and by those of its members that the caller sees."""

CONTACT_CANDIDATES = f"""
CREATE FUNCTION contact_candidates(words text, forgiving boolean) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT id FROM contact WHERE search @@ query_of(words, forgiving)
        AND (city_id = my_city() OR city_link_id IN (SELECT my_links()))
    UNION
    SELECT id FROM contact WHERE words_of(function, NULL::jsonb) @@ query_of(words, forgiving)
$$
"""
"""By name only for those who may know the name; by function for everyone who sees the contact."""

CANDIDATES_OF = {"city_link": LINK_CANDIDATES, "contact": CONTACT_CANDIDATES}
"""Where the words of the row alone are not what is searched."""

FIND = """
CREATE OR REPLACE FUNCTION find_{plural}(words text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH found AS MATERIALIZED (SELECT id FROM {table} WHERE id IN (SELECT {table}_candidates(words, false)))
    SELECT id FROM found
    UNION ALL
    SELECT {table}_candidates(words, true) WHERE NOT EXISTS (SELECT FROM found)
$$
"""

OLD_WORDS_OF = """
CREATE OR REPLACE FUNCTION words_of(text, jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(split_words(
    $1 || ' ' || coalesce((SELECT string_agg(value, ' ') FROM jsonb_each_text($2)), '')
))
"""
OLD_FIND = (
    f"""
CREATE OR REPLACE FUNCTION find_partner_cities(words text) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT id FROM partner_city WHERE search @@ (
        SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery FROM unnest(split_words(words)) word
    )
$$
""",
    f"""
CREATE OR REPLACE FUNCTION find_city_links(words text) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    WITH wanted AS (
        SELECT DISTINCT word, (quote_literal(word) || ':*')::tsquery AS prefix FROM unnest(split_words(words)) word
    ), hit AS (
        SELECT word, l.id FROM wanted JOIN city_link l ON l.search @@ prefix
        UNION
        SELECT word, m.city_link_id FROM wanted JOIN partner_city c ON c.search @@ prefix
        JOIN city_link_member m ON m.partner_city_id = c.id
        WHERE c.visibility = 'public' OR c.city_id = my_city()
    )
    SELECT id FROM hit GROUP BY id HAVING count(*) = (SELECT count(*) FROM wanted)
$$
""",
    f"""
CREATE OR REPLACE FUNCTION find_organizations(words text) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT id FROM organization WHERE search @@ (
        SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery FROM unnest(split_words(words)) word
    )
$$
""",
    f"""
CREATE OR REPLACE FUNCTION find_contacts(words text) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    WITH wanted AS (
        SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery AS prefixes FROM unnest(split_words(words)) word
    )
    SELECT id FROM wanted JOIN contact ON search @@ prefixes
    WHERE city_id = my_city() OR city_link_id IN (SELECT my_links())
    UNION
    SELECT id FROM wanted JOIN contact ON words_of(function, NULL::jsonb) @@ prefixes
$$
""",
)


def upgrade() -> None:
    """Write the words of every record anew, and replace the functions that look for them."""
    op.execute(LOCK)
    for function in (MISSPELLINGS, WORDS_OF, QUERY_OF):
        op.execute(function)
    for table, plural, words in SEARCHED:
        if table in SEARCHED_BEFORE:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN search SET EXPRESSION AS ({words})")
        else:
            op.execute(ADD_COLUMN.format(table=table, words=words))
            op.execute(ADD_INDEX.format(table=table))
        op.execute(CANDIDATES_OF.get(table) or CANDIDATES.format(table=table, definer=DEFINER))
        op.execute(f"REVOKE ALL ON FUNCTION {table}_candidates FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {table}_candidates TO {CALLERS}")
        op.execute(FIND.format(table=table, plural=plural))
    op.execute(FILL_FUNCTIONS)


def downgrade() -> None:
    """Look for the beginnings of words alone, as before."""
    op.execute(LOCK)
    for function in (*OLD_FIND, OLD_WORDS_OF):
        op.execute(function)
    for table, plural, words in reversed(SEARCHED):
        if table in SEARCHED_BEFORE:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN search SET EXPRESSION AS ({words})")
        else:
            op.execute(f"DROP FUNCTION find_{plural}(text)")
            op.drop_column(table, "search")
        op.execute(f"DROP FUNCTION {table}_candidates(text, boolean)")
    op.execute(FILL_FUNCTIONS)
    op.execute("DROP FUNCTION query_of(text, boolean)")
    op.execute("DROP FUNCTION misspellings(text[])")
