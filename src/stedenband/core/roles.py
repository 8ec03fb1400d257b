"""The three database roles: one owns, two serve."""

OWNER = "stedenband_owner"
API = "stedenband_api"
WORKER = "stedenband_worker"
ROLES = (OWNER, API, WORKER)
DATABASE = "stedenband"


def roles_sql(database: str = DATABASE) -> str:
    r"""Return the SQL that a superuser runs once, connected to `database`: the roles, then what they may do there.

    It may be run again; it sets no password. On a managed Postgres, give each role one afterwards (`\password`).
    """
    return "\n".join(_role(role) for role in ROLES) + "\n" + database_sql(database) + _SCHEMA


def database_sql(database: str) -> str:
    """Return the SQL that a superuser runs for a copy of a database that is already set up: a copy has no grants."""
    name = '"' + database.replace('"', '""') + '"'
    return (
        f'ALTER DATABASE {name} OWNER TO "{OWNER}";\n'
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;\n"
        f'GRANT CONNECT, TEMPORARY ON DATABASE {name} TO "{API}", "{WORKER}";\n'
    )


def _role(role: str) -> str:
    return f"""\
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE "{role}" LOGIN; END IF;
END $$;
ALTER ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;"""


_SCHEMA = f"""\
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "{OWNER}";
GRANT USAGE ON SCHEMA public TO "{API}", "{WORKER}";
GRANT "{API}" TO "{WORKER}" WITH INHERIT FALSE, SET TRUE;
"""
"""The worker becomes the API where it does something with the eyes of a caller."""
