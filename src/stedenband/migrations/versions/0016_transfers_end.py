"""A transfer ends by itself: with its ground, by the calendar. Adequacy decisions as they were looked up.

Whom a caller may know is asked of the day on which it asks. What a city no longer may know is told in its feed: at once
when a ground is changed, and by the nightly retention when a day has passed.
"""

from csv import DictReader
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"
DECISIONS = Path(__file__).with_name("0016_adequacy_decisions.tsv")
TREATY = ("GF GP MQ RE YT MF AX", "Treaty on the Functioning of the European Union, art. 349 and 355")
"""Regions of member states with a country code of their own, where Union law applies."""

MAY_SEND = f"""
CREATE FUNCTION may_send(sender uuid, receiver uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE {DEFINER} AS $$
    SELECT sender = receiver
        OR NOT EXISTS (SELECT FROM partner_city c JOIN protected_country p USING (country_code)
            WHERE c.id = sender AND p.protection = 'eea')
        OR EXISTS (SELECT FROM partner_city c JOIN protected_country p USING (country_code)
            WHERE c.id = receiver AND current_date BETWEEN p.valid_from AND coalesce(p.valid_to, 'infinity'))
        OR EXISTS (SELECT FROM transfer_ground g WHERE g.city_id = sender AND g.partner_city_id = receiver
            AND current_date BETWEEN g.valid_from AND coalesce(g.valid_to, 'infinity'))
$$
"""
"""Whether the law lets a city's personal data go to another today (GDPR art. 44 to 49); it binds those in the EEA."""

MY_SENDERS = f"""
CREATE FUNCTION my_senders() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE {DEFINER} AS $$
    WITH RECURSIVE sharing(link, city) AS (
        SELECT m.city_link_id, first.city_id FROM city_link_member m, LATERAL (
            SELECT city_id FROM contact WHERE city_link_id = m.city_link_id ORDER BY city_id LIMIT 1
        ) first WHERE m.partner_city_id = my_membership()
        UNION ALL
        SELECT link, further.city_id FROM sharing, LATERAL (
            SELECT city_id FROM contact WHERE city_link_id = link AND city_id > city ORDER BY city_id LIMIT 1
        ) further
    ), sender AS MATERIALIZED (SELECT DISTINCT city FROM sharing)
    SELECT ARRAY(SELECT city FROM sender WHERE may_send(city, my_membership()))
$$
"""
"""The cities whose people the caller's city may know today, of those that share contacts in its links.

An array, so that a statement asks once at each place where it compares with it; and the cities of a link by steps from
one to the next in an index, as a document asks at ten places and a link may hold thousands of contacts.
"""

CHECK_TRANSFER = f"""
CREATE OR REPLACE FUNCTION check_transfer() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    link uuid := NEW.city_link_id;
BEGIN
    PERFORM FROM city_link WHERE id = link FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM (
            SELECT DISTINCT city_id FROM contact WHERE city_link_id = link AND visibility <> 'city'
        ) sender JOIN city_link_member m ON m.city_link_id = link WHERE NOT may_send(city_id, partner_city_id)
    ) THEN
        RAISE EXCEPTION 'no ground for this transfer' USING ERRCODE = '23514', CONSTRAINT = 'transfer_ground_needed';
    END IF;
    RETURN NULL;
END $$
"""
"""A contact is shared in a link, and a city joins one, only when every other member may have what is shared there."""

TELL_TRANSFERS = f"""
CREATE FUNCTION tell_transfers(one_sender uuid DEFAULT NULL, one_receiver uuid DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql VOLATILE {DEFINER} AS $$
DECLARE
    told integer := 0;
    shared record;
BEGIN
    FOR shared IN
        WITH pair AS MATERIALIZED (
            SELECT sender, receiver, may_send(sender, receiver) AS open FROM (
                SELECT DISTINCT c.city_id AS sender, m.partner_city_id AS receiver
                FROM contact c JOIN city_link_member m ON m.city_link_id = c.city_link_id
                WHERE c.visibility <> 'city' AND c.city_id = coalesce(one_sender, c.city_id)
                    AND m.partner_city_id = coalesce(one_receiver, m.partner_city_id)
                UNION
                SELECT city_id, partner_city_id FROM stopped_transfer
                WHERE city_id = coalesce(one_sender, city_id)
                    AND partner_city_id = coalesce(one_receiver, partner_city_id)
            ) known
        ), stopped AS (
            INSERT INTO stopped_transfer (city_id, partner_city_id) SELECT sender, receiver FROM pair WHERE NOT open
            ON CONFLICT DO NOTHING RETURNING city_id, partner_city_id, false AS open
        ), resumed AS (
            DELETE FROM stopped_transfer USING pair WHERE city_id = sender AND partner_city_id = receiver AND open
            RETURNING city_id, partner_city_id, true AS open
        )
        SELECT to_jsonb(c) AS contact, turned.partner_city_id, NOT turned.open AND c.visibility = 'link' AS gone
        FROM (SELECT * FROM stopped UNION ALL SELECT * FROM resumed) turned
        JOIN city_link_member m ON m.partner_city_id = turned.partner_city_id
        JOIN contact c ON c.city_link_id = m.city_link_id AND c.city_id = turned.city_id AND c.visibility <> 'city'
    LOOP
        PERFORM write_change('contact', CASE WHEN shared.gone THEN 'withdrawn' ELSE 'updated' END,
            shared.contact, shared.contact, '{{}}', shared.gone, shared.partner_city_id);
        told := told + 1;
    END LOOP;
    RETURN told;
END $$
"""
"""Tell each receiver, once, whose contacts it lost or has again; of a public one it lost the name alone."""

FOLLOW_GROUND = f"""
CREATE FUNCTION follow_ground() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    PERFORM tell_transfers(NEW.city_id, NEW.partner_city_id);
    RETURN NULL;
END $$
"""

CONTACT_CANDIDATES = f"""
CREATE OR REPLACE FUNCTION contact_candidates(words text, forgiving boolean) RETURNS SETOF uuid
LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT id FROM contact WHERE search @@ query_of(words, forgiving) AND (city_id = my_city()
        OR (city_link_id IN (SELECT my_links()) AND city_id = ANY ((SELECT my_senders())::uuid[])))
    UNION
    SELECT id FROM contact WHERE words_of(function, NULL::jsonb) @@ query_of(words, forgiving)
$$
"""
"""By name only for those who may know the name; by function for everyone who sees the contact."""

DUPLICATES_OF_CONTACT = """
CREATE OR REPLACE FUNCTION duplicates_of_contact(wanted uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT other.id FROM contact other
    WHERE other.id <> wanted AND (other.city_id = my_city() OR {other_side})
        AND other.id IN (
            SELECT same.id FROM contact this JOIN contact same ON same.name_sort = this.name_sort
            WHERE this.id = wanted
            UNION
            SELECT same.contact_id FROM contact_email this JOIN contact_email same USING (address_key)
            WHERE this.contact_id = wanted
            UNION
            SELECT same.contact_id FROM contact_phone this JOIN contact_phone same USING (number)
            WHERE this.contact_id = wanted
        )
$$
"""
OTHER_SIDE = "other.city_link_id IN (SELECT my_links())"
OPEN_SIDE = f"({OTHER_SIDE} AND other.city_id = ANY ((SELECT my_senders())::uuid[]))"

NEW_FUNCTIONS = (
    ("may_send(uuid, uuid)", MAY_SEND),
    ("my_senders()", MY_SENDERS),
    ("tell_transfers(uuid, uuid)", TELL_TRANSFERS),
    ("follow_ground()", FOLLOW_GROUND),
)

CITY = "(SELECT my_city())"
MEMBER = "(SELECT my_membership())"
LINKS = "(SELECT my_links())"
EDIT = "(SELECT may_edit())"
SHARE = "(SELECT may_share())"
OPERATE = "(SELECT may_operate())"
OWN_LINK = f"(city_link_id IS NULL OR city_link_id IN {LINKS})"
OPEN = " AND {0}city_id = ANY ((SELECT my_senders())::uuid[])"
"""What a city in the same link sees beyond that: nothing, unless the owner may send it there."""
PARTS = ("contact_email", "contact_phone", "contact_language", "contact_role")


def policies(opened: str, *, heard: bool) -> dict[tuple[str, str], str]:
    """Return the policies by table and verb; `opened` is what a link's other members need besides being members."""
    known = opened.format("")
    shared = f"({SHARE} AND visibility = 'link' AND city_link_id IN {LINKS}{known})"
    side = f"parent.city_id = {CITY} OR (parent.city_link_id IN {LINKS}{opened.format('parent.')})"
    writer = (
        f"({EDIT} AND parent.city_id = {CITY}) OR ({SHARE} AND parent.visibility = 'link'"
        f" AND parent.city_link_id IN {LINKS}{opened.format('parent.')})"
    )
    read, write = (
        f"EXISTS (SELECT FROM contact parent WHERE parent.id = contact_id AND ({condition}))"
        for condition in (side, writer)
    )
    part = {
        "SELECT": f"USING ({read})",
        "INSERT": f"WITH CHECK ({write})",
        "UPDATE": f"USING ({write}) WITH CHECK ({write})",
        "DELETE": f"USING ({write})",
    }
    in_link = f"visibility = 'link' AND city_link_id IN {LINKS}"
    personal = " AND (table_name <> 'contact' OR city_id = ANY ((SELECT my_senders())::uuid[]))" if heard else ""
    audience = f"(audience_city_id IS NULL OR audience_city_id = {MEMBER}) AND" if heard else ""
    return {
        ("contact", "SELECT"): f"USING (visibility = 'public' OR city_id = {CITY} OR ({in_link}{known}))",
        ("contact", "UPDATE"): f"USING (({EDIT} AND city_id = {CITY}) OR {shared})"
        f" WITH CHECK (({EDIT} AND city_id = {CITY} AND {OWN_LINK}) OR {shared})",
        **{
            (table, verb): policy
            for table in PARTS
            for verb, policy in part.items()
            if (table, verb) != ("contact_language", "UPDATE")
        },
        ("change", "SELECT"): f"""USING (
            CASE WHEN visibility = 'admin' THEN {OPERATE}
            WHEN withdrawn THEN audience_city_id = {MEMBER} OR (audience_city_id IS NULL
                AND ({CITY} IS NULL OR (city_id IS DISTINCT FROM {CITY} AND record_id <> {CITY}))
                AND (visibility = 'public' OR (visibility = 'link' AND city_link_id IN {LINKS}))
                AND NOT (remaining = 'link' AND coalesce(city_link_id IN {LINKS}, false)))
            ELSE {audience} (visibility = 'public' OR city_id = {CITY} OR ({in_link}{personal})
                OR (table_name = 'partner_city' AND record_id = {CITY}))
            END
        )""",
    }


OLD_CHECK_TRANSFER = f"""
CREATE OR REPLACE FUNCTION check_transfer() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
    row jsonb := to_jsonb(NEW);
    links uuid[] := CASE TG_TABLE_NAME
        WHEN 'transfer_ground' THEN ARRAY(
            SELECT city_link_id FROM city_link_member WHERE partner_city_id = (row ->> 'partner_city_id')::uuid
        ) ELSE ARRAY[(row ->> 'city_link_id')::uuid] END;
BEGIN
    PERFORM FROM city_link WHERE id = ANY (links) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM contact c
        JOIN partner_city here ON here.id = c.city_id
        JOIN city_link_member m ON m.city_link_id = c.city_link_id AND m.partner_city_id <> c.city_id
        JOIN partner_city there ON there.id = m.partner_city_id
        WHERE c.city_link_id = ANY (links) AND c.visibility <> 'city'
            AND EXISTS (SELECT FROM protected_country p
                WHERE p.country_code = here.country_code AND p.protection = 'eea')
            AND NOT EXISTS (SELECT FROM protected_country p WHERE p.country_code = there.country_code
                AND current_date BETWEEN p.valid_from AND coalesce(p.valid_to, 'infinity'))
            AND NOT EXISTS (SELECT FROM transfer_ground g
                WHERE g.city_id = c.city_id AND g.partner_city_id = there.id
                AND current_date BETWEEN g.valid_from AND coalesce(g.valid_to, 'infinity'))
    ) THEN
        RAISE EXCEPTION 'no ground for this transfer' USING ERRCODE = '23514', CONSTRAINT = 'transfer_ground_needed';
    END IF;
    RETURN NULL;
END $$
"""

OLD_CONTACT_CANDIDATES = f"""
CREATE OR REPLACE FUNCTION contact_candidates(words text, forgiving boolean) RETURNS SETOF uuid
LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT id FROM contact WHERE search @@ query_of(words, forgiving)
        AND (city_id = my_city() OR city_link_id IN (SELECT my_links()))
    UNION
    SELECT id FROM contact WHERE words_of(function, NULL::jsonb) @@ query_of(words, forgiving)
$$
"""


def decisions() -> list[dict[str, str]]:
    """Return the decisions that cover municipalities."""
    lines = DECISIONS.read_text("utf-8").splitlines()
    rows = DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return [row for row in rows if row["public_bodies"] == "yes"]


def upgrade() -> None:
    """Write the countries anew; let policies, search, duplicates and the feed ask the calendar."""
    countries = sa.table(
        "protected_country",
        *(sa.column(name, sa.Text()) for name in ("country_code", "protection", "reference")),
        *(sa.column(name, sa.Date()) for name in ("valid_from", "valid_to")),
    )
    op.execute("DELETE FROM protected_country WHERE protection = 'adequacyDecision'")
    codes, treaty = TREATY
    rows = [(code, "eea", "2018-07-20", "", treaty) for code in codes.split()]
    for each in decisions():
        reference = f"{each['decision']} (CELEX {each['celex']})"
        rows.append((each["country"], "adequacyDecision", each["valid_from"], each["valid_to"], reference))
    for code, protection, start, end, reference in rows:
        op.execute(
            countries.insert().values(
                country_code=code,
                protection=protection,
                valid_from=date.fromisoformat(start),
                valid_to=date.fromisoformat(end) if end else None,
                reference=reference,
            )
        )
    op.create_table(
        "stopped_transfer",
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("partner_city_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_id"], ["partner_city.id"], name=op.f("fk_stopped_transfer_city_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_city_id"],
            ["partner_city.id"],
            name=op.f("fk_stopped_transfer_partner_city_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("city_id", "partner_city_id", name=op.f("pk_stopped_transfer")),
    )
    op.create_index(op.f("ix_stopped_transfer_partner_city_id"), "stopped_transfer", ["partner_city_id"])
    op.execute("ALTER TABLE stopped_transfer ENABLE ROW LEVEL SECURITY")
    op.execute("""
        -- squawk-ignore require-concurrent-index-creation
        CREATE INDEX ix_contact_city_link_id_city_id ON contact (city_link_id, city_id)
    """)
    for name, body in NEW_FUNCTIONS:
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION my_senders() TO {ROLES}")
    for body in (CHECK_TRANSFER, CONTACT_CANDIDATES, DUPLICATES_OF_CONTACT.format(other_side=OPEN_SIDE)):
        op.execute(body)
    op.execute("DROP TRIGGER check_transfer ON transfer_ground")
    op.execute(
        "CREATE TRIGGER follow_ground AFTER INSERT OR UPDATE ON transfer_ground"
        " FOR EACH ROW EXECUTE FUNCTION follow_ground()"
    )
    _limit(policies(OPEN, heard=True))


def downgrade() -> None:
    """Ask the calendar no more. The decisions stay as they were corrected."""
    codes = ", ".join(f"'{code}'" for code in TREATY[0].split())
    op.execute(f"DELETE FROM protected_country WHERE country_code IN ({codes})")
    _limit(policies("", heard=False))
    op.execute("DROP TRIGGER follow_ground ON transfer_ground")
    op.execute(
        "CREATE CONSTRAINT TRIGGER check_transfer AFTER UPDATE ON transfer_ground DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW  EXECUTE FUNCTION check_transfer()"
    )
    for body in (DUPLICATES_OF_CONTACT.format(other_side=OTHER_SIDE), OLD_CONTACT_CANDIDATES, OLD_CHECK_TRANSFER):
        op.execute(body)
    for name, _ in reversed(NEW_FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    op.drop_index("ix_contact_city_link_id_city_id", "contact")
    op.drop_table("stopped_transfer")


def _limit(limits: dict[tuple[str, str], str]) -> None:
    for (table, verb), policy in limits.items():
        op.execute(f"ALTER POLICY {verb.lower()}_policy ON {table} {policy}")
