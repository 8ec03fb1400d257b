"""The operator's commands for archives: a city leaves, a city arrives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from stedenband.access.commands import city_called
from stedenband.config import Settings
from stedenband.core.address import owner_address, owner_session
from stedenband.core.refusal import Refusal
from stedenband.documents.rules import FOLDER, Store
from stedenband.transfer.archive.arrival import read_archive
from stedenband.transfer.archive.manifest import Manifest
from stedenband.transfer.archive.reading import Archive, opened
from stedenband.transfer.archive.writing import enter, write_archive

THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("archive")
def archive_group() -> None:
    """Write all that is a city's into one file, and bring such a file into another installation."""


@archive_group.command("export")
@click.argument("city")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_command(city: str, file: Path) -> None:
    """Write the archive of CITY, its name or its id, into FILE, which only you can read then.

    Its rows and documents, and what partners share with it; no keys, secrets or webhooks. The register goes on
    meanwhile.
    """
    settings = Settings.from_environment()
    with owner_address(settings) as url, owner_session(url) as session:
        city_id = city_called(session, city)
        session.rollback()
        enter(session, city_id)
        with _fresh(file) as fresh, fresh.open("wb") as out, _shown("Writing rows", None) as bar:
            summary = write_archive(session, city_id, Store(settings.data / FOLDER), out, bar)
            out.flush()
            os.fsync(out.fileno())
    click.echo(f"rows: {sum(summary.rows.values())}; documents: {summary.documents}, {summary.size} bytes")
    for name, count in summary.left_out.items():
        click.echo(f"left out, as it names what is another city's: {count} of {name}")
    click.echo(f"hash of the city: {summary.hash}")


@archive_group.command("check")
@click.argument("file", type=THERE)
def check_command(file: Path) -> None:
    """Read FILE and compare all that is in it with its manifest; no database is needed."""
    with opened(file) as archive:
        _check(archive)
        _tell(archive.manifest)


@archive_group.command("import")
@click.argument("file", type=THERE)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def import_command(file: Path, *, dry_run: bool) -> None:
    """Bring the city of FILE into this register: all of it, or nothing.

    The city may not be here yet, and the other installation has the same version. What is written waits meanwhile.
    """
    settings = Settings.from_environment()
    with opened(file) as archive:
        _check(archive)
        _tell(archive.manifest)
        with (
            owner_address(settings) as url,
            owner_session(url) as session,
            _shown("Writing rows", sum(archive.manifest.counts.values())) as bar,
        ):
            store = Store(settings.data / FOLDER)
            arrival = read_archive(session, archive, store, bar, dry_run=dry_run)
    click.echo(
        f"written: {sum(arrival.rows.values())} rows, {arrival.documents} documents; cities known: {arrival.known}"
    )
    if dry_run:
        click.echo("Nothing was changed.")
        return
    click.echo(
        f"Keys do not move. Make new ones: stedenband keys create --city {archive.manifest.city.id}"
        " --role coordinator --name '…'"
    )


def _check(archive: Archive) -> None:
    with _shown("Checking bytes", archive.size) as bar:
        archive.check(bar)


def _tell(manifest: Manifest) -> None:
    click.echo(f"{manifest.city.name} ({manifest.city.country_code}), {manifest.city.id}, as of {manifest.created_at}")
    click.echo(f"rows: {sum(manifest.counts.values())}; documents: {len(manifest.documents)}")
    click.echo(f"hash of the city: {manifest.hash}")


@contextmanager
def _fresh(file: Path) -> Iterator[Path]:
    """Give a new file, readable by its owner alone, that takes the place of `file` when the block ends well."""
    fresh = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield fresh
        fresh.replace(file)
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)


class _Bar:
    """Shows how far something is where somebody watches."""

    def __init__(self, progress: Progress, label: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=total)

    def __call__(self, done: int) -> None:
        self._progress.update(self._task, completed=done)


@contextmanager
def _shown(label: str, total: int | None) -> Iterator[_Bar]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        yield _Bar(progress, label, total)
