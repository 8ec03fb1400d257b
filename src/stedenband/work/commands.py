"""The operator's commands for jobs."""

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from stedenband.config import Settings
from stedenband.core.address import owner_address, owner_session
from stedenband.core.refusal import Refusal

WORDS = {"todo": "waiting", "doing": "running"}
LOOK = """
SELECT job.id, job.task_name, job.status::text AS status, job.attempts, greatest(job.scheduled_at, event.at) AS since
FROM jobs.procrastinate_jobs job, LATERAL (
    SELECT max(at) AS at FROM jobs.procrastinate_events WHERE job_id = job.id
) event
ORDER BY job.id
"""
RETRY = """
SELECT jobs.procrastinate_retry_job_v2(job.id, now(), NULL, NULL, NULL) FROM jobs.procrastinate_jobs job
WHERE job.id = :id AND job.status = 'failed'
"""


@click.group("jobs")
def jobs_group() -> None:
    """Look at the jobs that run beside the API."""


@jobs_group.command("list")
def list_command() -> None:
    """List the jobs that wait, run or failed; those that were done are gone. The log says why one failed."""
    with owner_address(Settings.from_environment()) as url, owner_session(url) as session:
        rows = session.execute(text(LOOK)).all()
    table = Table("id", "task", "state", "attempts", "since")
    for row in rows:
        state = WORDS.get(row.status, row.status)
        table.add_row(str(row.id), row.task_name, state, str(row.attempts), f"{row.since:%Y-%m-%d %H:%M:%S} UTC")
    Console(width=100).print(table)


@jobs_group.command("retry")
@click.argument("number", type=int)
def retry_command(number: int) -> None:
    """Have a job that failed done again."""
    with owner_address(Settings.from_environment()) as url, owner_session(url) as session:
        session.execute(text("SET LOCAL search_path = jobs, public"))
        found = session.execute(text(RETRY), {"id": number}).one_or_none()
        session.commit()
    if found is None:
        raise Refusal(f"No job {number} has failed; `stedenband jobs list` shows those that did.")
    click.echo(f"Job {number} is done again.")
