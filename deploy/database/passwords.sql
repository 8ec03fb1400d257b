-- Runs once, in an empty volume. The passwords come from the environment, so that none stands on a command line.
\getenv owner_password STEDENBAND_OWNER_PASSWORD
\getenv api_password STEDENBAND_API_PASSWORD
\getenv worker_password STEDENBAND_WORKER_PASSWORD
ALTER ROLE stedenband_owner PASSWORD :'owner_password';
ALTER ROLE stedenband_api PASSWORD :'api_password';
ALTER ROLE stedenband_worker PASSWORD :'worker_password';
