DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'stedenband_owner') THEN CREATE ROLE "stedenband_owner" LOGIN; END IF;
END $$;
ALTER ROLE "stedenband_owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'stedenband_api') THEN CREATE ROLE "stedenband_api" LOGIN; END IF;
END $$;
ALTER ROLE "stedenband_api" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'stedenband_worker') THEN CREATE ROLE "stedenband_worker" LOGIN; END IF;
END $$;
ALTER ROLE "stedenband_worker" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER DATABASE "stedenband" OWNER TO "stedenband_owner";
REVOKE ALL ON DATABASE "stedenband" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE "stedenband" TO "stedenband_api", "stedenband_worker";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "stedenband_owner";
GRANT USAGE ON SCHEMA public TO "stedenband_api", "stedenband_worker";
GRANT "stedenband_api" TO "stedenband_worker" WITH INHERIT FALSE, SET TRUE;
