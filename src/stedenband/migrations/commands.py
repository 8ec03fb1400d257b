"""The operator's commands for the schema and its roles."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.util.exc import CommandError

from stedenband import migrations
from stedenband.config import Settings
from stedenband.core.address import owner_address
from stedenband.core.refusal import Refusal
from stedenband.core.roles import DATABASE, roles_sql


@click.group("migrate", invoke_without_command=True)
@click.pass_context
def migrate_command(context: click.Context) -> None:
    """Bring the database to the newest schema ('up', the default), or back ('down')."""
    if context.invoked_subcommand is None:
        context.invoke(up)


@migrate_command.command()
@click.argument("revision", default="head")
def up(revision: str) -> None:
    """Migrate up to REVISION."""
    with _owner() as url:
        migrations.upgrade(url, revision)


@migrate_command.command()
@click.argument("revision")
def down(revision: str) -> None:
    """Migrate down to REVISION ('base': nothing is left). What the newer schema alone could hold is lost."""
    with _owner() as url:
        migrations.downgrade(url, revision)


@contextmanager
def _owner() -> Iterator[str]:
    """Give the owner's address; a revision that alembic does not know is the operator's slip."""
    with owner_address(Settings.from_environment()) as url:
        try:
            yield url
        except CommandError as error:
            raise Refusal(f"{error}.") from error


@click.command("roles")
@click.option("--database", default=DATABASE, show_default=True, help="Name of the database.")
def roles_command(database: str) -> None:
    """Print the SQL that a superuser runs once, connected to the database, before 'stedenband migrate'."""
    click.echo(roles_sql(database), nl=False)
