"""The operator's command for files."""

import click

from stedenband.config import Settings
from stedenband.core.address import owner_address, owner_session
from stedenband.documents.rules.store import Store
from stedenband.documents.rules.sweep import sweep

WORDS = {
    "document": "documents past the day until which they were to be kept",
    "upload": "uploads that nobody finished",
    "stored_file": "files that no document has any more",
    "files": "files removed",
    "thumbnails": "small pictures removed",
    "uploads": "files of uploads removed",
    "incoming": "files removed that were never received whole",
}


@click.command("sweep")
def sweep_command() -> None:
    """Delete documents past their day and uploads that nobody finished, and remove files that nothing names.

    The worker does it every night. What was written in the last day stays: it may be about to be named.
    """
    settings = Settings.from_environment()
    with owner_address(settings) as url, owner_session(url) as session:
        counts = sweep(session, Store(settings.data / "documents"))
    for name, words in WORDS.items():
        click.echo(f"{counts[name]:>6}  {words}")
