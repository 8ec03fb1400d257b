"""The operator's command for the contract."""

import pkgutil

import click

from stedenband.config import Settings
from stedenband.web.openapi import yaml_of


@click.command("openapi")
def openapi_command() -> None:
    """Print the contract (OpenAPI 3.0.3) as YAML."""
    create_app = pkgutil.resolve_name("stedenband.app:create_app")  # by name: the app stands above this layer
    app = create_app(Settings(database_url="postgresql://"))
    click.echo(yaml_of(app.extensions["stedenband.contract"]()), nl=False)
