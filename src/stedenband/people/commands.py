"""The operator's command for retention."""

import click
from rich.console import Console
from rich.table import Table

from stedenband.config import Settings
from stedenband.core.address import owner_address, owner_session
from stedenband.people.rules.retention import run_retention


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def retention_command(*, dry_run: bool) -> None:
    """Anonymize contacts and empty checklists of travelers whose retention has run out, and delete kept replies.

    The worker does it every night.
    """
    with owner_address(Settings.from_environment()) as url, owner_session(url) as session:
        counts = run_retention(session)
        if not dry_run:
            session.commit()
    table = Table("table", "rows to change or delete" if dry_run else "rows changed or deleted")
    for name, count in sorted(counts.items()):
        table.add_row(name, str(count))
    Console(width=100).print(table)
    if dry_run:
        click.echo("Nothing was changed.")
