"""The operator's command that imports a file into a collection, with the rights of a key."""

import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import click

from stedenband.config import Settings
from stedenband.core.address import api_address
from stedenband.core.db import Database, LinkedKey, Visit
from stedenband.core.errors import Problem
from stedenband.core.refusal import Refusal
from stedenband.transfer.imports.corrections import WRITERS, column_of, corrections
from stedenband.transfer.imports.files import Format, Manner, count_of
from stedenband.transfer.imports.order import Order, Register, carry_out, carry_out_in_pieces
from stedenband.transfer.imports.outcome import Report
from stedenband.transfer.imports.report import faults_of, piece
from stedenband.transfer.imports.words import Vocabulary
from stedenband.transfer.sheets import ENCODINGS

ENDINGS: dict[str, Format] = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".ndjson": "ndjson"}
LANGUAGE = "en"


def register() -> Register:
    """Return all collections; the app, which knows them, stands above this layer and is found by name."""
    resources = pkgutil.resolve_name("stedenband.app:RESOURCES")
    return Register(
        {each.name: each for each in resources}, Vocabulary(pkgutil.resolve_name("stedenband.app:CODE_LISTS"))
    )


def command_for(name: str) -> click.Command:
    """Return the command that imports into a collection."""
    options: list[Callable[[Any], Any]] = [
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
        click.option("--key", required=True, help="Whose rights hold: the prefix of a key ('stedenband keys list')."),
        click.option("--dry-run", is_flag=True, help="Only say what would be done."),
        click.option("--all-or-nothing", is_flag=True, help="Let one bad row keep all others out."),
        click.option("--parent", type=click.UUID, help="The record below which all rows stand that do not name one."),
        click.option(
            "--encoding", type=click.Choice(list(ENCODINGS)), help="How the characters of a CSV file are written."
        ),
        click.option("--delimiter", help="What stands between the cells of a CSV file."),
        click.option("--day-first", is_flag=True, help="Read 3/4/2026 as the third of April."),
        click.option("--column", multiple=True, metavar="HEADING=NAME", help="Which column a heading is."),
        click.option(
            "--corrections", type=click.File("wb", lazy=True), help="Write the refused rows there, to put right."
        ),
    ]
    made: Any = _importing(name)
    for option in reversed(options):
        made = option(made)
    return click.command(name, help=f"Import FILE (CSV, XLSX or NDJSON, by its ending) into {name}.")(made)


def _importing(name: str) -> Callable[..., None]:
    def run(file: Path, key: str, corrections: BinaryIO | None, **said: Any) -> None:
        order = _order(name, file, **said)
        collections = register()
        with file.open("rb") as opened, _visit(key) as visit:
            report = _carried_out(visit, collections, order, opened)
            if corrections:
                WRITERS["csv"](_lines(opened, order, report), corrections)
        _show(report, order)

    return run


def _lines(file: BinaryIO, order: Order, report: Report) -> Iterator[Any]:
    return corrections(file, order.manner, faults_of([piece(order, report, LANGUAGE)]), LANGUAGE)


def _order(  # noqa: PLR0913 (as many as there are options)
    name: str,
    file: Path,
    *,
    dry_run: bool,
    all_or_nothing: bool,
    parent: UUID | None,
    encoding: str | None,
    delimiter: str | None,
    day_first: bool,
    column: tuple[str, ...],
) -> Order:
    form = ENDINGS.get(file.suffix.lower())
    if form is None:
        raise Refusal(f"{file.name} ends in none of: {', '.join(ENDINGS)}.")
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise Refusal("A delimiter is one character, and no quote.")
    columns = {heading: target for heading, _, target in (each.rpartition("=") for each in column)}
    return Order(name, Manner(form, encoding, delimiter, day_first, columns), parent, dry_run, all_or_nothing)


@contextmanager
def _visit(prefix: str) -> Iterator[Visit]:
    """Enter the database as the client of a key; what is refused is one line."""
    with api_address(Settings.from_environment()) as url:
        database = Database(url, size=1)
        try:
            with database.visit(LinkedKey(prefix)) as visit:
                if visit.actor is None:
                    raise Refusal(f"There is no key with the prefix {prefix!r} that holds.")
                yield visit
        except Problem as problem:
            said = "; ".join(f"{issue.name} {issue.detail}".strip() for issue in problem.issues) or problem.detail
            raise Refusal(said) from problem
        finally:
            database.engine.dispose()


def _carried_out(visit: Visit, collections: Register, order: Order, file: BinaryIO) -> Report:
    """Import the file; row by row with a bar that shows how far it is."""
    actor = visit.actor
    assert actor  # noqa: S101 (looked at where it entered)
    if order.dry_run:
        return visit.rehearse(lambda session: carry_out(session, actor, collections, order, file).report)
    if order.all_or_nothing:
        return visit.write(lambda session: carry_out(session, actor, collections, order, file).report)
    whole = Report()
    with click.progressbar(length=count_of(file, order.manner), label="Importing") as bar:
        for part in carry_out_in_pieces(visit, collections, order, file):
            whole.add(part)
            bar.update(part.rows)
    return whole


def _show(report: Report, order: Order) -> None:
    """Print what is wrong with which row, then the figures."""
    for finding in report.findings:
        where = f" {column_of(finding.fault.steps)}" if finding.fault.steps else ""
        click.echo(f"row {finding.row}{where}: {finding.fault.severity}: {finding.fault.reason}")
    click.echo(f"rows: {report.rows}; " + ", ".join(f"{count} {done}" for done, count in report.counts.items()))
    if order.dry_run or not report.written:
        click.echo("Nothing was changed.")
