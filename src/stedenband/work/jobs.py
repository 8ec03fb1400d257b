"""The jobs: what is done beside the requests, and when. procrastinate keeps them in the schema `jobs`."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from uuid import UUID

import structlog
from flask import Flask
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy.orm import Session

from stedenband.app import CODE_LISTS, RESOURCES
from stedenband.changes.feed.catalogue import Entry, catalogue_of
from stedenband.changes.jobs import seal_changes
from stedenband.config import Settings
from stedenband.core.address import WORKER_OPTIONS, worker_session
from stedenband.core.db import LINE
from stedenband.documents.jobs import sweep_documents
from stedenband.documents.rules import FOLDER as DOCUMENTS
from stedenband.documents.rules import Store
from stedenband.insight.jobs import send_digests
from stedenband.people.jobs import apply_retention
from stedenband.tasks.jobs import Kind, carry_out, forget_tasks
from stedenband.tasks.rules import FOLDER, Files
from stedenband.transfer.archive.long import archive_city
from stedenband.transfer.exports.long import export_records
from stedenband.transfer.imports.long import import_file
from stedenband.transfer.imports.order import Register
from stedenband.transfer.imports.words import Vocabulary
from stedenband.web.links import API
from stedenband.webhooks.jobs import deliver, due, forget_deliveries, remind, tell

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again, over all cities, as the role of the worker."""

    name: str
    cron: str
    """When: minute, hour, day, month and day of the week, in UTC."""
    run: Callable[[Session, Settings], None]


JOBS = (
    Job("seal", "*/10 * * * *", seal_changes),
    Job("remind", "7 * * * *", remind),
    Job("digest", "*/20 5-18 * * *", send_digests),
    Job("retention", "11 1 * * *", apply_retention),
    Job("sweep", "41 1 * * *", sweep_documents),
    Job("forgetDeliveries", "51 1 * * *", forget_deliveries),
    Job("forgetTasks", "*/10 * * * *", forget_tasks),
)

RETRY = RetryStrategy(max_attempts=6, exponential_wait=4)
"""Further attempts after 4 s, 16 s and so on, within an hour and a half; what fails in all of them stays, as `failed`.

No longer: while one of them waits, the next of the calendar does not begin.
"""
MISSED = 25 * 60 * 60
"""Seconds for which what was due while no worker ran is made up for: a machine may be off at night."""
KEPT = 30 * 24
"""Hours for which a job that failed stays."""
STALLED = 15.0
"""Seconds without a sign of life of its worker after which a job is begun again."""
OFTEN = "* * * * * */5"
"""When webhooks are told what changed: every five seconds."""


def jobs_of(settings: Settings, url: str) -> App:
    """Return the jobs of an installation, whose worker has the address `url` of the database."""
    options = {"options": f"{WORKER_OPTIONS} -c search_path=jobs", **LINE}
    connector = PsycopgConnector(conninfo=url, kwargs=options, min_size=1, max_size=4, timeout=STALLED)
    app = App(connector=connector, periodic_defaults={"max_delay": MISSED})
    for job in JOBS:
        # One at a time, wherever it runs: a lock. None waits behind another: a lock of the queue.
        task = app.task(name=job.name, retry=RETRY, lock=job.name, queueing_lock=job.name)
        app.periodic(cron=job.cron)(task(partial(_run, job, settings, url)))
    app.task(name="deliver", retry=RETRY)(partial(_deliver, settings, url))
    app.task(name="carryOut", retry=RETRY, pass_context=True)(partial(_carry_out, settings, url))
    app.periodic(cron=OFTEN)(
        app.task(name="tell", retry=RETRY, lock="tell", queueing_lock="tell")(partial(_tell, app, settings, url))
    )
    app.periodic(cron="* * * * * */15")(app.task(name="revive", queueing_lock="revive")(partial(_revive, app)))
    app.periodic(cron="23 1 * * *")(app.task(name="forget", queueing_lock="forget")(partial(_forget, app)))
    return app


def _run(job: Job, settings: Settings, url: str, timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    try:
        with worker_session(url) as session:
            job.run(session, settings)
    except Exception as error:
        logger.warning("job failed", job=job.name, reason=repr(error))
        raise


async def _tell(app: App, settings: Settings, url: str, timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Write down what webhooks are to be told, and have what is due sent: for each webhook one job at a time."""
    for webhook in await asyncio.to_thread(_look, settings, url):
        name = f"deliver {webhook}"
        with suppress(AlreadyEnqueued):
            await app.configure_task("deliver", lock=name, queueing_lock=name).defer_async(webhook=str(webhook))


def _look(settings: Settings, url: str) -> list[UUID]:
    with worker_session(url) as session:
        tell(session, _catalogue(), f"{settings.public_url}{API}")
        return due(session)


@cache
def _catalogue() -> Mapping[str, Entry]:
    return catalogue_of(RESOURCES)


def _deliver(settings: Settings, url: str, webhook: str) -> None:
    with worker_session(url) as session:
        deliver(session, settings, UUID(webhook))


def _carry_out(settings: Settings, url: str, context: JobContext, task: str) -> None:
    """Carry a task out; the job was made when it was asked for (migration 0043)."""
    files = Files(settings.data / FOLDER)
    last = context.job.attempts >= RETRY.max_attempts  # type: ignore[operator]
    carry_out(url, files, kinds(settings.public_url, settings.data), UUID(task), last=last)


@cache
def kinds(public_url: str, data: Path) -> Mapping[str, Kind]:
    """Return who carries out which tasks."""
    resources = {each.name: each for each in RESOURCES}
    app = Flask("stedenband")
    app.config["PUBLIC_URL"] = public_url
    return {
        "import": partial(import_file, Register(resources, Vocabulary(CODE_LISTS))),
        "export": partial(export_records, app, resources),
        "archive": partial(archive_city, Store(data / DOCUMENTS)),
    }


async def _revive(app: App, timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Begin again what a worker did that is no more, unless the same waits already: then that takes its place."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, Status.ABORTED, delete_job=True)


async def _forget(app: App, timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Forget jobs that ended long ago."""
    await app.job_manager.delete_old_jobs(KEPT, include_failed=True, include_cancelled=True, include_aborted=True)
