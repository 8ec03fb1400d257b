"""`stedenband serve`: Postgres, migrations and the API, started in this order and stopped together."""

import gc
import socket
from contextlib import ExitStack
from pathlib import Path
from signal import SIGCHLD, SIGHUP, SIGINT, SIGTERM
from tempfile import TemporaryDirectory

import click
import structlog

from stedenband import migrations
from stedenband.config import Settings
from stedenband.core import log
from stedenband.core.embedded import EmbeddedPostgres
from stedenband.core.process import Signals, die_with_parent
from stedenband.core.refusal import Refusal
from stedenband.core.roles import API, OWNER
from stedenband.serve.api import Place
from stedenband.serve.checks import check_extras, verify
from stedenband.serve.watch import Watch

logger = structlog.get_logger()


@click.command("serve")
@click.option("--demo", is_flag=True, help="Load the demo data into an empty register and print API keys for it.")
@click.option("--with-parent", is_flag=True, help="Stop when the process that started this one ends.")
def serve_command(*, demo: bool, with_parent: bool) -> None:
    """Serve the API, with a Postgres of its own unless STEDENBAND_DATABASE_URL names one.

    SIGTERM and Ctrl-C stop it after the requests under way. SIGHUP reads the settings anew and replaces the processes
    of the API without a failed request; in a terminal, which says by it that it is gone, it stops the server. Its
    Postgres is started again when it died; the exit code is 1 when that does not help or when another part died.
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
        for url in filter(None, (api_url, settings.worker_url)):
            verify(url)
        if demo:
            show_demo(owner_url, settings.data / "demo-keys.json")
        measures = stack.enter_context(TemporaryDirectory(prefix="stedenband-metrics-", ignore_cleanup_errors=True))
        watch = stack.enter_context(Watch(settings, Place(listener, measures), postgres))
        gc.freeze()  # what is loaded stays
        failure = watch.until_the_end(signals)
        logger.info("stopping", reason=failure or "asked to")
    if failure:
        raise Refusal(f"Stopped, because {failure}.")


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


def show_demo(owner_url: str | None, keys_file: Path) -> None:
    """Load the demo data if the register is empty, and print the keys that were made for it."""
    import stedenband.models  # noqa: F401, PLC0415 (what other servers are ready sooner without)
    from stedenband.transfer import demo as demo_data  # noqa: PLC0415

    if not owner_url:
        raise Refusal("The demo data needs STEDENBAND_OWNER_URL, the owner's address of the database.")
    keys_file.parent.mkdir(parents=True, exist_ok=True)
    first = not keys_file.exists()
    keys = demo_data.load(owner_url, keys_file)
    if first:
        for name, key in keys.items():
            click.echo(f"{name:>15}  {key}")
    click.echo(f"The API keys of the demo stand in {keys_file}.")
