"""`stedenband worker`: the jobs, done until asked to stop."""

import asyncio
import gc
import logging
from contextlib import suppress
from random import uniform
from signal import SIGINT, SIGTERM
from threading import Event
from time import sleep

import click
import psycopg
import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import OperationalError

from stedenband.config import Settings
from stedenband.core import log
from stedenband.core.refusal import Refusal
from stedenband.serve.checks import verify
from stedenband.work.jobs import STALLED, jobs_of

logger = structlog.get_logger()

AT_ONCE = 6
"""Jobs that one worker does at the same time."""
LOST = (ConnectorException, OperationalError, psycopg.OperationalError)
"""How the end of the database shows."""


@click.command("worker")
def worker_command() -> None:
    """Do the jobs that run beside the API: seal the record of change, apply retention, sweep files.

    `stedenband serve` starts one by itself. There may be any number, on any machine that shares the folder of the
    documents; each needs STEDENBAND_WORKER_URL, the address of the database for the role stedenband_worker.
    """
    settings = Settings.from_environment()
    if not settings.worker_url:
        raise Refusal("STEDENBAND_WORKER_URL, the address of the database for the role stedenband_worker, is not set.")
    log.configure(settings.log_level)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    gc.freeze()  # what is loaded stays
    while not worked(settings, settings.worker_url):
        sleep(uniform(1, 5))  # noqa: S311 (jitter, not a secret)


def worked(settings: Settings, url: str) -> bool:
    """Work until asked to stop; tell whether it was that, or that the database could not be reached any more."""
    asked = Event()
    try:
        verify(url)
        asyncio.run(work(settings, url, asked))
    except LOST as error:
        logger.error("the worker lost the database", reason=str(error).strip())  # noqa: TRY400 (one line)
    return asked.is_set()


async def work(settings: Settings, url: str, asked: Event) -> None:
    """Do what is to be done until SIGTERM or SIGINT, which `asked` remembers; what is under way then is finished."""
    jobs = jobs_of(settings, url)
    working = asyncio.ensure_future(_work(jobs))

    def stop() -> None:
        asked.set()
        working.cancel()

    for number in (SIGTERM, SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await working


async def _work(jobs: App) -> None:
    async with jobs.open_async():
        logger.info("working")
        await jobs.run_worker_async(
            concurrency=AT_ONCE,
            delete_jobs="successful",
            stalled_worker_timeout=STALLED,
            update_heartbeat_interval=STALLED / 3,
            install_signal_handlers=False,
        )
