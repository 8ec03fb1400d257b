"""The one-command server: Postgres, migrations and gunicorn, started in this order and stopped together."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from signal import SIGCHLD, SIGHUP, SIGINT, SIGTERM
from tempfile import TemporaryDirectory

import click
import structlog

from stedenband import migrations
from stedenband.config import Settings
from stedenband.core import log
from stedenband.core.db import Database, UnsafeDatabaseRole
from stedenband.core.embedded import EmbeddedPostgres
from stedenband.core.process import Signals, child, die_with_parent, stop
from stedenband.core.refusal import Refusal
from stedenband.core.roles import API, OWNER
from stedenband.transfer import demo as demo_data
from stedenband.web import telemetry

logger = structlog.get_logger()

EXTRAS = {
    "STEDENBAND_REDIS_URL": ("redis", "redis"),
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("otel", "opentelemetry.instrumentation.flask"),
}
"""Setting -> the extra that it needs, and a package that comes with it."""


@click.command("serve")
@click.option("--demo", is_flag=True, help="Load the demo data into an empty register and print API keys for it.")
@click.option("--with-parent", is_flag=True, help="Stop when the process that started this one ends.")
def serve_command(*, demo: bool, with_parent: bool) -> None:
    """Serve the API, with a Postgres of its own unless STEDENBAND_DATABASE_URL names one.

    SIGTERM and Ctrl-C stop it after the requests under way; SIGHUP replaces its workers, and stops it when it runs in a
    terminal, which says by it that it is gone. The exit code is 1 when a part of it died.
    """
    settings = Settings.from_environment()
    log.configure(settings.log_level)
    check_extras(settings)
    with Signals(SIGTERM, SIGINT, SIGHUP, SIGCHLD) as signals, ExitStack() as stack:
        if with_parent:
            die_with_parent(SIGTERM)
        listener = stack.enter_context(listening_socket(settings.host, settings.port))
        postgres, api_url, owner_url = start_database(settings, stack)
        if owner_url:
            migrations.upgrade(owner_url)
        verify(api_url)
        if demo:
            show_demo(owner_url, settings.data / "demo-keys.json")
        measures = stack.enter_context(TemporaryDirectory(prefix="stedenband-metrics-", ignore_cleanup_errors=True))
        gunicorn = start_gunicorn(settings, api_url, listener, measures)
        stack.callback(stop, gunicorn, SIGTERM)
        failure = supervise(signals, gunicorn, postgres)
        logger.info("stopping", reason=failure or "asked to")
    if failure:
        raise Refusal(f"Stopped, because {failure}.")


def check_extras(settings: Settings) -> None:
    """Refuse settings for which a package is not installed."""
    is_set = {"STEDENBAND_REDIS_URL": bool(settings.redis_url), "OTEL_EXPORTER_OTLP_ENDPOINT": telemetry.is_wanted()}
    for setting, (extra, package) in EXTRAS.items():
        if is_set[setting] and not installed(package):
            raise Refusal(f"{setting} is set, but what it needs is not installed: pip install 'stedenband[{extra}]'.")


def installed(package: str) -> bool:
    """Tell whether a package, which may lie in another, can be imported."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def listening_socket(host: str, port: int) -> socket.socket:
    """Bind the address before anything is started, so that a taken port is one clear line; gunicorn gets it bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Refusal(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another STEDENBAND_PORT."
        ) from error
    return listener


def start_database(settings: Settings, stack: ExitStack) -> tuple[EmbeddedPostgres | None, str, str | None]:
    """Return the embedded Postgres, if it is to be one, the api's address and, if known, the owner's."""
    if settings.database_url:
        return None, settings.database_url, settings.owner_url
    if settings.owner_url:
        raise Refusal(
            "STEDENBAND_OWNER_URL is set without STEDENBAND_DATABASE_URL, the address for the role stedenband_api."
        )
    postgres = stack.enter_context(EmbeddedPostgres(settings.data, settings.postgres_bin))
    return postgres, postgres.url(API), postgres.url(OWNER)


def verify(api_url: str) -> None:
    """Refuse to serve as a role that the row policies would not bind."""
    database = Database(api_url, size=1)
    try:
        database.verify()
    except UnsafeDatabaseRole as error:
        raise Refusal(str(error)) from error
    finally:
        database.engine.dispose()


def show_demo(owner_url: str | None, keys_file: Path) -> None:
    """Load the demo data if the register is empty, and print the keys that were made for it."""
    if not owner_url:
        raise Refusal("The demo data needs STEDENBAND_OWNER_URL, the owner's address of the database.")
    keys_file.parent.mkdir(parents=True, exist_ok=True)
    first = not keys_file.exists()
    keys = demo_data.load(owner_url, keys_file)
    if first:
        for name, key in keys.items():
            click.echo(f"{name:>15}  {key}")
    click.echo(f"The API keys of the demo stand in {keys_file}.")


def start_gunicorn(
    settings: Settings, api_url: str, listener: socket.socket, measures: str
) -> "subprocess.Popen[bytes]":
    """Start gunicorn on `listener`, its measurements in the folder `measures`; it never learns the owner's address."""
    host, port = listener.getsockname()[:2]
    environment = {name: value for name, value in os.environ.items() if name != "STEDENBAND_OWNER_URL"}
    process = child(
        [
            *(sys.executable, "-m", "gunicorn"),
            *("--config", "python:stedenband.gunicorn_conf"),
            *("--bind", f"fd://{listener.fileno()}"),
            *("--workers", str(settings.workers)),
            *("--threads", str(settings.threads)),
            *("--log-level", settings.log_level.lower()),
            "stedenband.app:create_app()",
        ],
        on_our_death=SIGTERM,
        environment=environment
        | {
            "STEDENBAND_DATABASE_URL": api_url,
            "STEDENBAND_PUBLIC_URL": settings.public_url,
            "PROMETHEUS_MULTIPROC_DIR": measures,
        },
        descriptors=[listener.fileno()],
    )
    logger.info(
        "serving", address=f"http://{f'[{host}]' if ':' in host else host}:{port}", public_url=settings.public_url
    )
    return process


def supervise(signals: Signals, gunicorn: "subprocess.Popen[bytes]", postgres: EmbeddedPostgres | None) -> str | None:
    """Wait until asked to stop (None) or until a part of the server died (which)."""
    terminal = sys.stdin.isatty()
    while True:
        came = signals.wait()
        if SIGTERM in came or SIGINT in came or (SIGHUP in came and terminal):
            return None
        if gunicorn.poll() is not None:
            return f"gunicorn ended with code {gunicorn.returncode}"
        if postgres and postgres.ended():
            return "PostgreSQL ended"
        if SIGHUP in came:
            gunicorn.send_signal(SIGHUP)
