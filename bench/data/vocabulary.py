"""The functions with which the statements of all domains make their rows from numbers alone."""

FUNCTIONS = (
    """
    CREATE FUNCTION pg_temp.pick(salt text, number integer, choices integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((hashtextextended(salt, number) % choices + choices) % choices)::integer
    """,
    """
    CREATE FUNCTION pg_temp.choice(salt text, number integer, variadic choices text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN choices[1 + pg_temp.pick(salt, number, cardinality(choices))]
    """,
    """
    CREATE FUNCTION pg_temp.key(kind text, number integer) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        lpad(to_hex(1735689600000 + number), 12, '0') || '7' || substr(md5(kind || number), 1, 3)
        || '8' || substr(md5(kind || number), 4, 15)
    )::uuid
    """,
    """
    CREATE FUNCTION pg_temp.word(salt text, number integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN pg_temp.choice(salt || 1, number, 'Al', 'Bel', 'Bor', 'Cas', 'Dil', 'Eke', 'Fran', 'Gen', 'Has', 'Ist', 'Kor',
            'Lom', 'Mar', 'Nor', 'Oos', 'Pel', 'Rie', 'San', 'Tie', 'Ult', 'Vel', 'Wes', 'Zel', 'Zut')
        || pg_temp.choice(salt || 2, number, 'a', 'be', 'cis', 'der', 'el', 'fe', 'go', 'he', 'in', 'ka', 'le', 'men',
            'no', 'op', 'pe', 'ri', 'se', 'ter', 'ul', 'vo')
        || pg_temp.choice(salt || 3, number, 'aal', 'berg', 'broek', 'burg', 'dam', 'dorp', 'ford', 'gem', 'hoven',
            'kerk', 'land', 'loo', 'madi', 'merk', 'niel', 'poort', 'rode', 'stad', 'ton', 'town', 'veld', 'ville',
            'wijk', 'zele')
    """,
    """
    CREATE FUNCTION pg_temp.another(place integer, distance integer, block integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 1 + place / block * block + (place + distance) % block
    """,
    """
    CREATE FUNCTION pg_temp.prose(salt text, number integer, words integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT string_agg(pg_temp.choice(salt || place, number, 'together', 'schools', 'water', 'youth', 'council',
            'climate', 'market', 'visit', 'waste', 'training', 'women', 'library', 'harvest', 'exchange', 'budget',
            'health', 'citizens', 'partners', 'workshop', 'plan'), ' ')
        FROM generate_series(1, words) place
    )
    """,
)
"""`key` orders records by number, as `uuidv7()` orders them by time; `another` is a city `distance` further in its block,
as the cities of a small register are part of a larger one."""

EPOCH = "timestamptz '2024-01-01 00:00:00+00'"
"""When the record number 0 was made; each later one a minute after the one before."""
