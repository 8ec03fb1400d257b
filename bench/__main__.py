"""`make bench`: fill a register, start the API and its peers, compare them, measure them, write down what was found."""

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import click

from bench import imports, machine, visibility, webhooks
from bench.bars import Exported, Measured
from bench.compare import compare
from bench.database import Register, running
from bench.growth import FACTOR, Grown, grown
from bench.imports import Imported
from bench.measure import Say, exports, rounds
from bench.report import Report
from bench.servers import OURS, PEERS, THREADS, WORKERS, serving
from bench.shapes import EXPORTS, SHAPES
from bench.webhooks import Told

QUICK = {"scale": 0.02, "times": 1, "seconds": 1}
"""Enough to see that everything works; the figures say nothing."""


@click.command()
@click.option("--shapes", default="", help="Letters of the shapes to measure, with commas; all by default.")
@click.option("--rounds", "times", default=5, show_default=True, help="Rounds; the medians are shown.")
@click.option("--seconds", default=1, show_default=True, help="Seconds of load per shape, server and round.")
@click.option("--scale", default=1.0, show_default=True, help="1: 5,000 cities, 20,000 links, 50,000 agreements.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the register there for the next time.")
@click.option("--quick", is_flag=True, help="Check in under a minute that the benchmark works; nothing is written.")
def main(shapes: str, times: int, seconds: int, scale: float, folder: Path | None, *, quick: bool) -> None:  # noqa: PLR0913
    """Measure the API side by side with its peers on the same rows."""
    began, load = monotonic(), machine.busy()
    if quick:
        scale, times, seconds = QUICK["scale"], int(QUICK["times"]), int(QUICK["seconds"])
    wanted = set(filter(None, shapes.split(",")))

    def say(text: str) -> None:
        click.echo(f"[{monotonic() - began:4.0f} s] {text}")

    with tempfile.TemporaryDirectory(prefix="stedenband-bench-logs-") as logs, running(scale, folder) as register:
        say(f"The register is filled at scale {scale:g}.")
        bench = Bench(register, Path(logs), wanted, seconds, times, say)
        runs, exported, compared = bench.side_by_side()
        runs |= bench.by_visibility()
        told = bench.told()
        taken = bench.imported(scale)
        larger = bench.larger(scale) if not folder else None
        conditions = (
            (
                f"Measured on {datetime.now(UTC):%Y-%m-%d} in {times} rounds of {seconds} s, scale {scale:g}; machine:"
                f" {machine.processor()}, {machine.cores()} cores, load before the start {load}."
            ),
            (
                f"{WORKERS} processes each, {THREADS} threads or connections per process; PostgreSQL"
                f" {machine.postgres(register)}; {machine.versions()}."
            ),
        )
    report = Report(conditions, runs, exported, larger, compared, told, taken)
    click.echo(report.text())
    if not quick and not wanted:
        report.write()
    say("Done.")


class Bench:
    """One run of the benchmark on one register."""

    def __init__(  # noqa: PLR0913, PLR0917 (what a run is made of)
        self, register: Register, logs: Path, wanted: set[str], seconds: int, times: int, say: Say
    ) -> None:
        """Remember what is measured."""
        self.register, self.logs, self.wanted = register, logs, wanted
        self.seconds, self.times, self.say = seconds, times, say

    def asked(self, letter: str) -> bool:
        """Tell whether a shape is to be measured."""
        return not self.wanted or letter in self.wanted

    def side_by_side(self) -> tuple[Measured, Exported, int]:
        """Compare the replies of all peers with ours, then measure all."""
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(serving(peer, self.register, self.logs)) for name, peer in PEERS.items()
            }
            alike = sum(
                compare(servers[OURS.name], servers[name], self.register) for name in PEERS if name != OURS.name
            )
            self.say(f"{alike} replies of peers are the same as ours.")
            shapes = [shape for shape in SHAPES if self.asked(shape.letter)]
            runs = rounds(shapes, servers, self.register, self.seconds, self.times, self.say)
            files = [shape for shape in EXPORTS if self.asked(shape.letter)]
            return runs, exports(files, servers, self.register, self.times, self.say), alike

    def by_visibility(self) -> Measured:
        """Measure the same list with few, half and all rows visible."""
        if not self.asked("j"):
            return {}
        with visibility.copies(self.register, self.logs) as copies:
            return visibility.measured(copies, self.seconds, self.times, self.say)

    def told(self) -> Told | None:
        """Measure how fast webhooks are told what changed."""
        if not self.asked("w"):
            return None
        found = webhooks.measured(self.register)
        self.say(f"(w) {found.text()}")
        return found

    def imported(self, scale: float) -> tuple[Imported, ...]:
        """Measure how fast files are imported."""
        if not self.asked("m"):
            return ()
        found = imports.measured(self.register, scale)
        self.say("(m) Files were imported.")
        return found

    def larger(self, scale: float) -> Grown | None:
        """Measure ours with ten times the rows."""
        if not self.asked("growth"):
            return None
        self.say(f"Filling the register up to {FACTOR} times its rows.")
        return grown(self.register, scale, self.seconds, self.times, self.logs, self.say)


if __name__ == "__main__":
    main()
