"""The operator's commands for seals."""

import re

import click

from stedenband.changes.rules import Head, check, seal
from stedenband.config import Settings
from stedenband.core.address import owner_address, owner_session
from stedenband.core.refusal import Refusal

PUBLISHED = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", re.ASCII)


@click.command("seal")
def seal_command() -> None:
    """Seal the record of change, so that a later alteration is found out.

    The worker does it every ten minutes. Publish the last seal where nobody of yours can change it: in a report, a
    newspaper, a mail to the partner city.
    """
    with owner_address(Settings.from_environment()) as url, owner_session(url) as session:
        made = seal(session)
    click.echo(f"The last seal: {made.number}:{made.digest}" if made else "Nothing is new since the last seal.")


@click.group("check")
def check_group() -> None:
    """Check what is stored."""


@check_group.command("seals")
@click.option("--head", metavar="NUMBER:DIGEST", help="A seal that was published.")
def seals_command(head: str | None) -> None:
    """Compare the record of change with its seals; exit status 1 when it is not as it was sealed."""
    published = None if head is None else _head(head)
    with owner_address(Settings.from_environment()) as url, owner_session(url) as session:
        found = check(session, published)
    for fault in found.faults:
        click.echo(fault, err=True)
    if found.faults:
        raise click.exceptions.Exit(1)
    if found.head is None:
        click.echo("Nothing is sealed yet.")
        return
    click.echo(
        f"{found.changes} entries are as they were sealed. The last seal: {found.head.number}:{found.head.digest}"
    )


def _head(written: str) -> Head:
    found = PUBLISHED.fullmatch(written.strip())
    if found is None:
        raise Refusal("Give --head as it was published: the number, a colon, 64 hexadecimal digits.")
    return Head(int(found[1]), found[2])
