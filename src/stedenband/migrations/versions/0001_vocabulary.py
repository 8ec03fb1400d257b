"""Extensions, the functions that checks and generated columns use, and the caller's scope."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CONTROL = r"\u0001-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069"

FUNCTIONS = (
    (
        "fold(text)",
        """
        CREATE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN casefold(public.unaccent('public.unaccent'::regdictionary, $1))
        """,
    ),
    (
        "split_words(text)",
        """
        CREATE FUNCTION split_words(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN ARRAY(SELECT left(word, 200) FROM regexp_split_to_table(fold($1), '[^[:alnum:]]+') word WHERE word <> '')
        """,
    ),
    (
        "words_of(text, jsonb)",
        """
        CREATE FUNCTION words_of(text, jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN array_to_tsvector(split_words(
            $1 || ' ' || coalesce((SELECT string_agg(value, ' ') FROM jsonb_each_text($2)), '')
        ))
        """,
    ),
    (
        "plain_text(text, integer, boolean)",
        rf"""
        CREATE FUNCTION plain_text(value text, longest integer, lines boolean) RETURNS boolean
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN value <> '' AND char_length(value) <= longest AND value IS NFC NORMALIZED AND value !~ '^\s|\s$'
            AND value !~ '[{CONTROL}]' AND (lines OR value !~ '[\n\t]')
        """,
    ),
    (
        "localized_text(jsonb, integer, boolean)",
        """
        CREATE FUNCTION localized_text(texts jsonb, longest integer, lines boolean) RETURNS boolean
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN jsonb_typeof(texts) = 'object' AND texts <> '{}' AND NOT EXISTS (
            SELECT FROM jsonb_each(texts)
            WHERE key !~ '^[a-z]{2}$' OR jsonb_typeof(value) <> 'string'
                OR NOT plain_text(value #>> '{}', longest, lines)
        )
        """,
    ),
    (
        "within_circle(double precision, double precision, double precision[])",
        """
        CREATE FUNCTION within_circle(latitude double precision, longitude double precision, circle double precision[])
        RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN abs(latitude - circle[1]) * 110.5 <= circle[3] AND 2 * 6371.0088 * asin(sqrt(least(1,
            sin(radians(latitude - circle[1]) / 2) ^ 2
            + cos(radians(circle[1])) * cos(radians(latitude)) * sin(radians(longitude - circle[2]) / 2) ^ 2
        ))) <= circle[3]
        """,
    ),
    (
        "without(jsonb, text[])",
        """
        CREATE FUNCTION without(parts jsonb, hidden text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE
        RETURN (
            SELECT coalesce(jsonb_agg(part ORDER BY part), '[]') FROM (
                SELECT CASE WHEN (value - hidden) - 'code' = '{}' THEN value -> 'code' ELSE value - hidden END AS part
                FROM jsonb_array_elements(parts)
            ) shown
        )
        """,
    ),
    (
        "setting(text)",
        """
        CREATE FUNCTION setting(text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
        RETURN nullif(current_setting('stedenband.' || $1, true), '')
        """,
    ),
    (
        "my_client()",
        "CREATE FUNCTION my_client() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE RETURN setting('client')::uuid",
    ),
    (
        "my_city()",
        "CREATE FUNCTION my_city() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE RETURN setting('city')::uuid",
    ),
    (
        "my_membership()",
        "CREATE FUNCTION my_membership() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE RETURN setting('member')::uuid",
    ),
    (
        "my_role()",
        "CREATE FUNCTION my_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN setting('role')",
    ),
    (
        "may_edit()",
        """
        CREATE FUNCTION may_edit() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN coalesce(my_role() IN ('coordinator', 'editor'), false)
        """,
    ),
    (
        "may_share()",
        """
        CREATE FUNCTION may_share() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN coalesce(my_role() IN ('coordinator', 'editor', 'partner'), false)
        """,
    ),
    (
        "may_decide()",
        """
        CREATE FUNCTION may_decide() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN coalesce(my_role() = 'coordinator', false)
        """,
    ),
    (
        "may_operate()",
        """
        CREATE FUNCTION may_operate() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN coalesce(my_role() = 'admin', false)
        """,
    ),
)


def upgrade() -> None:
    """Create extensions and functions."""
    for extension in ("unaccent", "btree_gist"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public")
    for _, body in FUNCTIONS:
        op.execute(body)


def downgrade() -> None:
    """Drop the functions; extensions stay, they may have been there before."""
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
