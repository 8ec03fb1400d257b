"""Who sees, finds and writes organizations and contacts, and how their changes are recorded."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
ROLES = "stedenband_api, stedenband_worker"

FIND_ORGANIZATIONS = f"""
CREATE FUNCTION find_organizations(words text) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    SELECT id FROM organization WHERE search @@ (
        SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery FROM unnest(split_words(words)) word
    )
$$
"""

FIND_CONTACTS = f"""
CREATE FUNCTION find_contacts(words text) RETURNS SETOF uuid LANGUAGE sql STABLE {DEFINER} AS $$
    WITH wanted AS (
        SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery AS prefixes FROM unnest(split_words(words)) word
    )
    SELECT id FROM wanted JOIN contact ON search @@ prefixes
    WHERE city_id = my_city() OR city_link_id IN (SELECT my_links())
    UNION
    SELECT id FROM wanted JOIN contact ON words_of(function, NULL::jsonb) @@ prefixes
$$
"""
"""By name only for those who may know the name; by function for everyone who sees the contact."""

DUPLICATES_OF_ORGANIZATION = """
CREATE FUNCTION duplicates_of_organization(wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT other.id FROM organization this JOIN organization other ON other.enterprise_number = this.enterprise_number
    WHERE this.id = wanted AND other.id <> wanted
    UNION
    SELECT other.id FROM organization this JOIN organization other ON other.iati_identifier = this.iati_identifier
    WHERE this.id = wanted AND other.id <> wanted
    UNION
    SELECT other.id FROM organization this JOIN organization other ON other.name_sort = this.name_sort
    LEFT JOIN partner_city here ON here.id = this.partner_city_id
    LEFT JOIN partner_city there ON there.id = other.partner_city_id
    WHERE this.id = wanted AND other.id <> wanted AND coalesce(here.country_code = there.country_code, true)
$$
"""

DUPLICATES_OF_CONTACT = """
CREATE FUNCTION duplicates_of_contact(wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT other.id FROM contact other
    WHERE other.id <> wanted AND (other.city_id = my_city() OR other.city_link_id IN (SELECT my_links()))
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
"""Only among contacts whose names and addresses the caller may read; the policies hide the rest."""

UNSHARE = f"""
CREATE FUNCTION unshare() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    PERFORM write_change(TG_TABLE_NAME, 'withdrawn',
        to_jsonb(OLD) || jsonb_build_object('version', NEW.version), to_jsonb(OLD), '{{}}', true, partner_city_id)
    FROM city_link_member left_behind
    WHERE city_link_id = OLD.city_link_id AND OLD.visibility = 'link' AND NEW.visibility <> 'public'
        AND partner_city_id IS DISTINCT FROM OLD.city_id AND NOT (NEW.visibility = 'link' AND EXISTS (
            SELECT FROM city_link_member kept
            WHERE kept.city_link_id = NEW.city_link_id AND kept.partner_city_id = left_behind.partner_city_id
        ));
    RETURN NULL;
END $$
"""
"""A record that moves to another link is withdrawn from the cities of the former one."""

LEAVE_PEOPLE = f"""
CREATE FUNCTION leave_people() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    PERFORM write_change('organization', 'withdrawn', to_jsonb(o), to_jsonb(o), '{{}}', true, OLD.partner_city_id)
    FROM organization o WHERE city_link_id = OLD.city_link_id AND visibility = 'link';
    PERFORM write_change('contact', 'withdrawn', to_jsonb(c), to_jsonb(c), '{{}}', true, OLD.partner_city_id)
    FROM contact c WHERE city_link_id = OLD.city_link_id AND visibility = 'link';
    RETURN NULL;
END $$
"""
"""A city that leaves a link is told to forget what was shared in it."""

FOLLOW_MERGED_LINK = f"""
CREATE FUNCTION follow_merged_link() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
    UPDATE organization SET city_link_id = NEW.merged_into_id, version = version + 1 WHERE city_link_id = NEW.id;
    UPDATE contact SET city_link_id = NEW.merged_into_id, version = version + 1 WHERE city_link_id = NEW.id;
    UPDATE contact_role SET city_link_id = NEW.merged_into_id WHERE city_link_id = NEW.id;
    RETURN NULL;
END $$
"""
"""What was shared in a link, and roles in it, follow when it is merged into another of the same members."""

FUNCTIONS = (
    ("find_organizations(text)", FIND_ORGANIZATIONS),
    ("find_contacts(text)", FIND_CONTACTS),
    ("duplicates_of_organization(uuid)", DUPLICATES_OF_ORGANIZATION),
    ("duplicates_of_contact(uuid)", DUPLICATES_OF_CONTACT),
    ("unshare()", UNSHARE),
    ("leave_people()", LEAVE_PEOPLE),
    ("follow_merged_link()", FOLLOW_MERGED_LINK),
)
FOR_CALLERS = ("find_organizations(text)", "find_contacts(text)")

OWNERS_COLUMNS = {
    "organization": ("visibility", "city_link_id", "internal_note"),
    "contact": (
        "visibility",
        "city_link_id",
        "merged_into_id",
        "lawful_basis",
        "purpose",
        "source",
        "review_on",
        "note",
    ),
}
"""Columns that only the owner city changes; the others are content that the other side of a link may edit."""

PERSONAL = {
    "organization": (),
    "contact": (
        "given_name",
        "family_name",
        "honorific",
        "display_name",
        "function",
        "function_mailbox",
        "source",
        "note",
        "name_sort",
        "search",
    ),
}
PARTS = (
    # field, table, personal columns
    ("emails", "contact_email", "address,address_key"),
    ("phones", "contact_phone", "number"),
    ("languages", "contact_language", ""),
    ("roles", "contact_role", ""),
)
VERBS = (
    ("INSERT", "NEW TABLE AS added"),
    ("UPDATE", "NEW TABLE AS added OLD TABLE AS removed"),
    ("DELETE", "OLD TABLE AS removed"),
)
RULES = (
    # trigger, when, table, function
    ("unshare", "AFTER UPDATE OF city_link_id", "organization", "unshare"),
    ("unshare", "AFTER UPDATE OF city_link_id", "contact", "unshare"),
    ("leave_people", "AFTER DELETE", "city_link_member", "leave_people"),
    ("follow_people", "AFTER UPDATE OF merged_into_id", "city_link", "follow_merged_link"),
)

CITY = "(SELECT my_city())"
LINKS = "(SELECT my_links())"
EDIT = "(SELECT may_edit())"
SHARE = "(SELECT may_share())"
DECIDE = "(SELECT may_decide())"

OWN_LINK = f"(city_link_id IS NULL OR city_link_id IN {LINKS})"
SHARED = f"({SHARE} AND visibility = 'link' AND city_link_id IN {LINKS})"
TOP = {
    "SELECT": f"USING (visibility = 'public' OR city_id = {CITY} OR (visibility = 'link' AND city_link_id IN {LINKS}))",
    "INSERT": f"WITH CHECK ({EDIT} AND city_id = {CITY} AND {OWN_LINK} AND (visibility <> 'public' OR {DECIDE}))",
    "UPDATE": f"USING (({EDIT} AND city_id = {CITY}) OR {SHARED})"
    f" WITH CHECK (({EDIT} AND city_id = {CITY} AND {OWN_LINK}) OR {SHARED})",
    "DELETE": f"USING ({DECIDE} AND city_id = {CITY} AND published_at IS NULL)",
}
SIDE = f"parent.city_id = {CITY} OR parent.city_link_id IN {LINKS}"
WRITER = (
    f"({EDIT} AND parent.city_id = {CITY})"
    f" OR ({SHARE} AND parent.visibility = 'link' AND parent.city_link_id IN {LINKS})"
)


def _of_contact(condition: str) -> str:
    return f"EXISTS (SELECT FROM contact parent WHERE parent.id = contact_id AND ({condition}))"


PART = {
    "SELECT": f"USING ({_of_contact(SIDE)})",
    "INSERT": f"WITH CHECK ({_of_contact(WRITER)})",
    "UPDATE": f"USING ({_of_contact(WRITER)}) WITH CHECK ({_of_contact(WRITER)})",
    "DELETE": f"USING ({_of_contact(WRITER)})",
}
"""The parts of a contact are personal: not even of a public contact does anybody but the two sides see them."""

POLICIES = {
    "organization": TOP,
    "contact": TOP,
    "contact_email": PART,
    "contact_phone": PART,
    "contact_language": {verb: policy for verb, policy in PART.items() if verb != "UPDATE"},
    "contact_role": PART,
}
UPDATED = {
    "organization": "name, names, kind, partner_city_id, city_link_id, enterprise_number, iati_identifier,"
    " functional_mailbox, phone, website, community, summary, internal_note, visibility, version, updated_at",
    "contact": "given_name, family_name, honorific, organization_id, partner_city_id, city_link_id, function,"
    " function_mailbox, lawful_basis, purpose, source, review_on, note, merged_into_id, visibility, version,"
    " updated_at",
    "contact_email": "kind, position",
    "contact_phone": "kind, position",
    "contact_role": "valid_to",
}
"""What the API may update: never a key, an owner city or a moment of making."""


def upgrade() -> None:
    """Create functions, triggers and policies; grant exactly the verbs that a policy limits."""
    for name, body in FUNCTIONS:
        op.execute(body)
        if DEFINER in body:
            op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for name in FOR_CALLERS:
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {ROLES}")
    for table, columns in OWNERS_COLUMNS.items():
        op.execute(
            f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION guard_record({_listed(columns)})"
        )
        op.execute(
            f"CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION record_change({_listed(PERSONAL[table])})"
        )
    for field, table, personal in PARTS:
        for verb, references in VERBS:
            op.execute(
                f"CREATE TRIGGER change_{verb.lower()} AFTER {verb} ON {table} REFERENCING {references}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION record_parts('{field}', 'contact', 'contact_id', '{personal}')"
            )
    for name, when, table, function in RULES:
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for verb, limits in policies.items():
            op.execute(f"CREATE POLICY {verb.lower()}_policy ON {table} FOR {verb} {limits}")
            updated = f"({UPDATED[table]})" if verb == "UPDATE" else ""
            op.execute(f"GRANT {verb} {updated} ON {table} TO {ROLES}")


def downgrade() -> None:
    """Drop them."""
    for table, policies in reversed(POLICIES.items()):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLES}")
        for verb in policies:
            op.execute(f"DROP POLICY {verb.lower()}_policy ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for name, _, table, _ in RULES:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for _, table, _ in PARTS:
        for verb, _ in VERBS:
            op.execute(f"DROP TRIGGER change_{verb.lower()} ON {table}")
    for table in OWNERS_COLUMNS:
        op.execute(f"DROP TRIGGER guard ON {table}")
        op.execute(f"DROP TRIGGER change ON {table}")
    for name, _ in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f"'{column}'" for column in columns)
