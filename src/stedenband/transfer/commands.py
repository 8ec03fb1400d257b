"""The operator's commands that bring data in."""

import csv
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import track

from stedenband.config import Settings
from stedenband.core.address import owner_address, owner_session
from stedenband.core.refusal import Refusal
from stedenband.transfer.gazetteer import shipped_gazetteer
from stedenband.transfer.imports.command import command_for, register
from stedenband.transfer.twinning.load import Difference, compare, write
from stedenband.transfer.twinning.plan import Finding, Plan, Severity
from stedenband.transfer.twinning.planning import plan
from stedenband.transfer.twinning.rows import UnreadableFileError, read


class Imports(click.Group):
    """The imports with commands of their own, and one for every collection that can be written."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names."""
        return sorted([*super().list_commands(ctx), *register().writable])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one."""
        own = super().get_command(ctx, cmd_name)
        return own or (command_for(cmd_name) if cmd_name in register().writable else None)


@click.group("import", cls=Imports)
def import_group() -> None:
    """Bring data of elsewhere into the register."""


@import_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--report", type=click.File("w", "utf-8", lazy=False), help="Write the remarks on rows as CSV.")
def twinning(file: Path, *, dry_run: bool, report: TextIO | None) -> None:
    """Import city links from FILE, tab- or comma-separated, its columns as Wikidata's sister cities.

    All of it is written or nothing; running it again adds only what is new. Rows that cannot be read are left out and
    listed with the others that somebody should look at.
    """
    console = Console(stderr=True)
    planned = make_plan(file, console)
    if report:
        write_report(planned, report)
    with (
        owner_address(Settings.from_environment()) as url,
        owner_session(url) as session,
        console.status("Comparing with the register and writing …"),
    ):
        difference = compare(session, planned)
        if not dry_run:
            write(session, difference)
            session.commit()
    show(planned, difference, dry_run=dry_run)


def make_plan(file: Path, console: Console) -> Plan:
    """Read and match the rows of `file`, showing how far it is; refused when it is no file of city links."""
    try:
        reading = read(file)
    except UnreadableFileError as error:
        raise Refusal(f"{file.name} cannot be imported: {error}.") from error
    rows = track(reading.rows, "Matching cities", console=console, transient=True, disable=not console.is_terminal)
    return plan(reading, shipped_gazetteer(), rows)


def show(planned: Plan, difference: Difference, *, dry_run: bool) -> None:
    """Print the remarks, row by row, and the figures."""
    for finding in gravest_first(planned):
        click.echo(f"row {finding.row}: {finding.severity}: {finding.reason}")
    counts = planned.counts
    made, known = len(difference.cities), counts.cities - len(difference.cities)
    links = len(difference.links)
    click.echo(f"rows: {counts.rows}")
    click.echo(
        f"cities: {counts.cities}, {made} {'to make' if dry_run else 'made'}, {known} known;"
        f" GeoNames: {counts.matched} matched, {counts.doubtful} doubtful, {counts.unmatched} unmatched"
    )
    click.echo(
        f"links: {counts.links}, {links} {'to make' if dry_run else 'made'}, {counts.links - links} known;"
        f" rows: {counts.repeated} repeated, {counts.rejected} rejected"
    )
    if dry_run:
        click.echo("Nothing was changed.")


def gravest_first(planned: Plan) -> list[Finding]:
    """Return the remarks by severity, then by row."""
    return sorted(planned.findings, key=lambda finding: list(Severity).index(finding.severity))


def write_report(planned: Plan, file: TextIO) -> None:
    """Write row, severity and reason of every remark as CSV."""
    writer = csv.writer(file)
    writer.writerow(["row", "severity", "reason"])
    writer.writerows((finding.row, finding.severity, finding.reason) for finding in gravest_first(planned))
