"""Writes what was measured into docs/performance.md, between its marks, and the picture beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.bars import Exported, Measured, bars, quotient
from bench.growth import Grown
from bench.imports import Imported
from bench.picture import drawn
from bench.servers import PEERS
from bench.shapes import EXPORTS, SHAPES
from bench.webhooks import Told

DOCUMENT = Path("docs/performance.md")
PICTURE = Path("docs/performance.svg")
BEGIN, END = "<!-- measured: written by `make bench` -->", "<!-- end of what was measured -->"
TITLES = {shape.letter: shape.title for shape in (*SHAPES, *EXPORTS)}
SHORT = {
    "a": "read one",
    "b": "list of 50",
    "c": "100 with children",
    "d": "create",
    "e": "patch",
    "f": "304",
    "g1": "page 1",
    "g": "page 1,000",
    "i": "search",
    "h": "export, NDJSON",
    "hc": "export, CSV",
}


@dataclass(frozen=True)
class Report:
    """All that one run of the benchmark found."""

    conditions: Sequence[str]
    runs: Measured
    exported: Exported
    grown: Grown | None
    compared: int
    told: Told | None = None
    imported: Sequence[Imported] = ()

    def verdicts(self) -> str:
        """Return the table of the bars."""
        return table(("bar", "wanted", "seen", ""), (bar.row() for bar in bars(self.runs, self.exported, self.grown)))

    def text(self) -> str:
        """Return what stands between the marks."""
        sections = [
            "\n".join(f"- {line}" for line in self.conditions),
            f"{self.compared} replies of peers were compared with ours, property by property, and were the same.",
            "### The bars",
            self.verdicts(),
            "### CPU per request, throughput and latency",
            "Medians. CPU in milliseconds per request: application + PostgreSQL.",
            table(
                ("shape", "server", "CPU", "application", "PostgreSQL", "times ours", "requests/s", "p50 ms", "p99 ms"),
                self._load(),
            ),
            "### Exports",
            "CPU in milliseconds per 1,000 rows; growth: by how much the memory of all workers grew at most.",
            table(("export", "server", "CPU", "times ours", "rows/s", "MB", "growth MB"), self._exports()),
        ]
        if self.told:
            sections += ["### Webhooks", self.told.text()]
        if self.imported:
            sections += [
                "### Imports",
                "CPU in milliseconds per row; growth: by how much the memory of the process grew at most.",
                table(
                    ("(m) file", "rows", "rows/s", "CPU", "application", "PostgreSQL", "growth MB"),
                    (each.cells() for each in self.imported),
                ),
            ]
        if self.grown:
            counts = ", ".join(f"{count:,} in {name}" for name, count in self.grown.rows.items())
            sections += [
                "### Growth",
                f"Ours, with ten times the rows ({counts}); for a hundred times, what the planner expects.",
                table(
                    ("shape", "CPU at 1x", "CPU at 10x", "times", "expected cost 1x, 10x, 100x", "read whole at 100x"),
                    self._growth(self.grown),
                ),
            ]
        return "\n\n".join(sections)

    def write(self) -> None:
        """Replace what stands between the marks, and the picture."""
        head, _, rest = DOCUMENT.read_text().partition(BEGIN)
        tail = rest.partition(END)[2]
        DOCUMENT.write_text(f"{head}{BEGIN}\n\n{self.text()}\n\n{END}{tail}")
        if self.runs:
            PICTURE.write_text(self.picture())

    def picture(self) -> str:
        """Return the picture of all shapes that more than one server serves."""
        costs = {letter: {name: run.cpu for name, run in each.items()} for letter, each in self.runs.items()}
        costs |= {letter: {name: it.cpu for name, it in each.items()} for letter, each in self.exported.items()}
        compared = {letter: each for letter, each in costs.items() if len(each) > 1}
        return drawn(compared, SHORT, {peer.name: peer.title for peer in PEERS.values()}, tuple(SHORT))

    def _load(self) -> Iterable[tuple[str, ...]]:
        for letter, each in self.runs.items():
            for name, run in each.items():
                yield (
                    f"({letter}) {TITLES.get(letter, letter)}",
                    PEERS[name].title,
                    f"{run.cpu:.2f}",
                    f"{run.application:.2f}",
                    f"{run.postgres:.2f}",
                    times(run.cpu, each["ours"].cpu),
                    f"{run.per_second:,.0f}",
                    f"{run.p50:.1f}",
                    f"{run.p99:.1f}",
                )

    def _exports(self) -> Iterable[tuple[str, ...]]:
        for letter, each in self.exported.items():
            for name, it in each.items():
                yield (
                    f"({letter}) {TITLES[letter]}",
                    PEERS[name].title,
                    f"{it.cpu:.1f}",
                    times(it.cpu, each["ours"].cpu),
                    f"{it.per_second:,.0f}",
                    f"{it.bytes / 1e6:.1f}",
                    f"{it.growth / 1e6:.1f}",
                )

    def _growth(self, grown: Grown) -> Iterable[tuple[str, ...]]:
        for letter, run in grown.runs.items():
            now = self.runs[letter]["ours"].cpu
            plans = grown.plans[letter]
            yield (
                f"({letter}) {TITLES[letter]}",
                f"{now:.2f} ms",
                f"{run.cpu:.2f} ms",
                times(run.cpu, now),
                ", ".join(f"{plan.cost:,.0f}" for plan in plans),
                ", ".join(plans[-1].scans_all) or "nothing",
            )
        for letter, it in grown.exports.items():
            now = self.exported[letter]["ours"].cpu
            yield f"({letter}) {TITLES[letter]}", f"{now:.1f}", f"{it.cpu:.1f}", times(it.cpu, now), "per row", ""


def times(one: float, other: float) -> str:
    """Return a quotient as a text; a small register is read in no time that could be measured."""
    found = quotient(one, other)
    return "–" if found is None else f"{found:.2f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
