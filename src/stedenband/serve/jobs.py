"""The jobs: what is done beside the requests, and when. procrastinate keeps them in the schema `jobs`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from procrastinate import App, PsycopgConnector, RetryStrategy
from sqlalchemy.orm import Session

from stedenband.changes.jobs import seal_changes
from stedenband.config import Settings
from stedenband.core.address import WORKER_OPTIONS, worker_session
from stedenband.core.db import LINE
from stedenband.documents.jobs import sweep_documents
from stedenband.people.jobs import apply_retention

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
    Job("retention", "11 1 * * *", apply_retention),
    Job("sweep", "41 1 * * *", sweep_documents),
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


def jobs_of(settings: Settings, url: str) -> App:
    """Return the jobs of an installation, whose worker has the address `url` of the database."""
    options = {"options": f"{WORKER_OPTIONS} -c search_path=jobs", **LINE}
    connector = PsycopgConnector(conninfo=url, kwargs=options, min_size=1, max_size=4, timeout=STALLED)
    app = App(connector=connector, periodic_defaults={"max_delay": MISSED})
    for job in JOBS:
        # One at a time, wherever it runs: a lock. None waits behind another: a lock of the queue.
        task = app.task(name=job.name, retry=RETRY, lock=job.name, queueing_lock=job.name)
        app.periodic(cron=job.cron)(task(partial(_run, job, settings, url)))
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


async def _revive(app: App, timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Begin again what a worker did that is no more."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        await app.job_manager.retry_job(job)


async def _forget(app: App, timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Forget jobs that ended long ago."""
    await app.job_manager.delete_old_jobs(KEPT, include_failed=True, include_cancelled=True, include_aborted=True)
