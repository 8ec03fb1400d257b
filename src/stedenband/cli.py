"""The `stedenband` command: a table of what can be done, each part loaded when it is asked for."""

import pkgutil
from importlib import import_module
from typing import Any

import click
from environs import EnvError
from sqlalchemy.exc import OperationalError

from stedenband.core.loading import loading
from stedenband.core.refusal import Refusal

COMMANDS = {
    "archive": "stedenband.transfer.archive.commands:archive_group",
    "check": "stedenband.changes.commands:check_group",
    "import": "stedenband.transfer.commands:import_group",
    "jobs": "stedenband.work.commands:jobs_group",
    "keys": "stedenband.access.commands:keys_group",
    "migrate": "stedenband.migrations.commands:migrate_command",
    "openapi": "stedenband.web.commands:openapi_command",
    "retention": "stedenband.people.commands:retention_command",
    "roles": "stedenband.migrations.commands:roles_command",
    "seal": "stedenband.changes.commands:seal_command",
    "serve": "stedenband.serve.command:serve_command",
    "sweep": "stedenband.documents.commands:sweep_command",
    "worker": "stedenband.work.worker:worker_command",
}
"""Name of a command -> where it lives."""
BARE = frozenset({"migrate", "roles", "serve"})
"""Commands that start others or run SQL, and are ready sooner without the models: all others walk all tables."""


class Table(click.Group):
    """A group whose commands are loaded by name, so that none pays for, or breaks with, the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one."""
        place = COMMANDS.get(cmd_name)
        with loading():
            if place and cmd_name not in BARE:
                import_module("stedenband.models")
            command: click.Command | None = pkgutil.resolve_name(place) if place else None
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what an operator has to put right is one line, not a traceback."""
        try:
            return super().invoke(ctx)
        except (Refusal, EnvError) as error:
            raise click.ClickException(str(error)) from error
        except OperationalError as error:
            raise click.ClickException(f"The database cannot be used: {error.orig}") from error


@click.group(cls=Table)
@click.version_option(package_name="stedenband")
def main() -> None:
    """Run the register of partnerships between cities. Settings are read from the environment (STEDENBAND_…)."""
