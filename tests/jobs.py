"""The worker: its jobs done within this process, or by one of its own."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from typing import Any

import psycopg

from stedenband.config import Settings
from stedenband.work.jobs import jobs_of
from tests.databases import TestDatabase
from tests.serving import COMMAND, Server, environment

ADD = "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, '{\"timestamp\": 0}')"
ROUNDS = 5
DUE = "SELECT EXISTS (SELECT FROM jobs.procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now())"
STATES = "SELECT task_name, status::text, attempts FROM jobs.procrastinate_jobs ORDER BY id"


def add(database: TestDatabase, *tasks: str) -> None:
    """Have these jobs wait for a worker."""
    with connected(database) as connection:
        for task in tasks:
            connection.execute(ADD, [task])


@contextmanager
def connected(database: TestDatabase) -> Iterator[psycopg.Connection]:
    """Give a connection as the worker has it."""
    with psycopg.connect(database.worker_url, options="-c search_path=jobs,public", autocommit=True) as connection:
        yield connection


def states(database: TestDatabase) -> list[tuple[str, str, int]]:
    """Return task, state and attempts of every job that is kept."""
    with connected(database) as connection:
        return connection.execute(STATES).fetchall()


def work_off(database: TestDatabase, folder: Path, **settings: Any) -> None:
    """Do all jobs that wait, those of the calendar that nobody did yet too."""

    async def work() -> None:
        jobs = jobs_of(Settings(data=folder, **settings), database.worker_url)
        async with jobs.open_async():
            await jobs.run_worker_async(wait=False, delete_jobs="successful", install_signal_handlers=False)

    for _ in range(ROUNDS):  # the calendar may have added something when the worker was about to stop
        asyncio.run(work())
        if not _is_anything_due(database):
            return


def _is_anything_due(database: TestDatabase) -> bool:
    with connected(database) as connection:
        return connection.execute(DUE).fetchone() == (True,)


@contextmanager
def working(database: TestDatabase, folder: Path, **more: str) -> Iterator[Server]:
    """Run a worker as a process of its own; at the end it stops."""
    log = folder / "log"
    settings = environment(folder, STEDENBAND_WORKER_URL=database.worker_url, **more)
    with log.open("ab") as errors:
        process = subprocess.Popen([sys.executable, *COMMAND[1:-1], "worker"], env=settings, stderr=errors)
    try:
        yield Server(process, log, log)
    finally:
        process.send_signal(SIGTERM)
        process.wait()
