"""Where the operator's commands find the database, and how they enter it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, pool
from sqlalchemy.orm import Session

from stedenband.core.cluster import home_of
from stedenband.core.db import LINE
from stedenband.core.embedded import EmbeddedPostgres
from stedenband.core.folder import in_use
from stedenband.core.postmaster import Postmaster, socket_url
from stedenband.core.refusal import Refusal
from stedenband.core.roles import API, DATABASE, OWNER

if TYPE_CHECKING:
    from stedenband.config import Settings

WORKER_OPTIONS = (
    "-c statement_timeout=600000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
    " -c timezone=UTC -c jit=off"
)


@contextmanager
def owner_address(settings: "Settings") -> Iterator[str]:
    """Give the owner's address of the database for the time of the block.

    It is STEDENBAND_OWNER_URL when set; else the embedded Postgres of the data folder: the one a running `serve` has,
    or one that is started for the block.
    """
    if settings.owner_url:
        yield settings.owner_url
    elif settings.database_url:
        raise Refusal(
            "STEDENBAND_DATABASE_URL is set; this command also needs STEDENBAND_OWNER_URL, the owner's address."
        )
    else:
        with _embedded_address(settings, OWNER) as url:
            yield url


@contextmanager
def api_address(settings: "Settings") -> Iterator[str]:
    """Give the address of the database for the role of the API, whom row policies bind, for the time of the block."""
    if settings.database_url:
        yield settings.database_url
    else:
        with _embedded_address(settings, API) as url:
            yield url


@contextmanager
def _embedded_address(settings: "Settings", role: str) -> Iterator[str]:
    """Give the address of the Postgres of the data folder: the one that runs, or one started for the block."""
    if in_use(settings.data):
        socket = Postmaster(home_of(settings.data) / "cluster").ready_socket()
        if socket is None:
            raise Refusal(f"The server of {settings.data} is starting or stopping; try again in a moment.")
        yield socket_url(socket, role, DATABASE)
    else:
        with EmbeddedPostgres(settings.data, settings.postgres_bin) as postgres:
            yield postgres.url(role)


@contextmanager
def owner_session(url: str) -> Iterator[Session]:
    """Give a session of the owner, whom no row policy binds; what is not committed at the end is undone."""
    with _session(url, options="-c timezone=UTC") as session:
        yield session


@contextmanager
def worker_session(url: str) -> Iterator[Session]:
    """Give a session of the worker, whom policies of its own bind; it may take longer than a request, not for ever."""
    with _session(url, options=WORKER_OPTIONS, **LINE) as session:
        yield session


@contextmanager
def _session(url: str, **connection: str | int) -> Iterator[Session]:
    engine = create_engine(url, poolclass=pool.NullPool, connect_args=connection)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()
