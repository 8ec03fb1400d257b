"""The schema's history. Migrations run once, as the owner, under an advisory lock, and never wait long for a lock."""

from collections.abc import Callable
from pathlib import Path
from random import uniform
from time import monotonic, sleep

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, exc

LOCK = 7_305_410_042
"""Advisory lock key of everything that migrates."""
NAME = "stedenband migrate"
"""What an operator sees in pg_stat_activity of a migration that runs."""
LOCK_TIMEOUT_MS = 50
"""How long the first tries wait for a lock, and callers behind them."""
LONGEST_LOCK_TIMEOUT_MS = 400
"""How long the last tries wait: callers that wait behind one are refused after a second."""
TRIES = 5
"""So many in a row wait equally long; the next wait twice that."""
STATEMENT_TIMEOUT_MS = 600_000
PATIENCE = 60.0
"""Seconds of retries before a migration that cannot get its locks gives up."""


def upgrade(owner_url: str, revision: str = "head", *, patience: float = PATIENCE) -> None:
    """Bring the database at `owner_url` up to `revision`; wait at most `patience` seconds for locks."""
    _run(owner_url, lambda config: command.upgrade(config, revision), patience)


def downgrade(owner_url: str, revision: str) -> None:
    """Take the database at `owner_url` back to `revision` (`base`: empty)."""
    _run(owner_url, lambda config: command.downgrade(config, revision), PATIENCE)


def newest() -> str:
    """Return the revision that this code is written for."""
    return str(ScriptDirectory(str(Path(__file__).parent)).get_current_head())


def configuration(connection: Connection) -> Config:
    """Return alembic's configuration on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _run(owner_url: str, step: Callable[[Config], None], patience: float) -> None:
    engine = create_engine(
        owner_url,
        connect_args={
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC",
            "application_name": NAME,
        },
    )
    until = monotonic() + patience
    tries = 0
    try:
        while True:
            try:
                with engine.connect() as connection:
                    longest = min(LOCK_TIMEOUT_MS << tries // TRIES, LONGEST_LOCK_TIMEOUT_MS)
                    connection.exec_driver_sql(f"SET lock_timeout = {longest}")
                    connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
                    connection.commit()
                    try:
                        step(configuration(connection))
                        connection.commit()
                    finally:
                        connection.rollback()
                        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
                        connection.commit()
            except exc.OperationalError as error:
                busy = isinstance(error.orig, psycopg.errors.LockNotAvailable)
                if not busy or monotonic() > until:
                    raise
                tries += 1
                sleep(uniform(0.05, 0.25))  # noqa: S311 (jitter, not a secret)
            else:
                return
    finally:
        engine.dispose()
